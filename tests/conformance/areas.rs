//! Which areas are finished, and where their cases come from.

use crate::case::Case;
use crate::{gen_server, process, registry, supervisor, sys, timer};

/// Areas in which every case of the catalogue needs a test or a reason.
pub(crate) const FINISHED: &[&str] = &["process", "gen_server", "sys", "timer", "supervisor", "registry"];

/// Cases of finished areas that belong to a part which is not built yet: duplicate keys, dispatch
/// over several entries of a key, and locks.
///
/// A case leaves this list in the commit that brings its test.
pub(crate) const LATER: &[&str] = &[
    "EX-RG-029",
    "EX-RG-031",
    "EX-RG-032",
    "EX-RG-034",
    "EX-RG-035",
    "EX-RG-037",
    "EX-RG-039",
    "EX-RG-040",
    "EX-RG-041",
];

/// Every case that has a test, area by area.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = process::cases();
    cases.extend(gen_server::cases());
    cases.extend(sys::cases());
    cases.extend(timer::cases());
    cases.extend(supervisor::cases());
    cases.extend(registry::cases());
    cases
}
