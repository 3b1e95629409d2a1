//! How the program ends, for whoever called it.

use std::process::ExitCode;

/// The exit codes. `--help` lists them; keep the two alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was audited, and compared equal if that was asked for.
    Done = 0,
    /// `--check` found a difference.
    Differs = 1,
    /// The arguments make no sense; this is also what the argument parser ends with.
    Usage = 2,
    /// There is no such manifest, or it cannot be read.
    NoManifest = 3,
    /// Cargo refuses the manifest, or cannot be run.
    NoMetadata = 4,
    /// None of the packages has its sources on disk.
    NothingOnDisk = 5,
    /// A source file or folder could not be read; everything else was audited.
    Unread = 6,
    /// The results could not be written.
    NoOutput = 7,
    /// A package was not accounted for although nobody stopped the audit, or the swarm failed as a whole.
    Lost = 8,
    /// Ctrl-C: what was printed is what was done by then.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
