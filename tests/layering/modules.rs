//! Every source file is compiled, and folders are written in one style.

use std::collections::BTreeSet;

use toml::Value;

use crate::assert_none;
use crate::tree::{self, File, Manifest};

/// Folders whose sources are read by a test and not compiled with the package.
const FIXTURES: [&str; 2] = ["tests/ui/", "tests/fixtures/"];

#[test]
fn no_source_file_is_forgotten() {
    let files = tree::files();
    let faults = orphans(&tree::rust(&files), &tree::manifests(&files));
    assert_none("a source file is a target or a module of one", &faults);
}

#[test]
fn folders_have_one_style() {
    let files = tree::files();
    let faults = mixed(&tree::rust(&files), &tree::manifests(&files));
    assert_none("a module with parts is a folder with a mod.rs", &faults);
}

#[test]
fn a_forgotten_file_is_found() {
    let tests = "autotests = false\n[[test]]\nname = \"a\"\npath = \"a/main.rs\"";
    let package = [sample(tests)];
    let code = |path: &str| File::new(path, "mod part;\nmod deep;\n");
    let files = ["p/src/lib.rs", "p/src/part.rs", "p/a/main.rs", "p/a/part.rs"].map(code);
    assert_eq!(orphans(&files, &package), [""; 0]);

    for forgotten in ["p/src/other.rs", "p/b.rs", "p/b/main.rs", "p/tests/c.rs", "p/a/other.rs"] {
        let all = [&files[..], &[code(forgotten)]].concat();
        assert_eq!(orphans(&all, &package).len(), 1, "{forgotten}");
    }
    for kept in ["p/src/deep/mod.rs", "p/src/part/deep.rs", "p/tests/ui/fail.rs", "p/build.rs"] {
        let all = [&files[..], &[code(kept)]].concat();
        assert_eq!(orphans(&all, &package), [""; 0], "{kept}");
    }
    let found_by_cargo = [&files[..], &[code("p/tests/c.rs")]].concat();
    assert_eq!(orphans(&found_by_cargo, &[sample("")]).len(), 2);
}

#[test]
fn mixed_styles_are_found() {
    let files = |paths: &[&str]| -> Vec<File> { paths.iter().map(|path| File::new(path, "")).collect() };
    let package = [sample("[[test]]\nname = \"ui\"\npath = \"tests/ui.rs\"")];
    for (paths, faults) in [
        (&["p/src/a.rs", "p/src/a/b.rs"][..], 1),
        (&["p/src/a/mod.rs", "p/src/a/b.rs"], 0),
        (&["p/src/a.rs", "p/src/a/tests.rs"], 0),
        (&["p/src/a.rs", "p/src/a/tests/mod.rs"], 0),
        (&["p/tests/ui.rs", "p/tests/ui/fail.rs"], 0),
    ] {
        assert_eq!(mixed(&files(paths), &package).len(), faults, "{paths:?}");
    }
}

/// Files that no target and no `mod` line reaches.
fn orphans(files: &[File], manifests: &[Manifest]) -> Vec<String> {
    let roots = roots(files, manifests);
    files
        .iter()
        .filter(|file| !roots.contains(&file.path) && !is_fixture(&file.path))
        .filter(|file| !is_declared(&file.path, files, &roots))
        .map(|file| format!("{} is in no target", file.path))
        .collect()
}

/// Modules that are both `name.rs` and a folder of parts. A folder of nothing but tests may stand
/// beside its file.
fn mixed(files: &[File], manifests: &[Manifest]) -> Vec<String> {
    let roots = roots(files, manifests);
    let mut faults = BTreeSet::new();
    for file in files.iter().filter(|file| !roots.contains(&file.path)) {
        let stem = file.path.trim_end_matches(".rs");
        for other in files {
            let inner = other.path.strip_prefix(stem);
            let inner = inner.and_then(|inner| inner.strip_prefix('/'));
            if inner.is_some_and(|inner| inner != "tests.rs" && !inner.starts_with("tests/")) {
                faults.insert(format!("{} stands beside {stem}/", file.path));
            }
        }
    }
    faults.into_iter().collect()
}

/// The files at which compilation begins.
fn roots(files: &[File], manifests: &[Manifest]) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for manifest in manifests {
        let folder = &manifest.folder;
        for root in ["src/lib.rs", "src/main.rs", "build.rs"] {
            roots.insert(format!("{folder}/{root}"));
        }
        for kind in ["lib", "bin", "test", "example", "bench"] {
            let named = manifest.table.get(kind).map_or_else(Vec::new, targets);
            roots.extend(named.iter().map(|path| format!("{folder}/{path}")));
        }
        for (kind, switch) in
            [("src/bin", "autobins"), ("tests", "autotests"), ("examples", "autoexamples"), ("benches", "autobenches")]
        {
            let switch = manifest.table["package"].get(switch);
            if switch.and_then(Value::as_bool) != Some(false) {
                let found = files.iter().map(|file| &file.path);
                let found = found.filter(|path| is_discovered(path, &format!("{folder}/{kind}/")));
                roots.extend(found.cloned());
            }
        }
    }
    roots
}

/// The paths in one or several target tables.
fn targets(value: &Value) -> Vec<&str> {
    let several = value.as_array().map(Vec::as_slice);
    let tables = several.unwrap_or(std::slice::from_ref(value));
    let paths = tables.iter().filter_map(|table| table.get("path"));
    paths.filter_map(Value::as_str).collect()
}

/// Whether Cargo makes a target of this file without being told: `folder/a.rs`, `folder/a/main.rs`.
fn is_discovered(path: &str, folder: &str) -> bool {
    let Some(rest) = path.strip_prefix(folder) else {
        return false;
    };
    match rest.split_once('/') {
        None => true,
        Some((_, file)) => file == "main.rs",
    }
}

/// Whether a file that may hold `mod name;` for this path does so.
fn is_declared(path: &str, files: &[File], roots: &BTreeSet<String>) -> bool {
    let module = path.trim_end_matches(".rs");
    let module = module.strip_suffix("/mod").unwrap_or(module);
    let (folder, name) = module.rsplit_once('/').unwrap_or(("", module));
    let line = format!("mod {name};");
    files.iter().filter(|parent| parent.text.contains(&line)).any(|parent| {
        let stem = parent.path.trim_end_matches(".rs");
        let beside = stem.rsplit_once('/').map_or("", |(beside, _)| beside);
        let speaks_for_folder = stem.ends_with("/mod") || roots.contains(&parent.path);
        stem == folder || (speaks_for_folder && beside == folder)
    })
}

fn is_fixture(path: &str) -> bool {
    FIXTURES.iter().any(|folder| path.contains(folder))
}

fn sample(rest: &str) -> Manifest {
    let text = format!("[package]\nname = \"sample\"\n{rest}");
    Manifest::of(&File::new("p/Cargo.toml", &text)).expect("it is a manifest")
}
