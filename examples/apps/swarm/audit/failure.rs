//! Why a file's numbers are missing from the audit.

use serde::Serialize;
use thiserror::Error;

/// What went wrong with one file or folder. Nothing is skipped without one of these in the report.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "reason")]
#[non_exhaustive]
pub(crate) enum Failure {
    /// The folder could not be listed: how many files it holds is not known.
    #[error("cannot be listed: {0}")]
    Unlisted(String),
    /// The file could not be read, or is not text.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The file's text could not be made into a syntax tree; its lines are counted, its sites are not.
    #[error("does not parse: {0}")]
    Unparsed(String),
}
