//! Which child specs a supervisor refuses.

use crate::error::SpecError;
use crate::flags::{AutoShutdown, Flags};
use actor_gen::{AnyHandle, ChildSpec, Restart};
use std::sync::Arc;

/// Refuses a child spec that cannot be meant, under these flags.
pub(crate) fn check(spec: &ChildSpec<AnyHandle>, flags: &Flags) -> Result<(), SpecError> {
    let id = || Arc::clone(spec.child_id());
    match (spec.is_significant(), spec.restart_type(), flags.auto_shutdown) {
        _ if spec.child_id().is_empty() => Err(SpecError::EmptyId),
        (true, Restart::Permanent, _) => Err(SpecError::SignificantPermanent(id())),
        (true, _, AutoShutdown::Never) => Err(SpecError::SignificantNever(id())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actor_core::Pid;
    use actor_gen::{StartError, Started};

    #[test]
    fn every_restart_type_and_mode() {
        use AutoShutdown::{AllSignificant, AnySignificant, Never};
        use Restart::{Permanent, Temporary, Transient};
        let id = || Arc::from("a");
        for mode in [Never, AnySignificant, AllSignificant] {
            for restart in [Permanent, Transient, Temporary] {
                for significant in [false, true] {
                    let spec = ChildSpec::<Pid>::new("a", || async { Err::<Started, _>(StartError::Ignored) });
                    let spec = spec.restart(restart).significant(significant).erase();
                    let expected = match (significant, restart, mode) {
                        (false, ..) => Ok(()),
                        (true, Permanent, _) => Err(SpecError::SignificantPermanent(id())),
                        (true, Transient | Temporary, Never) => Err(SpecError::SignificantNever(id())),
                        (true, Transient | Temporary, AnySignificant | AllSignificant) => Ok(()),
                    };
                    let flags = Flags { auto_shutdown: mode, ..Flags::default() };
                    assert_eq!(check(&spec, &flags), expected, "{mode:?} {restart:?} {significant}");
                    assert_eq!(check(&spec.id(""), &flags), Err(SpecError::EmptyId));
                }
            }
        }
    }
}
