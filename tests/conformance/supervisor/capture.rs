//! Tracing events, kept to be looked at.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// The fields of an event, as text.
pub(super) type Fields = BTreeMap<&'static str, String>;

/// Every event of this thread while the guard of [`capture`](Self::capture) lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Events(Arc<Mutex<Vec<Fields>>>);

/// Wants every event, and keeps none.
struct Everybody;

impl Events {
    pub(super) fn capture(&self) -> DefaultGuard {
        // While there is no subscriber but one thread's, an event that another thread comes to first counts as
        // wanted by nobody.
        static EVERYBODY: OnceLock<bool> = OnceLock::new();
        EVERYBODY.get_or_init(|| tracing::subscriber::set_global_default(Everybody).is_ok());
        let guard = tracing::subscriber::set_default(self.clone());
        tracing::callsite::rebuild_interest_cache();
        guard
    }

    /// The events that have this field.
    pub(super) fn with_field(&self, name: &str) -> Vec<Fields> {
        let events = self.0.lock().expect("no event panics");
        events.iter().filter(|fields| fields.contains_key(name)).cloned().collect()
    }
}

impl Subscriber for Events {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(Fields::new());
        event.record(&mut text);
        self.0.lock().expect("no event panics").push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Subscriber for Everybody {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text(Fields);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = self.0.entry(field.name()).or_default();
        write!(text, "{value:?}").expect("text takes what is written");
    }
}
