//! Source trees in temporary folders, for the tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    audit::Role,
    package::{Package, PackageId},
    source::SourceFile,
};

/// A folder that is deleted when the test is over.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes a folder holding these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        // Relaxed: the number only has to be a different one each time.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let base = std::env::temp_dir().canonicalize().expect("there is a folder for temporary files");
        let folder = Self(base.join(format!("swarm-{}-{number}", process::id())));
        fs::create_dir_all(&folder.0).expect("a folder can be made");
        for (name, content) in files {
            folder.write(name, content.as_bytes());
        }
        folder
    }

    /// Writes one more file.
    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(path, content).expect("a file can be written");
    }

    /// The path of something inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that is left behind harms no one, and a second panic would hide the first.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A package without targets, rooted at the folder.
pub(crate) fn package(folder: &Folder) -> Package {
    Package {
        id: PackageId::from("fixture 1.0.0"),
        name: "fixture".to_owned(),
        version: "1.0.0".to_owned(),
        licence: Some("MIT".to_owned()),
        root: folder.root().to_owned(),
        targets: Vec::new(),
    }
}

/// A file of code that exists by name only.
pub(crate) fn source(relative: &str) -> SourceFile {
    SourceFile {
        path: PathBuf::from(relative),
        relative: relative.to_owned(),
        role: Role::Code,
        module_folder: relative.trim_end_matches(".rs").to_owned(),
    }
}
