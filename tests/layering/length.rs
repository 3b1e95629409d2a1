//! How long a file may be.

use crate::assert_none;
use crate::tree::{self, File};

/// Comments and tests count. A file that comes near it holds more than one thing.
const CEILING: usize = 700;

#[test]
fn files_stay_below_the_ceiling() {
    let files = tree::rust(&tree::files());
    assert_none("no file has more than 700 lines", &long(&files));
}

#[test]
fn a_long_file_is_found() {
    let lines = |count| File::new("a.rs", &"\n".repeat(count));
    assert_eq!(long(&[lines(CEILING)]).len(), 0);
    assert_eq!(long(&[lines(CEILING + 1)]).len(), 1);
}

fn long(files: &[File]) -> Vec<String> {
    files
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|&(_, lines)| lines > CEILING)
        .map(|(file, lines)| format!("{} has {lines} lines", file.path))
        .collect()
}
