//! No package is forgotten, and each takes part in the workspace's lints.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::assert_none;
use crate::tree::{self, File, Manifest};

#[test]
fn every_package_is_named_in_the_workspace() {
    let files = tree::files();
    let faults = forgotten(&tree::workspace(&files), &tree::manifests(&files));
    assert_none("a package is a member or excluded by name", &faults);
}

#[test]
fn every_member_forbids_unsafe_code() {
    let files = tree::files();
    let faults = lenient(&tree::workspace(&files), &tree::manifests(&files));
    assert_none("a member takes the lints of the workspace", &faults);
}

#[test]
fn no_library_has_a_build_script() {
    let faults = scripts(&tree::files());
    assert_none("a library builds without running code of ours", &faults);
}

#[test]
fn a_build_script_is_found() {
    let file = |path| File::new(path, "fn main() {}");
    assert_eq!(scripts(&[file("actor-core/build.rs")]).len(), 1);
    assert_eq!(scripts(&[file("actor-otp/gen/build.rs")]).len(), 1);
    assert_eq!(scripts(&[file("tests/build.rs")]).len(), 0);
    assert_eq!(scripts(&[file("actor-core/src/build.rs")]).len(), 0);
}

#[test]
fn a_forgotten_package_is_found() {
    let workspace = "[workspace]\nmembers = [\"one\"]\nexclude = [\"other\"]";
    let workspace: Table = workspace.parse().expect("it is a manifest");
    let packages = ["one", "other", "third"].map(|name| sample(name, ""));
    assert_eq!(forgotten(&workspace, &packages[..2]).len(), 0);
    assert_eq!(forgotten(&workspace, &packages).len(), 1);
}

#[test]
fn a_lenient_package_is_found() {
    let strict = "[workspace]\nmembers = [\"one\"]\n[workspace.lints.rust]\nunsafe_code = \"forbid\"";
    let strict: Table = strict.parse().expect("it is a manifest");
    let lax: Table = "[workspace]\nmembers = [\"one\"]".parse().expect("it is a manifest");
    let linted = sample("one", "[lints]\nworkspace = true");
    let bare = sample("one", "");
    assert_eq!(lenient(&strict, std::slice::from_ref(&linted)).len(), 0);
    assert_eq!(lenient(&strict, &[bare]).len(), 1);
    assert_eq!(lenient(&lax, &[linted]).len(), 1);
}

/// Packages that the workspace neither builds nor excludes.
fn forgotten(workspace: &Table, manifests: &[Manifest]) -> Vec<String> {
    let mut known = listed(workspace, "members");
    known.extend(listed(workspace, "exclude"));
    manifests
        .iter()
        .filter(|manifest| !known.contains(manifest.folder.as_str()))
        .map(|manifest| format!("{} is no member of the workspace", manifest.folder))
        .collect()
}

/// Members that go without the lints of the workspace, and lints that allow unsafe code.
fn lenient(workspace: &Table, manifests: &[Manifest]) -> Vec<String> {
    let members = listed(workspace, "members");
    let mut faults: Vec<String> = manifests
        .iter()
        .filter(|manifest| members.contains(manifest.folder.as_str()))
        .filter(|manifest| {
            let lints = manifest.table.get("lints");
            let inherits = lints.and_then(|lints| lints.get("workspace"));
            inherits.and_then(Value::as_bool) != Some(true)
        })
        .map(|manifest| format!("{} does not say `[lints] workspace = true`", manifest.folder))
        .collect();
    let level = ["workspace", "lints", "rust", "unsafe_code"]
        .iter()
        .try_fold(&Value::Table(workspace.clone()), |value, key| value.get(key))
        .and_then(Value::as_str)
        .map(str::to_owned);
    if level.as_deref() != Some("forbid") {
        faults.push("the workspace does not forbid unsafe_code".to_owned());
    }
    faults
}

/// Build scripts of the packages that users compile.
fn scripts(files: &[File]) -> Vec<String> {
    let ours = files.iter().filter(|file| file.path.starts_with("actor-"));
    ours.filter(|file| file.path.ends_with("/build.rs") && !file.path.contains("/src/"))
        .map(|file| format!("{} is a build script", file.path))
        .collect()
}

fn listed<'a>(workspace: &'a Table, key: &str) -> BTreeSet<&'a str> {
    let list = workspace.get("workspace").and_then(|table| table.get(key));
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

fn sample(folder: &str, rest: &str) -> Manifest {
    let text = format!("[package]\nname = \"sample\"\n{rest}");
    let path = format!("{folder}/Cargo.toml");
    Manifest::of(&File::new(&path, &text)).expect("it is a manifest")
}
