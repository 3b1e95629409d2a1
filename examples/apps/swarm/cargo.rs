//! Runs `cargo metadata`, without a network and without changing anything if that is possible.

use std::{
    ffi::OsString,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::metadata::MetadataError;

/// What Cargo printed, and whether it could name the dependencies.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The metadata, as JSON.
    pub(crate) json: Vec<u8>,
    /// Why only the workspace's own packages are in it, if that is so.
    pub(crate) shortfall: Option<String>,
}

/// Asks Cargo which packages a manifest leads to.
///
/// Dependencies for other platforms than this one are seldom on disk, so they are filtered out. The lock file is
/// left alone if it is there and right. If the dependencies cannot be resolved without a network the answer has the
/// workspace's own packages only, and says so.
///
/// # Errors
///
/// `NoManifest` or `Unreadable` if the manifest is not there or not readable, `NoCargo` if Cargo cannot be run,
/// `Refused` with Cargo's own words if it has no answer.
pub(crate) fn metadata(manifest: &Path) -> Result<Answer, MetadataError> {
    let manifest = readable(manifest)?;
    let platform = host().map(|host| ["--filter-platform".to_owned(), host]);
    let platform = platform.as_ref().map_or(&[][..], |arguments| &arguments[..]);
    let mut shortfall = None;
    for offline in ["--frozen", "--offline"] {
        let output = run(&manifest, &[&[offline.to_owned()], platform].concat())?;
        if output.status.success() {
            return Ok(Answer { json: output.stdout, shortfall: None });
        }
        shortfall = Some(words(&output));
    }
    let output = run(&manifest, &["--offline".to_owned(), "--no-deps".to_owned()])?;
    if output.status.success() {
        return Ok(Answer { json: output.stdout, shortfall });
    }
    Err(MetadataError::Refused { manifest, words: words(&output) })
}

/// The manifest's absolute path, once a byte of it could be read.
fn readable(manifest: &Path) -> Result<PathBuf, MetadataError> {
    let absolute = match manifest.canonicalize() {
        Ok(absolute) => absolute,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(MetadataError::NoManifest { manifest: manifest.to_owned() });
        }
        Err(source) => {
            return Err(MetadataError::Unreadable { manifest: manifest.to_owned(), source });
        }
    };
    match File::open(&absolute).and_then(|mut file| file.read(&mut [0])) {
        Ok(_) => Ok(absolute),
        Err(source) => Err(MetadataError::Unreadable { manifest: absolute, source }),
    }
}

fn run(manifest: &Path, arguments: &[String]) -> Result<Output, MetadataError> {
    let cargo = program();
    Command::new(&cargo)
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .args(arguments)
        // Cargo looks for its configuration from here upwards, and another workspace may have its own.
        .current_dir(manifest.parent().unwrap_or(manifest))
        .output()
        .map_err(|source| MetadataError::NoCargo { cargo, source })
}

/// The Cargo that runs this program, or else the one on the path.
fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The platform that Cargo builds for unless told otherwise.
fn host() -> Option<String> {
    let output = Command::new(program()).arg("-vV").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
