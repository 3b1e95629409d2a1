//! The README shows a program that compiles and runs: the first example, word for word.

use std::fs;
use std::path::Path;

#[test]
fn the_readme_shows_the_first_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect(path);
    let example = read("examples/00_quick_start.rs");
    let program: String =
        example.lines().filter(|line| !line.starts_with("//!")).map(|line| format!("{line}\n")).collect();
    assert!(read("README.md").contains(program.trim()), "paste examples/00_quick_start.rs into README.md");
}
