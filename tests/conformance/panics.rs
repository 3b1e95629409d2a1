//! What a panic leaves behind: a line on standard error, and its place for the report.
//!
//! Many cases panic on purpose. The standard hook would print a backtrace for each, and take
//! longer for it than the case itself.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

thread_local! {
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Has panics print one line, and note their place for [`caught`].
pub(crate) fn print_briefly() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let (thread, text) = (thread::current(), text(info.payload()));
        eprintln!(
            "[{}] panicked at {}: {text}",
            thread.name().unwrap_or("a thread without a name"),
            place.as_deref().unwrap_or("an unknown place"),
        );
        PLACE.set(place);
    }));
}

/// Runs `job`; a panic becomes a failure that says where and what.
pub(crate) fn caught(job: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    panic::catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|payload| {
        let text = text(payload.as_ref());
        // The last panic of this thread is the one that was caught.
        Err(match PLACE.take() {
            Some(place) => format!("panicked at {place}: {text}"),
            None => format!("panicked: {text}"),
        })
    })
}

fn text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is no text")
}
