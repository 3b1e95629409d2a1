//! Tracing events, kept to be looked at.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// Every event of this thread from its making on, as text by field.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

/// Wants every event, and keeps none.
struct Everybody;

impl Events {
    /// Begins to keep events, until the guard is dropped.
    pub(crate) fn keep() -> (Self, DefaultGuard) {
        // While there is no subscriber but one thread's, an event that another thread comes to first counts as wanted by nobody.
        static EVERYBODY: OnceLock<bool> = OnceLock::new();
        EVERYBODY.get_or_init(|| tracing::subscriber::set_global_default(Everybody).is_ok());
        let events = Self::default();
        let guard = tracing::subscriber::set_default(events.clone());
        tracing::callsite::rebuild_interest_cache();
        (events, guard)
    }

    /// The supervisors' reports so far, as `context child: reason`.
    pub(crate) fn reports(&self) -> Vec<String> {
        let events = self.0.lock().expect("no event panics");
        let reports = events.iter().filter(|fields| fields["message"] == "supervisor report");
        reports.map(|fields| format!("{} {}: {}", fields["context"], fields["child"], fields["reason"])).collect()
    }

    /// The events with this message.
    pub(crate) fn with_message(&self, message: &str) -> Vec<BTreeMap<&'static str, String>> {
        let events = self.0.lock().expect("no event panics");
        events.iter().filter(|fields| fields["message"] == message).cloned().collect()
    }
}

impl Subscriber for Events {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        struct Text(BTreeMap<&'static str, String>);
        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                self.0.insert(field.name(), format!("{value:?}"));
            }
            fn record_str(&mut self, field: &Field, value: &str) {
                self.0.insert(field.name(), value.to_owned());
            }
        }
        let mut text = Text(BTreeMap::from([("level", event.metadata().level().to_string())]));
        event.record(&mut text);
        self.0.lock().expect("no event panics").push(text.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Subscriber for Everybody {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, _: &Event<'_>) {}

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
