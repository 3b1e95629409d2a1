//! What many cases need: processes to act in, a memory of what happened, an ear for the log.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use actor_otp::prelude::*;
use actor_otp::process::spawn_monitor;
use tokio::sync::oneshot;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, set_default};
use tracing::{Event, Level, Metadata, Subscriber};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Runs `main` in a process of its own, and says what it came to: an error if it ended otherwise.
pub(crate) async fn inside<T, Fut>(main: impl FnOnce(Inbox<()>) -> Fut + Send + 'static) -> Result<T, ExitReason>
where
    T: Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let (sender, mut receiver) = oneshot::channel();
    let (_process, end) = spawn_monitor(async move |inbox: Inbox<()>| {
        // The case may have failed meanwhile.
        sender.send(main(inbox).await).ok();
        Ok(())
    })
    .expect("a case runs on a runtime");
    let down = end.await;
    receiver.try_recv().map_err(|_| down.reason)
}

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story(Arc<Mutex<Vec<String>>>);

impl Story {
    pub(crate) fn tell(&self, line: impl Into<String>) {
        self.0.lock().expect("nobody panics under this lock").push(line.into());
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics under this lock").clone()
    }
}

/// What is logged on this thread as long as this is kept.
pub(crate) struct Ear {
    lines: Story,
    _listening: DefaultGuard,
}

impl Ear {
    pub(crate) fn open() -> Self {
        let lines = Story::default();
        let listener = Listener { lines: lines.clone() };
        Self { lines, _listening: set_default(listener) }
    }

    /// The events of a level, each as `name=value` words.
    pub(crate) fn heard(&self, level: Level) -> Vec<String> {
        let prefix = format!("{level} ");
        let mut lines = self.lines.told();
        lines.retain(|line| line.starts_with(&prefix));
        lines
    }
}

struct Listener {
    lines: Story,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "actor"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(event.metadata().level().to_string());
        event.record(&mut words);
        self.lines.tell(words.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("a string takes everything");
    }
}
