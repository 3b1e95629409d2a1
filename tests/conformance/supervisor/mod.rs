//! Supervisors: children, strategies, intensity and shutdown.

mod capture;
mod forms;
mod kit;
mod requests;
mod restarting;
mod significant;
mod starting;
mod stopping;
mod strategies;

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = starting::cases();
    cases.extend(stopping::cases());
    cases.extend(restarting::cases());
    cases.extend(strategies::cases());
    cases.extend(significant::cases());
    cases.extend(requests::cases());
    cases.extend(forms::cases());
    cases
}
