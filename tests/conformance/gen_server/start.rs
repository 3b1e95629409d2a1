//! How servers come to life, or do not.

use actor_otp::behaviour::{Address, ChildKind};
use actor_otp::gen_server::{InitStop, StartError};
use actor_otp::prelude::*;
use actor_otp::process::{process_info, self_pid, trap_exit, whereis};
use tokio::time::{Instant, sleep};

use super::scene::{MS, SECOND, Story, inside};
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["GS-002"], "a start that takes too long is an error and leaves no process", start_timeout),
        case(&["GS-003"], "a start that is ignored leaves no process", start_ignored),
        case(&["GS-006"], "a name that is taken names its holder, and init is not run", name_taken),
        case(&["GS-043"], "a name is free again once its start has failed", name_free_after_stop),
        case(&["GS-051"], "a start whose init panics is an error to a trapping process", init_panics),
        case(&["EX-GS-001"], "a child spec has the server's type as id, and the defaults", child_spec),
        case(&["EX-GS-005"], "a server is called by its name as by its pid", called_by_name),
        case(&["EX-GS-006"], "a linked server is in its parent's links when the start returns", linked_at_once),
        case(&["EX-GS-015"], "the name none leaves a server unnamed", no_name),
        case(&["EX-GS-018"], "a name leads to the server's pid", whereis_name),
        case(&["EX-GS-019"], "a pid leads to itself, dead or alive", whereis_pid),
    ]
}

/// How an init goes.
#[derive(Clone, Debug)]
enum Birth {
    Well,
    Slow(Duration),
    Ignored,
    Stopped,
    Panicked,
}

struct Child {
    number: u32,
}

#[gen_server]
impl Child {
    async fn init(birth: Birth, story: Story) -> InitResult<Self> {
        story.tell("init");
        match birth {
            Birth::Well => Ok(Self { number: 7 }),
            Birth::Slow(time) => {
                sleep(time).await;
                Ok(Self { number: 7 })
            }
            Birth::Ignored => Err(InitStop::Ignore),
            Birth::Stopped => Err(InitStop::Stop(ExitReason::term("stopped"))),
            Birth::Panicked => panic!("crashed"),
        }
    }

    #[call]
    fn number(&self) -> u32 {
        self.number
    }
}

async fn start_timeout() {
    let begun = Instant::now();
    let started = Child::start(Birth::Slow(1000 * MS), Story::default()).timeout(100 * MS).await;
    assert_eq!(started, Err(StartError::Timeout(100 * MS)));
    assert_eq!(begun.elapsed(), 100 * MS);
    assert_eq!(Node::current().unwrap().process_count(), 0);
}

async fn start_ignored() {
    let started = Child::start(Birth::Ignored, Story::default()).name("ignored").await;
    assert_eq!(started, Err(StartError::Ignored));
    assert_eq!(whereis("ignored"), None);
    assert_eq!(Node::current().unwrap().process_count(), 0);
}

async fn name_taken() {
    let story = Story::default();
    let first = Child::start(Birth::Well, story.clone()).name("desk").await.unwrap();
    let second = Child::start(Birth::Well, story.clone()).name("desk").await;
    assert_eq!(second, Err(StartError::AlreadyStarted(first.pid())));
    assert_eq!(story.told(), ["init"]);
    assert_eq!(first.number().await, Ok(7));
}

async fn name_free_after_stop() {
    for birth in [Birth::Stopped, Birth::Ignored, Birth::Panicked] {
        let failed = Child::start(birth, Story::default()).name("desk").await;
        assert!(!matches!(failed, Ok(_) | Err(StartError::AlreadyStarted(_))), "{failed:?}");
        let started = Child::start(Birth::Well, Story::default()).name("desk").await.unwrap();
        stop(&started).await.unwrap();
    }
}

async fn init_panics() -> Result<(), ExitReason> {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let started = Child::start_link(Birth::Panicked, Story::default()).await;
        let Err(StartError::Failed(ExitReason::Panic(report))) = started else { panic!("started: {started:?}") };
        assert_eq!(report.message, "crashed");
        assert!(inbox.try_recv_match(|_| true).is_none(), "the start left something in the mailbox");
    })
    .await
}

async fn child_spec() -> Result<(), ExitReason> {
    let spec = Child::child_spec(Birth::Well, Story::default());
    assert!(spec.child_id().ends_with("::Child"), "{}", spec.child_id());
    assert_eq!(spec.restart_type(), Restart::Permanent);
    assert_eq!(spec.shutdown_type(), Shutdown::Timeout(5 * SECOND));
    assert_eq!(spec.child_kind(), ChildKind::Worker);
    assert!(!spec.is_significant());
    inside(async move |_| {
        let started = spec.start().await.unwrap();
        assert_eq!(started.handle.number().await, Ok(7));
        assert_eq!(process_info(started.pid).unwrap().parent, self_pid().ok());
    })
    .await
}

async fn called_by_name() {
    let server = Child::start(Birth::Well, Story::default()).name("desk").await.unwrap();
    let named = ServerRef::<Child>::find("desk").expect("the name is in use");
    assert_eq!(named, server);
    assert_eq!(named.number().await, server.number().await);
}

async fn linked_at_once() -> Result<(), ExitReason> {
    inside(async |_| {
        let me = self_pid().unwrap();
        let server = Child::start_link(Birth::Well, Story::default()).await.unwrap();
        assert_eq!(process_info(me).unwrap().links, [server.pid()]);
        assert_eq!(process_info(server.pid()).unwrap().links, [me]);
    })
    .await
}

async fn no_name() {
    let server = Child::start(Birth::Well, Story::default()).name(None).await.unwrap();
    assert_eq!(process_info(server.pid()).unwrap().name, None);
    assert_eq!(Node::current().unwrap().registered(), Vec::<String>::new());
    assert_eq!(server.number().await, Ok(7));
}

async fn whereis_name() {
    let server = Child::start(Birth::Well, Story::default()).name("desk").await.unwrap();
    assert_eq!(whereis("desk"), Some(server.pid()));
    assert_eq!("desk".pid(), Some(server.pid()));
    assert_eq!("elsewhere".pid(), None);
}

async fn whereis_pid() {
    let server = Child::start(Birth::Well, Story::default()).await.unwrap();
    assert_eq!(Address::pid(&server.pid()), Some(server.pid()));
    stop(&server).await.unwrap();
    assert_eq!(Address::pid(&server.pid()), Some(server.pid()));
}
