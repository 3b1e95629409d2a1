//! Which files belong to a package, in an order that does not depend on the disk.
//!
//! A package's files are the `.rs` files below its manifest's folder, without those of packages inside it (each counts
//! for itself), hidden folders and Cargo's target folder, and with the root files of its targets wherever they are.
//! Links to files are followed, links to folders are not. Files are listed whether or not a `mod` leads to them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Component, Path, PathBuf},
};

use crate::{
    audit::{Failure, FileAudit, Role},
    package::{Package, TargetKind},
};

/// One source file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its path below the package's root, with forward slashes, on every system.
    pub(crate) relative: String,
    /// Whether the whole file is a test, judged by its folder or its target.
    pub(crate) role: Role,
    /// The folder, relative like `relative`, in which files of the modules declared in this one are.
    pub(crate) module_folder: String,
}

/// The files of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// All files, sorted by relative path.
    pub(crate) files: Vec<SourceFile>,
    /// Folders which could not be listed, as audits, so that they are reported like files are.
    pub(crate) failures: Vec<FileAudit>,
}

/// Lists a package's files. This blocks on the disk.
pub(crate) fn list(package: &Package) -> Listing {
    let mut found = BTreeMap::new();
    let mut failures = Vec::new();
    let mut folders = vec![package.root.clone()];
    while let Some(folder) = folders.pop() {
        if let Err(error) = read_folder(&folder, &package.root, &mut folders, &mut found) {
            let relative = relative_to(&folder, &package.root);
            let name = if relative.is_empty() { "." } else { relative.as_str() };
            failures.push(FileAudit::failed(name, Failure::Unlisted(error.to_string())));
        }
    }
    for target in package.targets.iter().filter(|target| target.source.is_file()) {
        found.insert(relative_to(&target.source, &package.root), target.source.clone());
    }
    failures.sort_by(|a, b| a.file.cmp(&b.file));
    let files = found.into_iter().map(|(relative, path)| source_file(package, relative, path)).collect();
    Listing { files, failures }
}

/// The path that `parts` lead to from `folder`, `.` and `..` resolved by text alone.
pub(crate) fn resolve<'a>(folder: &'a str, parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut resolved: Vec<&str> = Vec::new();
    for step in std::iter::once(folder).chain(parts).flat_map(|part| part.split(['/', '\\'])) {
        match step {
            "" | "." => {}
            ".." if resolved.last().is_some_and(|last| *last != "..") => {
                resolved.pop();
            }
            _ => resolved.push(step),
        }
    }
    resolved.join("/")
}

/// The folder of a relative path; empty for a file in the package's root.
pub(crate) fn parent(relative: &str) -> &str {
    relative.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn read_folder(
    folder: &Path,
    root: &Path,
    folders: &mut Vec<PathBuf>,
    found: &mut BTreeMap<String, PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if !is_left_out(&path, folder == root) {
                folders.push(path);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.is_dir() {
            found.insert(relative_to(&path, root), path);
        }
    }
    Ok(())
}

fn is_left_out(folder: &Path, is_top: bool) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
        || is_top && name == "target"
        || folder.join("CACHEDIR.TAG").is_file()
        || folder.join("Cargo.toml").is_file()
}

fn source_file(package: &Package, relative: String, path: PathBuf) -> SourceFile {
    let target = package.targets.iter().find(|target| target.source == path);
    let in_test_folder = ["tests/", "benches/", "examples/"].iter().any(|folder| relative.starts_with(folder));
    let role = match target.map(|target| target.kind) {
        Some(TargetKind::Tests) => Role::Tests,
        Some(TargetKind::Code | TargetKind::BuildScript | TargetKind::ProcMacro) => Role::Code,
        None if in_test_folder => Role::Tests,
        None => Role::Code,
    };
    let owns_folder = target.is_some() || relative == "mod.rs" || relative.ends_with("/mod.rs");
    let module_folder = if owns_folder { parent(&relative) } else { relative.trim_end_matches(".rs") }.to_owned();
    SourceFile { path, relative, role, module_folder }
}

/// A file outside the root keeps its whole path. Names which are not Unicode are escaped, so that they stay apart.
fn relative_to(path: &Path, root: &Path) -> String {
    let steps = path.strip_prefix(root).unwrap_or(path).components().map(|component| match component {
        Component::RootDir => String::new(),
        other => {
            let name = other.as_os_str();
            name.to_str().map_or_else(|| name.as_encoded_bytes().escape_ascii().to_string(), str::to_owned)
        }
    });
    steps.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Folder, package};

    fn names(listing: &Listing, role: Role) -> Vec<&str> {
        listing.files.iter().filter(|file| file.role == role).map(|file| file.relative.as_str()).collect()
    }

    #[test]
    fn files_are_sorted_and_told_apart_by_folder() {
        let folder = Folder::new(&[
            ("src/lib.rs", ""),
            ("src/b/mod.rs", ""),
            ("src/a.rs", ""),
            ("src/notes.txt", ""),
            ("build.rs", ""),
            ("tests/it.rs", ""),
            ("benches/speed/main.rs", ""),
            ("examples/show.rs", ""),
            ("src/tests/inner.rs", ""),
        ]);
        let listing = list(&package(&folder));
        assert_eq!(
            names(&listing, Role::Code),
            ["build.rs", "src/a.rs", "src/b/mod.rs", "src/lib.rs", "src/tests/inner.rs"]
        );
        assert_eq!(names(&listing, Role::Tests), ["benches/speed/main.rs", "examples/show.rs", "tests/it.rs"]);
        assert_eq!(listing.failures, []);
    }

    #[test]
    fn inner_packages_hidden_folders_and_build_output_are_left_out() {
        let folder = Folder::new(&[
            ("src/lib.rs", ""),
            ("src/target/kept.rs", ""),
            ("inner/Cargo.toml", ""),
            ("inner/src/lib.rs", ""),
            (".hidden/x.rs", ""),
            ("target/x.rs", ""),
            ("out/CACHEDIR.TAG", ""),
            ("out/x.rs", ""),
        ]);
        assert_eq!(names(&list(&package(&folder)), Role::Code), ["src/lib.rs", "src/target/kept.rs"]);
    }

    #[test]
    fn a_target_counts_wherever_it_is_and_as_what_it_is() {
        let folder = Folder::new(&[("one/src/lib.rs", ""), ("one/check.rs", ""), ("shared/main.rs", "")]);
        let mut package = package(&folder);
        package.root = folder.path("one");
        for (kind, file) in
            [(TargetKind::Tests, "one/check.rs"), (TargetKind::Code, "shared/main.rs"), (TargetKind::Code, "gone.rs")]
        {
            package.targets.push(crate::package::Target { kind, source: folder.path(file) });
        }
        let listing = list(&package);
        assert_eq!(names(&listing, Role::Tests), ["check.rs"]);
        let code = names(&listing, Role::Code);
        assert_eq!(code.len(), 2, "{code:?}");
        assert!(code.iter().any(|file| file.ends_with("/shared/main.rs")), "{code:?}");
    }

    #[test]
    fn a_folder_which_is_not_there_is_reported() {
        let folder = Folder::new(&[]);
        let mut package = package(&folder);
        package.root = folder.path("nowhere");
        let listing = list(&package);
        assert_eq!(listing.files, []);
        assert_eq!(listing.failures.len(), 1);
        assert_eq!(listing.failures[0].file, ".");
        assert!(matches!(listing.failures[0].failure, Some(Failure::Unlisted(_))));
    }

    #[test]
    fn steps_are_resolved_by_text() {
        assert_eq!(resolve("src/a", ["b"]), "src/a/b");
        assert_eq!(resolve("src", ["../tests/./x.rs"]), "tests/x.rs");
        assert_eq!(resolve("", ["..", "x.rs"]), "../x.rs");
        assert_eq!(parent("src/a/b.rs"), "src/a");
        assert_eq!(parent("build.rs"), "");
    }
}
