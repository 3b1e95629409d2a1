//! The files of the workspace, as plain data.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Endings of the files that people write here.
const TEXT: [&str; 10] = ["rs", "md", "toml", "yml", "tsv", "sh", "html", "css", "js", "stderr"];

/// A text file of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// From the workspace root, with `/` on every system.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A `Cargo.toml` with a package in it.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    /// The folder from the workspace root, `actor-otp/gen`.
    pub(crate) folder: String,
    pub(crate) name: String,
    pub(crate) table: Table,
}

impl File {
    /// A file that exists only in a test.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

impl Manifest {
    /// Reads a manifest. The one of the workspace itself has no package and gives nothing.
    pub(crate) fn of(file: &File) -> Option<Self> {
        let folder = file.path.strip_suffix("Cargo.toml")?;
        let table: Table = file.text.parse().expect("Cargo has read this manifest");
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        Some(Self { folder: folder.trim_end_matches('/').to_owned(), name, table })
    }

    /// The packages named in the sections called `kind`, those for single targets included.
    pub(crate) fn dependencies(&self, kind: &str) -> Vec<String> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let sections = targets.into_iter().flat_map(Table::values);
        sections
            .filter_map(|section| section.get(kind))
            .chain(self.table.get(kind))
            .filter_map(Value::as_table)
            .flatten()
            .map(|(key, value)| {
                let renamed = value.get("package").and_then(Value::as_str);
                renamed.unwrap_or(key).to_owned()
            })
            .collect()
    }
}

/// Every text file below the workspace root, build output left out.
pub(crate) fn files() -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("a folder of the workspace is readable");
        for entry in entries {
            let path = entry.expect("an entry of the workspace is readable").path();
            let name = path.file_name().expect("an entry has a name");
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    folders.push(path);
                }
            } else if is_text(&path) {
                let text = fs::read_to_string(&path).expect("a text file is UTF-8");
                files.push(File { path: relative(&path), text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// Those of `files` that are Rust source.
pub(crate) fn rust(files: &[File]) -> Vec<File> {
    let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
    rust.cloned().collect()
}

/// The manifests of the packages among `files`.
pub(crate) fn manifests(files: &[File]) -> Vec<Manifest> {
    files.iter().filter_map(Manifest::of).collect()
}

/// The manifest of the workspace itself.
pub(crate) fn workspace(files: &[File]) -> Table {
    let root = files.iter().find(|file| file.path == "Cargo.toml");
    let root = root.expect("the workspace has a manifest");
    root.text.parse().expect("Cargo has read this manifest")
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests have a parent").to_owned()
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("the walk began at the root");
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn is_text(path: &Path) -> bool {
    let script = path.ends_with(".ci/run");
    let ending = path.extension().and_then(|ending| ending.to_str());
    script || ending.is_some_and(|ending| TEXT.contains(&ending))
}
