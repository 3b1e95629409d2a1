//! What the compiler says to those who err, word for word.
//!
//! The words are those of one compiler, so any other skips the test. `TRYBUILD=overwrite cargo test -p actor-tests --test ui` writes
//! them down anew.

use std::process::Command;

/// The compiler whose words are in `ui/fail/*.stderr`.
const PINNED: &str = "rustc 1.95.";

#[test]
fn the_compiler_says_what_is_wrong_and_what_to_do() {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().expect("cargo has found the compiler, so it runs");
    let version = String::from_utf8_lossy(&version.stdout);
    if !version.starts_with(PINNED) {
        println!("skipped: the texts are those of {PINNED}x, and this is {version}");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
