//! From a manifest to the packages whose sources are on disk.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use thiserror::Error;

use crate::{
    cargo,
    exit::Exit,
    package::{Package, PackageId, Target, TargetKind},
};

/// The packages that a manifest leads to.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Those with sources on disk, by name, version and identifier.
    pub(crate) packages: Vec<Package>,
    /// Those without, as name and version.
    pub(crate) absent: Vec<String>,
    /// Why dependencies are missing, if they are.
    pub(crate) shortfall: Option<String>,
}

impl Workspace {
    /// Asks Cargo for the packages of a manifest.
    ///
    /// # Errors
    ///
    /// See `MetadataError`.
    pub(crate) fn load(manifest: &Path) -> Result<Self, MetadataError> {
        let answer = cargo::metadata(manifest)?;
        let mut workspace = Self::parse(&answer.json, manifest)?;
        workspace.shortfall = answer.shortfall;
        if workspace.packages.is_empty() {
            return Err(MetadataError::NothingOnDisk { manifest: manifest.to_owned(), named: workspace.absent.len() });
        }
        Ok(workspace)
    }

    fn parse(json: &[u8], manifest: &Path) -> Result<Self, MetadataError> {
        let metadata: RawMetadata = serde_json::from_slice(json)
            .map_err(|source| MetadataError::Unintelligible { manifest: manifest.to_owned(), source })?;
        let all = metadata.packages.into_iter().map(Package::from);
        let (mut packages, absent): (Vec<_>, Vec<_>) = all.partition(|package| package.root.is_dir());
        packages.sort_by(|a, b| (&a.name, &a.version, &a.id).cmp(&(&b.name, &b.version, &b.id)));
        Ok(Self { packages, absent: absent.iter().map(Package::to_string).collect(), shortfall: None })
    }
}

/// Why there is nothing to audit.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum MetadataError {
    /// The path leads nowhere.
    #[error("cannot audit {}: there is no such manifest; name a Cargo.toml with --manifest PATH", manifest.display())]
    NoManifest {
        /// As it was given.
        manifest: PathBuf,
    },
    /// The file is there and gives no bytes.
    #[error("cannot read the manifest {}: {source}; name a Cargo.toml that can be read", manifest.display())]
    Unreadable {
        /// The manifest.
        manifest: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Cargo is not installed, or not where it should be.
    #[error("cannot run `{}`: {source}; install Cargo, or set CARGO to its path", cargo.display())]
    NoCargo {
        /// The program that was tried.
        cargo: OsString,
        /// What the system said.
        source: io::Error,
    },
    /// Cargo ran and has no answer.
    #[error("cargo metadata refused {}; mend what it complains of:\n{words}", manifest.display())]
    Refused {
        /// The manifest.
        manifest: PathBuf,
        /// What Cargo said.
        words: String,
    },
    /// Cargo answered in another form than the documented one.
    #[error("cannot understand what cargo metadata says of {}: {source}; this program reads format version 1", manifest.display())]
    Unintelligible {
        /// The manifest.
        manifest: PathBuf,
        /// Where the answer differs.
        source: serde_json::Error,
    },
    /// There are no packages, or none has a folder.
    #[error(
        "nothing to audit in {}: of the {named} packages it names none is on disk; build it first, or add a package",
        manifest.display()
    )]
    NothingOnDisk {
        /// The manifest.
        manifest: PathBuf,
        /// How many packages it names.
        named: usize,
    },
}

impl MetadataError {
    /// What the program ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoManifest { .. } | Self::Unreadable { .. } => Exit::NoManifest,
            Self::NoCargo { .. } | Self::Refused { .. } | Self::Unintelligible { .. } => Exit::NoMetadata,
            Self::NothingOnDisk { .. } => Exit::NothingOnDisk,
        }
    }
}

/// The parts of format version 1 that the audit needs.
#[derive(Deserialize)]
struct RawMetadata {
    packages: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<PathBuf>,
    manifest_path: PathBuf,
    targets: Vec<RawTarget>,
}

#[derive(Deserialize)]
struct RawTarget {
    kind: Vec<String>,
    src_path: PathBuf,
}

impl From<RawPackage> for Package {
    fn from(raw: RawPackage) -> Self {
        let licence = raw.license.filter(|text| !text.trim().is_empty());
        Self {
            id: PackageId::from(raw.id.as_str()),
            name: raw.name,
            version: raw.version,
            licence: licence.or_else(|| raw.license_file.map(|file| format!("file {}", file.display()))),
            root: raw.manifest_path.parent().map(Path::to_owned).unwrap_or_default(),
            targets: raw.targets.into_iter().map(Target::from).collect(),
        }
    }
}

impl From<RawTarget> for Target {
    fn from(raw: RawTarget) -> Self {
        let is = |kind: &str| raw.kind.iter().any(|own| own == kind);
        let kind = if is("custom-build") {
            TargetKind::BuildScript
        } else if is("proc-macro") {
            TargetKind::ProcMacro
        } else if is("test") || is("bench") || is("example") {
            TargetKind::Tests
        } else {
            TargetKind::Code
        };
        Self { kind, source: raw.src_path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Folder;

    fn load(files: &[(&str, &str)]) -> Result<Workspace, MetadataError> {
        Workspace::load(&Folder::new(files).path("Cargo.toml"))
    }

    #[test]
    fn packages_come_with_what_their_manifests_say() {
        let workspace = load(&[
            ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"z\", \"a\", \"m\"]"),
            (
                "z/Cargo.toml",
                "[package]\nname = \"z\"\nversion = \"0.2.0\"\nlicense = \"MIT\"\n[dependencies]\na.path = \"../a\"",
            ),
            ("z/src/main.rs", "fn main() {}"),
            ("z/build.rs", "fn main() {}"),
            ("z/tests/it.rs", ""),
            ("a/Cargo.toml", "[package]\nname = \"a\"\nlicense-file = \"OWN\"\n[lib]\nproc-macro = true"),
            ("a/src/lib.rs", ""),
            ("m/Cargo.toml", "[package]\nname = \"m\"\nversion = \"1.0.0\"\nlicense = \" \""),
            ("m/src/lib.rs", ""),
        ])
        .expect("the workspace is sound");
        let [a, m, z] = &workspace.packages[..] else { panic!("{:?}", workspace.packages) };
        assert_eq!([a, m, z].map(ToString::to_string), ["a 0.0.0", "m 1.0.0", "z 0.2.0"]);
        assert_eq!(a.licence.as_deref(), Some("file OWN"));
        assert_eq!((m.licence.as_deref(), z.licence.as_deref()), (None, Some("MIT")));
        assert_eq!([a, m, z].map(Package::is_proc_macro), [true, false, false]);
        assert_eq!([a, m, z].map(Package::has_build_script), [false, false, true]);
        assert!(z.targets.iter().any(|target| target.kind == TargetKind::Tests));
        assert!(workspace.shortfall.is_none() && workspace.absent.is_empty());
    }

    #[test]
    fn without_its_dependencies_a_workspace_still_has_its_own_packages() {
        let manifest = "[package]\nname = \"own\"\n[dependencies]\nno-such-package-anywhere.path = \"gone\"";
        let workspace = load(&[("Cargo.toml", manifest), ("src/lib.rs", "")]).expect("its own package is there");
        assert_eq!(workspace.packages.len(), 1);
        assert!(workspace.shortfall.is_some_and(|words| words.contains("no-such-package-anywhere")));
    }

    #[test]
    fn each_way_to_have_nothing_has_its_message_and_exit_code() {
        #[track_caller]
        fn check(files: &[(&str, &str)], exit: Exit, words: &str) {
            let error = load(files).expect_err("there is nothing to audit");
            assert_eq!(error.exit(), exit, "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
        check(&[], Exit::NoManifest, "there is no such manifest");
        check(&[("Cargo.toml/x", "")], Exit::NoManifest, "cannot read the manifest");
        check(&[("Cargo.toml", "[package")], Exit::NoMetadata, "cargo metadata refused");
        check(&[("Cargo.toml", "[workspace]\nmembers = []")], Exit::NothingOnDisk, "of the 0 packages it names none");
    }

    #[test]
    fn packages_without_a_folder_are_named() {
        let json =
            br#"{"packages": [{"id": "x", "name": "x", "version": "1.0.0", "license": null, "license_file": null,
            "manifest_path": "/no/such/folder/Cargo.toml", "targets": []}]}"#;
        let workspace = Workspace::parse(json, Path::new("Cargo.toml")).expect("this is metadata");
        assert!(workspace.packages.is_empty());
        assert_eq!(workspace.absent, ["x 1.0.0"]);
        let error = Workspace::parse(b"{}", Path::new("Cargo.toml")).expect_err("this is none");
        assert_eq!(error.exit(), Exit::NoMetadata);
    }
}
