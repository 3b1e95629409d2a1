//! What the code base promises about its own shape, read from the manifests and the sources.
//!
//! Every check is a function from files to faults. One test runs it on the workspace, another on
//! a few lines that break the rule, so that a check which finds nothing is known to look.

mod edges;
mod length;
mod members;
mod modules;
mod paths;
mod tree;
mod unsafe_code;

/// Fails with one line a fault.
#[track_caller]
fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}; {} faults:\n  {}", faults.len(), faults.join("\n  "));
}
