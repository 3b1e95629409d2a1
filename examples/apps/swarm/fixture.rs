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

/// A workspace of so many packages, each with so many small files, and the folder they are in.
pub(crate) fn workspace(packages: usize, files: usize) -> (Folder, Vec<Package>) {
    let folder = Folder::new(&[]);
    let packages = (0..packages).map(|number| {
        for file in 0..files {
            let content = "fn f() { x.unwrap(); }\n".repeat(number + file);
            folder.write(&format!("p{number}/src/f{file}.rs"), content.as_bytes());
        }
        named(&folder, &format!("p{number}"))
    });
    let packages = packages.collect();
    (folder, packages)
}

/// The package in the folder of this name.
pub(crate) fn named(folder: &Folder, name: &str) -> Package {
    Package {
        id: PackageId::from(format!("{name} 1.0.0").as_str()),
        name: name.to_owned(),
        root: folder.path(name),
        ..package(folder)
    }
}

/// A source file that keeps whoever reads it waiting, until this is dropped: a named pipe that nobody writes to.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Gate(PathBuf);

#[cfg(unix)]
impl Gate {
    /// Puts such a file there.
    pub(crate) fn new(path: PathBuf) -> Self {
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        let made = process::Command::new("mkfifo").arg(&path).status().expect("there is a `mkfifo`");
        assert!(made.success(), "mkfifo: {made}");
        Self(path)
    }

    /// Returns when somebody reads it, who then waits for what is returned to be dropped.
    pub(crate) fn reached(&self) -> fs::File {
        fs::OpenOptions::new().write(true).open(&self.0).expect("a pipe can be opened")
    }

    /// Puts an ordinary file in its place, for those who read it from now on.
    pub(crate) fn replace(&self, content: &str) {
        let aside = self.0.with_extension("aside");
        fs::write(&aside, content).expect("a file can be written");
        fs::rename(aside, &self.0).expect("a file can be moved");
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
