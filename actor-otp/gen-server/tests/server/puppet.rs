//! A server that does what each message says, so that a test can be read in one place.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor_core::behaviour::Parcel;
use actor_core::{Inbox, ProcessRef, spawn_monitor};
use actor_gen_server::{
    Call, Caller, Cast, Context, Continue, Crash, Down, Exit, ExitReason, GenServer, Handle, IdleTimeout, Init,
    InitResult, ServerRef,
};
use tokio::sync::oneshot;

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// What a callback of a puppet does.
pub(crate) type Turn<'a, R> = Pin<Box<dyn Future<Output = Crash<R>> + Send + 'a>>;
type Act<R> = Box<dyn for<'a> FnOnce(&'a mut Puppet, &'a mut Context<Puppet>) -> Turn<'a, R> + Send>;
type Later = Box<dyn for<'a> FnOnce(&'a mut Puppet, &'a mut Context<Puppet>, Caller<i64>) -> Turn<'a, ()> + Send>;
type Begin = Box<
    dyn for<'a> FnOnce(&'a mut Context<Puppet>) -> Pin<Box<dyn Future<Output = InitResult<Puppet>> + Send + 'a>> + Send,
>;

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(Default)]
pub(crate) struct Puppet {
    pub(crate) journal: Journal,
    pub(crate) callers: Vec<Caller<i64>>,
    /// What `terminate` does after it has noted the reason.
    pub(crate) last_act: Option<Act<()>>,
    /// What `format_state` does.
    pub(crate) shown: Option<fn() -> String>,
    /// Something whose `Drop` a test wants to see.
    pub(crate) cargo: Vec<Box<dyn Send>>,
}

pub(crate) enum Msg {
    Ask(Act<i64>, Caller<i64>),
    Later(Later, Caller<i64>),
    Tell(Act<()>),
    GoOn(Act<()>),
    Note(String),
    Exit(Exit),
    Down(Down),
    Idle,
}

pub(crate) struct Client(Handle<Puppet>);

pub(crate) type Server = ServerRef<Puppet>;

impl Puppet {
    pub(crate) fn new(journal: &Journal) -> Self {
        Self { journal: journal.clone(), ..Self::default() }
    }

    pub(crate) async fn started() -> Server {
        Self::default().start().await.unwrap()
    }
}

impl Client {
    /// A call that is answered by what `act` returns.
    pub(crate) fn ask<F>(&self, act: F) -> Call<'_, Puppet, i64>
    where
        F: for<'a> FnOnce(&'a mut Puppet, &'a mut Context<Puppet>) -> Turn<'a, i64> + Send + 'static,
    {
        self.0.call(|caller| Msg::Ask(Box::new(act), caller))
    }

    /// A call whose caller `act` may keep.
    pub(crate) fn ask_later<F>(&self, act: F) -> Call<'_, Puppet, i64>
    where
        F: for<'a> FnOnce(&'a mut Puppet, &'a mut Context<Puppet>, Caller<i64>) -> Turn<'a, ()> + Send + 'static,
    {
        self.0.call(|caller| Msg::Later(Box::new(act), caller))
    }

    /// A call whose caller the server keeps.
    pub(crate) fn ask_kept(&self) -> Call<'_, Puppet, i64> {
        self.ask_later(|puppet, _, caller| {
            Box::pin(async move {
                puppet.callers.push(caller);
                Ok(())
            })
        })
    }

    /// The server as a process.
    pub(crate) fn process(&self) -> &ProcessRef<Msg> {
        self.0.process()
    }

    /// A call that is answered by one.
    pub(crate) fn ping(&self) -> Call<'_, Puppet, i64> {
        self.ask(|_, _| Box::pin(async { Ok(1) }))
    }

    /// A cast.
    pub(crate) fn tell<F>(&self, act: F) -> Cast<'_, Puppet>
    where
        F: for<'a> FnOnce(&'a mut Puppet, &'a mut Context<Puppet>) -> Turn<'a, ()> + Send + 'static,
    {
        self.0.cast(Msg::Tell(Box::new(act)))
    }

    /// A cast that the server notes.
    pub(crate) fn note(&self, line: &str) -> Cast<'_, Puppet> {
        self.0.cast(Msg::Note(line.to_owned()))
    }
}

impl From<Handle<Puppet>> for Client {
    fn from(handle: Handle<Puppet>) -> Self {
        Self(handle)
    }
}

impl AsRef<Handle<Puppet>> for Client {
    fn as_ref(&self) -> &Handle<Puppet> {
        &self.0
    }
}

impl GenServer for Puppet {
    type Msg = Msg;
    type Client = Client;

    async fn handle(&mut self, msg: Msg, cx: &mut Context<Self>) -> Crash {
        match msg {
            Msg::Ask(act, caller) => {
                if !cx.begin_call(&caller) {
                    return Ok(());
                }
                let outcome = act(self, cx).await;
                cx.end_crash(caller, outcome)
            }
            Msg::Later(act, caller) => {
                if !cx.begin_call(&caller) {
                    return Ok(());
                }
                cx.defer(&caller);
                act(self, cx, caller).await
            }
            Msg::Tell(act) | Msg::GoOn(act) => act(self, cx).await,
            Msg::Note(line) => self.noted(line),
            Msg::Exit(exit) => self.noted(format!("exit {}", exit.reason)),
            Msg::Down(down) => self.noted(format!("down {}", down.reason)),
            Msg::Idle => self.noted("idle"),
        }
    }

    fn info(mut parcel: Parcel<'_>) -> Option<Msg> {
        parcel
            .take::<String>()
            .map(Msg::Note)
            .or_else(|| parcel.take::<Exit>().map(Msg::Exit))
            .or_else(|| parcel.take::<Down>().map(Msg::Down))
            .or_else(|| parcel.take::<IdleTimeout>().map(|_| Msg::Idle))
    }

    async fn terminate(&mut self, reason: &ExitReason, cx: &mut Context<Self>) {
        self.journal.note(format!("terminate {reason}"));
        if let Some(act) = self.last_act.take()
            && let Err(reason) = act(self, cx).await
        {
            panic!("{reason}");
        }
    }

    fn format_state(&self) -> String {
        self.shown.map_or_else(|| format!("{} callers", self.callers.len()), |shown| shown())
    }

    fn message_kind(msg: &Msg) -> u16 {
        match msg {
            Msg::Ask(..) => 0,
            Msg::Later(..) => 1,
            Msg::Tell(_) => 2,
            Msg::GoOn(_) => 3,
            Msg::Note(_) => 4,
            Msg::Exit(_) => 5,
            Msg::Down(_) => 6,
            Msg::Idle => 7,
        }
    }

    fn message_name(kind: u16) -> &'static str {
        ["ask", "later", "tell", "go_on", "note", "exit", "down", "idle"][usize::from(kind)]
    }
}

impl Puppet {
    fn noted(&self, line: impl Into<String>) -> Crash {
        self.journal.note(line);
        Ok(())
    }
}

/// A continuation.
pub(crate) struct GoOn(Act<()>);

impl GoOn {
    pub(crate) fn new<F>(act: F) -> Self
    where
        F: for<'a> FnOnce(&'a mut Puppet, &'a mut Context<Puppet>) -> Turn<'a, ()> + Send + 'static,
    {
        Self(Box::new(act))
    }
}

impl Continue<GoOn> for Puppet {
    fn message(continuation: GoOn) -> Msg {
        Msg::GoOn(continuation.0)
    }
}

/// How a puppet's `init` goes.
pub(crate) struct Birth(Begin);

impl Birth {
    pub(crate) fn new<F>(begin: F) -> Self
    where
        F: for<'a> FnOnce(&'a mut Context<Puppet>) -> Pin<Box<dyn Future<Output = InitResult<Puppet>> + Send + 'a>>
            + Send
            + 'static,
    {
        Self(Box::new(begin))
    }
}

impl Init for Puppet {
    type Args = Birth;

    async fn init(birth: Birth, cx: &mut Context<Self>) -> InitResult<Self> {
        (birth.0)(cx).await
    }
}

/// Runs `main` in a process of its own, and returns what it came to: `Err` if it ended otherwise.
pub(crate) async fn inside<T, Fut>(main: impl FnOnce(Inbox<()>) -> Fut + Send + 'static) -> Result<T, ExitReason>
where
    T: Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let (sender, mut receiver) = oneshot::channel();
    let (_process, end) = spawn_monitor(async move |inbox: Inbox<()>| {
        // A test that has failed meanwhile does not want to know.
        drop(sender.send(main(inbox).await));
        Ok(())
    })
    .unwrap();
    let down = end.await;
    receiver.try_recv().map_err(|_| down.reason)
}

/// Lets everything that can run do so.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
