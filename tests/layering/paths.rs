//! No file speaks of the machine that it was written on.

use crate::assert_none;
use crate::tree::{self, File};

/// Beginnings of paths that exist on one machine only. They are written in two halves, so that
/// this file does not contain them.
const PRIVATE: [&str; 6] = [
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/tmp/", "bash"),
    concat!(".lib", "rary"),
];

#[test]
fn no_file_names_a_private_path() {
    let faults = private(&tree::files());
    assert_none("a file names nothing that one machine alone has", &faults);
}

#[test]
fn a_private_path_is_found() {
    let file = File::new("a.md", &format!("one\nsee {}ann/notes\n", PRIVATE[1]));
    assert_eq!(private(&[file]), [format!("a.md:2 contains {}", PRIVATE[1])]);
    let relative = File::new("a.md", "see tests/layering/paths.rs");
    assert_eq!(private(&[relative]).len(), 0);
}

fn private(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            for path in PRIVATE.iter().filter(|path| line.contains(**path)) {
                faults.push(format!("{}:{} contains {path}", file.path, number + 1));
            }
        }
    }
    faults
}
