//! The one place that catches panics.

use crate::reason::{ExitReason, PanicReport};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

/// How much of a panic's message is kept, in bytes.
const KEEP: usize = 4096;

thread_local! {
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `act`; a panic in it becomes an exit reason.
pub fn guarded<R>(act: impl FnOnce() -> R) -> Result<R, ExitReason> {
    catch_unwind(AssertUnwindSafe(act)).map_err(reason_of)
}

/// Drops a value of the user's, whose `Drop` may panic.
pub fn drop_quietly<T>(value: T) {
    if let Err(reason) = guarded(|| drop(value)) {
        crate::trace::panic_in_drop(&reason);
    }
}

/// Has the place of every panic recorded in [`PanicReport::location`](crate::PanicReport) from now on.
///
/// A panic tells its place only to the program's panic hook, so this installs one, which calls the hook that was there
/// before. Call it once, early in `main`; later calls do nothing.
pub fn record_panic_locations() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map(ToString::to_string);
            // The thread-local may be gone already on a thread that is being torn down; then there is no process either.
            let _gone = LOCATION.try_with(|location| *location.borrow_mut() = place);
            previous(info);
        }));
    });
}

fn reason_of(payload: Box<dyn Any + Send>) -> ExitReason {
    let text = match payload.downcast_ref::<&'static str>() {
        Some(text) => cut(text),
        None => payload.downcast_ref::<String>().map_or_else(|| "a value that is no text".to_owned(), |text| cut(text)),
    };
    let location = LOCATION.try_with(|location| location.borrow_mut().take()).ok().flatten();
    // The payload is the user's: dropping it may panic again.
    if catch_unwind(AssertUnwindSafe(|| drop(payload))).is_err_and(forget_bomb) {
        crate::trace::panic_in_drop(&ExitReason::Killed);
    }
    ExitReason::Panic(Arc::new(PanicReport { message: text, location }))
}

/// A payload whose drop panicked has a payload of its own, and so on: after the second it is leaked.
#[expect(clippy::mem_forget, reason = "dropping it is what panics")]
fn forget_bomb(second: Box<dyn Any + Send>) -> bool {
    std::mem::forget(second);
    true
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(KEEP);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
