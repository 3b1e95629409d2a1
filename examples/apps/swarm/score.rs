//! One number per package: how much of it asks for a second look.
//!
//! The score is a sum of points, in whole numbers so that two computations agree to the last digit. It grows with the
//! package: it says where a reviewer's time goes, not how good the code is. Code in tests has no part in it.
//!
//! | each | points | because |
//! |---|---|---|
//! | `unsafe` block | 10 | the compiler vouches for nothing inside |
//! | `unsafe fn` | 10 | callers have to keep a contract, and the body may break it |
//! | `unsafe impl` | 15 | a promise about a type, often `Send` or `Sync`, that holds everywhere |
//! | `unsafe trait` | 5 | the promise is made by others |
//! | `panic!` | 3 | ends the caller's thread by intent |
//! | `.unwrap()` | 2 | ends it without a reason given |
//! | `.expect(..)` | 1 | ends it with a reason given |
//! | file that could not be read or parsed | 50 | nobody knows what is in it |
//! | build script | 100 | runs on the developer's machine |
//! | procedural macro | 100 | runs on the developer's machine |
//! | no licence | 200 | may not be used at all |

use crate::{package::Package, tally::Sums};

/// The score of a package.
pub(crate) fn of(package: &Package, sums: &Sums) -> u64 {
    let code = &sums.sites.code;
    let sites = 10 * (code.unsafe_blocks + code.unsafe_fns)
        + 15 * code.unsafe_impls
        + 5 * code.unsafe_traits
        + 3 * code.panics
        + 2 * code.unwraps
        + code.expects;
    sites
        + 50 * (sums.unread + sums.unparsed)
        + 100 * u64::from(package.has_build_script())
        + 100 * u64::from(package.is_proc_macro())
        + 200 * u64::from(package.licence.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::{Sites, Split},
        fixture::{self, Folder},
        package::{Target, TargetKind},
    };

    #[test]
    fn every_line_of_the_table_counts() {
        let folder = Folder::new(&[]);
        let mut package = fixture::package(&folder);
        let ones = Sites {
            unsafe_blocks: 1,
            unsafe_fns: 1,
            unsafe_impls: 1,
            unsafe_traits: 1,
            unwraps: 1,
            expects: 1,
            panics: 1,
        };
        let sums = Sums { sites: Split { code: ones, tests: ones }, unread: 1, unparsed: 1, ..Sums::default() };
        assert_eq!(of(&package, &Sums::default()), 0);
        assert_eq!(of(&package, &sums), 10 + 10 + 15 + 5 + 3 + 2 + 1 + 50 + 50);
        for kind in [TargetKind::BuildScript, TargetKind::ProcMacro] {
            package.targets.push(Target { kind, source: folder.path("x.rs") });
        }
        assert_eq!(of(&package, &Sums::default()), 200);
        package.licence = None;
        assert_eq!(of(&package, &Sums::default()), 400);
    }
}
