//! The command line.

use std::{
    path::{Path, PathBuf},
    thread,
    time::SystemTime,
};

use clap::Parser;

use crate::tree::Havoc;

const EXIT_CODES: &str = "\
Exit codes:
    0  everything was audited, and compared equal if that was asked for
    1  --check found a difference
    2  the arguments make no sense
    3  no such manifest, or it cannot be read
    4  cargo refuses the manifest, or cannot be run
    5  none of the packages has its sources on disk
    6  a source file could not be read; the others were audited
    7  the results could not be written
    8  a package was not accounted for, or the swarm failed as a whole
  130  interrupted; what was printed is what was done by then";

/// Audits the packages that a Cargo workspace is made of, as they are on disk: licences, `unsafe`, panics, code that
/// runs at build time. Uses no network.
#[derive(Debug, Parser)]
#[command(name = "swarm", after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Manifest of the workspace, or the folder it is in [default: the workspace of this example].
    #[arg(long, value_name = "PATH")]
    manifest: Option<PathBuf>,

    /// Show the N packages with the highest scores; 0 shows all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,

    /// Write all results to FILE, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Workers that read and parse files [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,

    /// Kill N random workers and agents a second while it runs.
    #[arg(long, value_name = "N", default_value_t = 0)]
    chaos: u32,

    /// Choose those that are killed by this number, which is printed [default: another one each time].
    #[arg(long, value_name = "NUMBER", requires = "chaos")]
    seed: Option<u64>,

    /// Audit everything once more on one thread, compare every number, print PASS or FAIL.
    #[arg(long)]
    pub(crate) check: bool,
}

impl Args {
    /// The manifest to audit, whether or not it exists.
    pub(crate) fn manifest(&self) -> PathBuf {
        let given = self.manifest.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        if given.is_dir() { given.join("Cargo.toml") } else { given }
    }

    /// How many workers there are to be.
    pub(crate) fn workers(&self) -> usize {
        self.workers.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// The chaos that was asked for.
    pub(crate) fn chaos(&self) -> Option<Havoc> {
        (self.chaos > 0).then(|| Havoc { rate: self.chaos, seed: self.seed.unwrap_or_else(another_seed) })
    }

    /// How many packages to show; `None` for all.
    pub(crate) fn top(&self) -> Option<usize> {
        (self.top > 0).then_some(self.top)
    }
}

fn another_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Short enough to be typed again.
    now.as_nanos() as u64 % 1_000_000
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Args, clap::Error> {
        Args::try_parse_from([&["swarm"], arguments].concat())
    }

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_default_is_this_workspace() {
        let args = parse(&[]).expect("nothing is mandatory");
        let manifest = args.manifest().canonicalize().expect("the workspace is there");
        assert!(manifest.parent().is_some_and(|root| root.join("examples/Cargo.toml").is_file()), "{manifest:?}");
        assert_eq!((args.top(), args.chaos(), args.check), (Some(20), None, false));
    }

    #[test]
    fn every_option_is_understood() {
        let args = parse(&[
            "--manifest",
            "x/Cargo.toml",
            "--top",
            "0",
            "--json",
            "o.json",
            "--chaos",
            "7",
            "--seed",
            "9",
            "--workers",
            "3",
            "--check",
        ])
        .expect("the line is right");
        assert_eq!(args.manifest(), Path::new("x/Cargo.toml"));
        assert_eq!((args.top(), args.workers()), (None, 3));
        assert_eq!(args.json.as_deref(), Some(Path::new("o.json")));
        assert_eq!((args.chaos(), args.check), (Some(Havoc { rate: 7, seed: 9 }), true));
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            &["--top", "many"][..],
            &["--chaos", "-1"],
            &["--seed", "1"],
            &["--workers", "0"],
            &["--manifest"],
            &["surplus"],
        ] {
            assert_eq!(parse(line).expect_err("the line is wrong").exit_code(), 2, "{line:?}");
        }
    }
}
