//! The constructs the audit counts, and where they stand.

use std::ops::AddAssign;

use serde::Serialize;

/// How often each audited construct occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sites {
    /// `unsafe { .. }` blocks.
    pub(crate) unsafe_blocks: u64,
    /// Functions, methods and foreign functions written `unsafe fn`.
    pub(crate) unsafe_fns: u64,
    /// `unsafe impl Trait for Type`.
    pub(crate) unsafe_impls: u64,
    /// `unsafe trait`.
    pub(crate) unsafe_traits: u64,
    /// `.unwrap()`, and `Option::unwrap` handed over as a value.
    pub(crate) unwraps: u64,
    /// `.expect(..)`, and `Result::expect` handed over as a value.
    pub(crate) expects: u64,
    /// `panic!(..)`, under whatever path.
    pub(crate) panics: u64,
}

impl AddAssign for Sites {
    fn add_assign(&mut self, other: Self) {
        self.unsafe_blocks += other.unsafe_blocks;
        self.unsafe_fns += other.unsafe_fns;
        self.unsafe_impls += other.unsafe_impls;
        self.unsafe_traits += other.unsafe_traits;
        self.unwraps += other.unwraps;
        self.expects += other.expects;
        self.panics += other.panics;
    }
}

/// Whether code is compiled into what users of the package run, or only into its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Code that ships.
    Code,
    /// Tests, benchmarks and examples.
    Tests,
}

/// Sites of a file, the ones in tests apart from the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Split {
    /// Sites in code that ships.
    pub(crate) code: Sites,
    /// Sites in tests.
    pub(crate) tests: Sites,
}

impl Split {
    /// The sites of one role, to count into.
    pub(crate) fn of(&mut self, role: Role) -> &mut Sites {
        match role {
            Role::Code => &mut self.code,
            Role::Tests => &mut self.tests,
        }
    }

    /// The same sites, all of them in tests.
    pub(crate) fn all_in_tests(mut self) -> Self {
        self.tests += self.code;
        self.code = Sites::default();
        self
    }
}

impl AddAssign for Split {
    fn add_assign(&mut self, other: Self) {
        self.code += other.code;
        self.tests += other.tests;
    }
}
