//! Servers: start, call, cast, info, timeouts and stop.

#![expect(clippy::unwrap_used, reason = "a case fails by its panic")]

mod call;
mod order;
pub(crate) mod scene;
mod start;
mod state;
mod stop;

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = start::cases();
    cases.extend(call::cases());
    cases.extend(order::cases());
    cases.extend(stop::cases());
    cases.extend(state::cases());
    cases
}
