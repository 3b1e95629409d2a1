//! `unsafe` stands only in the files that ARCHITECTURE.md names.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::assert_none;
use crate::tree::{self, File};

/// The heading in ARCHITECTURE.md under which the files are listed, one a bullet.
const HEADING: &str = "## Files with unsafe code";

#[test]
fn unsafe_code_stays_in_the_named_files() {
    let files = tree::files();
    let architecture = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let named = named(&architecture.expect("the code map exists").text);
    let faults = unnamed(&tree::rust(&files), &named);
    assert_none("unsafe code stands in the files that ARCHITECTURE.md names", &faults);
}

#[test]
fn unsafe_code_elsewhere_is_found() {
    let code = [File::new("a.rs", "fn f() {\n    unsafe { g() }\n}\n")];
    let twice = File::new("b.rs", "unsafe impl Send for A {}\nunsafe fn f() {}\n");
    let words = [File::new("c.rs", "#![forbid(unsafe_code)] // unsafe\nconst A: &str = \"unsafe\";")];
    let quoted = File::new("d.rs", "fn f() { quote! { unsafe { g() } } }");

    assert_eq!(unnamed(&code, &[]), ["a.rs:2 has unsafe code"]);
    assert_eq!(unnamed(&[twice], &[]).len(), 2);
    assert_eq!(unnamed(&words, &[]).len(), 0);
    assert_eq!(unnamed(&[quoted], &[]).len(), 1);
    assert_eq!(unnamed(&code, &["a.rs"]).len(), 0);
    assert_eq!(unnamed(&words, &["c.rs"]).len(), 1, "nothing needs the entry");
    assert_eq!(unnamed(&[File::new("e.rs", "fn f( {")], &[]).len(), 1);
}

#[test]
fn the_list_is_read() {
    let text = format!("- `no.rs`\n\n{HEADING}\n\nWhy.\n\n- `a/b.rs`: reason, `c`\n\n## Next\n\n- `d.rs`\n");
    assert_eq!(named(&text), ["a/b.rs"]);
}

/// Unsafe tokens outside the named files, and names of files that hold none.
fn unnamed(files: &[File], named: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for name in named {
        let file = files.iter().find(|file| file.path == *name);
        if !file.is_some_and(|file| lines(file).is_ok_and(|lines| !lines.is_empty())) {
            faults.push(format!("{name} is named, but has no unsafe code"));
        }
    }
    for file in files.iter().filter(|file| !named.contains(&file.path.as_str())) {
        match lines(file) {
            Ok(lines) => faults.extend(lines.iter().map(|line| format!("{}:{line} has unsafe code", file.path))),
            Err(error) => faults.push(format!("{} cannot be read: {error}", file.path)),
        }
    }
    faults
}

/// Where the keyword stands. Comments and strings are no tokens of that name.
fn lines(file: &File) -> Result<Vec<usize>, proc_macro2::LexError> {
    let mut found = Vec::new();
    let mut open = vec![TokenStream::from_str(&file.text)?];
    while let Some(tokens) = open.pop() {
        for token in tokens {
            match token {
                TokenTree::Ident(word) if word == "unsafe" => {
                    found.push(word.span().start().line);
                }
                TokenTree::Group(group) => open.push(group.stream()),
                _ => {}
            }
        }
    }
    Ok(found)
}

/// The paths in backticks that begin the bullets under the heading.
fn named(architecture: &str) -> Vec<&str> {
    let section = architecture.split_once(HEADING).map_or("", |(_, rest)| rest);
    section
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("- `")?.split('`').next())
        .collect()
}
