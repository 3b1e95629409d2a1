//! The audit of one source file: a path in, numbers out.
//!
//! Which files belong to a package is decided in `source`, what the numbers of several files add up to in `tally`.
//! Nothing here keeps state between files, so files may be audited in any order, on any thread, and more than once.
//!
//! What is counted and how: sites are found in the syntax tree by name, since types are not known. `.unwrap()` and
//! `.expect(..)` count for every type that has such methods; a `panic!` counts under any path, `assert!`,
//! `unreachable!`, `todo!` and their like do not. Inside macro invocations see `tokens`. Code in documentation is not
//! counted. Tests are items under `#[cfg(test)]` (or a predicate that implies it), functions with a test attribute, and
//! whole files in `tests/`, `benches/` and `examples/`; a file that is declared as `#[cfg(test)] mod name;` is known
//! to its parent only, which therefore names it in `FileAudit::test_modules`.

mod attributes;
mod failure;
mod nesting;
mod parse;
mod sites;
mod tokens;
mod visitor;

use std::{collections::BTreeSet, fs};

#[cfg(test)]
pub(crate) use self::sites::Sites;
pub(crate) use self::{
    failure::Failure,
    sites::{Role, Split},
};
use crate::source::SourceFile;

/// What the audit of one file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileAudit {
    /// The file, relative to the package's root, with forward slashes.
    pub(crate) file: String,
    /// Lines of text, as `str::lines` counts them; zero if the file could not be read.
    pub(crate) lines: u64,
    /// The sites found; none if the file does not parse.
    pub(crate) sites: Split,
    /// Modules declared here without a body that exist in tests only: `src/x/tests` stands for `src/x/tests.rs`,
    /// `src/x/tests/mod.rs` and everything in `src/x/tests/`.
    pub(crate) test_modules: BTreeSet<String>,
    /// Why numbers are missing, if they are.
    pub(crate) failure: Option<Failure>,
}

impl FileAudit {
    /// The audit of something that could not be audited.
    pub(crate) fn failed(file: &str, failure: Failure) -> Self {
        Self {
            file: file.to_owned(),
            lines: 0,
            sites: Split::default(),
            test_modules: BTreeSet::new(),
            failure: Some(failure),
        }
    }
}

/// Reads and audits a file. This blocks on the disk and then computes, for milliseconds as a rule.
///
/// A file that cannot be read or parsed, or on which the parser panics, gives an audit with a `failure`.
pub(crate) fn file(source: &SourceFile) -> FileAudit {
    let unreadable = |reason: String| FileAudit::failed(&source.relative, Failure::Unreadable(reason));
    match fs::read(&source.path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(content) => text(source, &content),
            Err(error) => unreadable(format!("not UTF-8 from byte {}", error.utf8_error().valid_up_to())),
        },
        Err(error) => unreadable(error.to_string()),
    }
}

/// Audits a file whose content is at hand.
pub(crate) fn text(source: &SourceFile, content: &str) -> FileAudit {
    let mut audit = FileAudit {
        file: source.relative.clone(),
        lines: content.lines().count() as u64,
        sites: Split::default(),
        test_modules: BTreeSet::new(),
        failure: None,
    };
    match parse::with_syntax(content, |file| visitor::visit(file, source)) {
        Ok((sites, test_modules)) => (audit.sites, audit.test_modules) = (sites, test_modules),
        Err(failure) => audit.failure = Some(failure),
    }
    audit
}

#[cfg(test)]
mod tests;
