//! A package of the audited workspace, as far as the audit needs to know it.

use std::{fmt, path::PathBuf, sync::Arc};

/// What Cargo identifies a package by: unique within a workspace, also where one crate occurs in two versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PackageId(Arc<str>);

impl From<&str> for PackageId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A package whose sources are on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// Cargo's identifier.
    pub(crate) id: PackageId,
    /// Name, which several packages may share.
    pub(crate) name: String,
    /// Version, as text.
    pub(crate) version: String,
    /// The SPDX expression, or `file <name>` where the manifest points to a licence text of its own, or nothing.
    pub(crate) licence: Option<String>,
    /// The folder of the manifest.
    pub(crate) root: PathBuf,
    /// The libraries, programs, tests and scripts that Cargo builds out of it.
    pub(crate) targets: Vec<Target>,
}

impl Package {
    /// True if building it runs a script of its own.
    pub(crate) fn has_build_script(&self) -> bool {
        self.targets.iter().any(|target| target.kind == TargetKind::BuildScript)
    }

    /// True if it is code that runs inside the compiler.
    pub(crate) fn is_proc_macro(&self) -> bool {
        self.targets.iter().any(|target| target.kind == TargetKind::ProcMacro)
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// One thing that Cargo builds out of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// What is built.
    pub(crate) kind: TargetKind,
    /// Its root file.
    pub(crate) source: PathBuf,
}

/// The kinds of target that the audit tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetKind {
    /// A library or a program.
    Code,
    /// `build.rs` or what takes its place.
    BuildScript,
    /// A procedural macro.
    ProcMacro,
    /// A test, a benchmark or an example.
    Tests,
}
