//! Whether a supervisor ends with a child of its own.

use crate::flags::AutoShutdown;

/// Whether a supervisor ends now that a child has ended of its own accord and is not restarted. `others` counts the significant
/// children that are left: those that run, and those that are about to be restarted.
pub(crate) fn ends(mode: AutoShutdown, significant: bool, others: usize) -> bool {
    match (mode, significant) {
        (AutoShutdown::Never, _) | (_, false) => false,
        (AutoShutdown::AnySignificant, true) => true,
        (AutoShutdown::AllSignificant, true) => others == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AutoShutdown::{AllSignificant, AnySignificant, Never};

    #[test]
    fn every_mode_and_child() {
        for (mode, significant, others, expected) in [
            (Never, false, 0, false),
            (Never, true, 0, false),
            (Never, true, 2, false),
            (AnySignificant, false, 0, false),
            (AnySignificant, false, 2, false),
            (AnySignificant, true, 0, true),
            (AnySignificant, true, 2, true),
            (AllSignificant, false, 0, false),
            (AllSignificant, false, 2, false),
            (AllSignificant, true, 0, true),
            (AllSignificant, true, 1, false),
            (AllSignificant, true, 2, false),
        ] {
            assert_eq!(ends(mode, significant, others), expected, "{mode:?} {significant} {others}");
        }
    }
}
