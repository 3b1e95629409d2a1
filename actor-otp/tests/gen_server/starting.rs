//! `init`, and the functions that come with it.

use actor_otp::behaviour::Started;
use actor_otp::gen_server::StartError;
use actor_otp::prelude::*;

#[derive(Clone, Debug, PartialEq)]
struct UserId(u32);

#[derive(Debug)]
struct Session {
    user: UserId,
    node: String,
}

#[gen_server]
impl Session {
    async fn init(user: UserId, node: impl_free::Name) -> Result<Self, ExitReason> {
        tokio::task::yield_now().await;
        if user.0 == 0 {
            return Err(ExitReason::term("no such user"));
        }
        Ok(Self { user, node })
    }

    #[call]
    fn user(&self) -> UserId {
        self.user.clone()
    }

    #[call]
    fn node(&self) -> String {
        self.node.clone()
    }
}

/// A type by its path.
mod impl_free {
    pub(super) type Name = String;
}

#[tokio::test(start_paused = true)]
async fn init_makes_the_state_from_arguments() {
    let session = Session::start(UserId(7), "a".into()).name("session").await.unwrap();
    assert_eq!(session.user().await, Ok(UserId(7)));
    assert_eq!(ServerRef::<Session>::find("session"), Some(session.clone()));
    assert_eq!(
        Session::start(UserId(8), "b".into()).name("session").await,
        Err(StartError::AlreadyStarted(session.pid()))
    );
    assert_eq!(Session::start(UserId(0), "a".into()).await, Err(StartError::Failed(ExitReason::term("no such user"))));
}

#[tokio::test(start_paused = true)]
async fn it_can_be_started_with_a_link_or_a_monitor() {
    let (session, end) = Session::start_monitor(UserId(1), "a".into()).await.unwrap();
    stop(&session).await.unwrap();
    assert_eq!(end.await.reason, ExitReason::Normal);

    let (_owner, ended) = spawn_monitor(async |_: Inbox<()>| {
        let session = Session::start_link(UserId(2), "a".into()).await.map_err(ExitReason::from)?;
        exit(session.pid(), ExitReason::Kill);
        std::future::pending().await
    })
    .unwrap();
    assert_eq!(ended.await.reason, ExitReason::Killed);
}

#[tokio::test(start_paused = true)]
async fn a_child_is_started_from_copies_of_the_arguments() {
    let spec = Session::child_spec(UserId(3), "a".into()).restart(Restart::Transient);
    let (_parent, ended) = spawn_monitor(async move |_: Inbox<()>| {
        let Started { handle: first, .. } = spec.start().await?;
        let Started { handle: second, .. } = spec.start().await?;
        assert_ne!(first, second);
        assert_eq!((first.user().await?, second.user().await?), (UserId(3), UserId(3)));
        Ok(())
    })
    .unwrap();
    assert_eq!(ended.await.reason, ExitReason::Normal);
}

/// Its argument cannot be copied, which matters only to who asks for a child specification.
struct Once(Unique);

struct Unique;

#[gen_server]
impl Once {
    fn init(unique: Unique) -> InitResult<Self> {
        Ok(Self(unique))
    }

    #[call]
    fn take(&mut self, _other: Unique) -> bool {
        let Unique = self.0;
        true
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_need_not_be_clone() {
    let once = Once::start(Unique).await.unwrap();
    assert_eq!(once.take(Unique).await, Ok(true));
}

struct Lazy;

#[gen_server]
impl Lazy {
    async fn init() -> InitResult<Self> {
        Err(InitStop::Ignore)
    }
}

#[tokio::test(start_paused = true)]
async fn init_can_choose_not_to_start() {
    assert_eq!(Lazy::start().await, Err(StartError::Ignored));
    let _spec = Lazy::child_spec();
}

/// Its own functions replace the generated ones.
struct Own(u8);

#[gen_server]
impl Own {
    fn init(value: u8, plus: u8) -> Self {
        Self(value + plus)
    }

    fn start(value: u8) -> impl Future<Output = Result<ServerRef<Self>, StartError>> {
        Self::start_with((value, 10)).into_future()
    }

    fn child_spec() -> u8 {
        1
    }

    #[call]
    fn value(&self) -> u8 {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_of_ones_own_replaces_the_generated_one() {
    let own = Own::start(1).await.unwrap();
    assert_eq!(own.value().await, Ok(11));
    assert_eq!(Own::child_spec(), 1);
}

#[derive(Clone)]
struct Stateful(u8);

#[gen_server]
impl Stateful {
    #[call]
    fn value(&self) -> u8 {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_is_a_childs_argument() {
    let spec = Stateful::child_spec(Stateful(5));
    let (_parent, ended) = spawn_monitor(async move |_: Inbox<()>| {
        assert_eq!(spec.start().await?.handle.value().await?, 5);
        Ok(())
    })
    .unwrap();
    assert_eq!(ended.await.reason, ExitReason::Normal);
}
