//! The whole program, with its output at hand.

use clap::Parser;

use super::*;
#[cfg(unix)]
use crate::fixture::Gate;
use crate::fixture::{self, Folder};

const MANIFEST: &str = "[package]\nname = \"one\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";

struct Outcome {
    exit: Exit,
    out: String,
    log: String,
}

fn run(folder: &Folder, options: &[&str], stop: &Stop) -> Outcome {
    run_manifest(folder.root().to_str().expect("the temporary folder has a plain name"), options, stop)
}

fn run_manifest(manifest: &str, options: &[&str], stop: &Stop) -> Outcome {
    let args = Args::parse_from([&["swarm", "--manifest", manifest], options].concat());
    let (mut out, mut log) = (Vec::new(), Vec::new());
    let exit = program(&args, stop, &mut out, &mut log).expect("a vector takes whatever is written to it");
    let text = |bytes| String::from_utf8(bytes).expect("the program prints text");
    Outcome { exit, out: text(out), log: text(log) }
}

#[test]
fn a_sound_package_passes_the_check() {
    let folder = Folder::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "#[cfg(test)] mod tests; fn f() { x.unwrap(); unsafe {} }"),
        ("src/tests.rs", "fn t() { panic!() }"),
    ]);
    let outcome = run(&folder, &["--check"], &Stop::default());
    assert_eq!((outcome.exit, outcome.log.as_str()), (Exit::Done, ""));
    assert!(outcome.out.contains("\n   12  one      1.0.0    MIT"), "{}", outcome.out);
    assert!(outcome.out.contains("\n1 packages, 2 files, 2 lines; 0 not read, 0 not parsed\n"), "{}", outcome.out);
    assert!(outcome.out.contains("\nPASS: "), "{}", outcome.out);
}

#[test]
fn what_does_not_parse_is_reported_and_what_cannot_be_read_sets_the_exit_code() {
    let folder = Folder::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", ""), ("src/broken.rs", "fn (")]);
    let outcome = run(&folder, &["--check"], &Stop::default());
    assert_eq!(outcome.exit, Exit::Done);
    assert!(outcome.out.contains("\none 1.0.0: src/broken.rs does not parse: "), "{}", outcome.out);

    folder.write("src/latin.rs", b"\xff");
    let outcome = run(&folder, &["--check"], &Stop::default());
    assert_eq!(outcome.exit, Exit::Unread);
    assert!(outcome.out.contains("\none 1.0.0: src/latin.rs cannot be read: not UTF-8"), "{}", outcome.out);
    assert!(outcome.out.contains("\nPASS: "), "{}", outcome.out);
}

#[test]
fn the_json_holds_every_package_and_the_run() {
    let folder = Folder::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", "fn f() { panic!() }")]);
    let file = folder.path("out.json");
    let file = file.to_str().expect("the temporary folder has a plain name");
    assert_eq!(run(&folder, &["--json", file], &Stop::default()).exit, Exit::Done);
    let text = fs::read_to_string(file).expect("the file was written");
    let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(json["packages"][0]["name"], "one");
    assert_eq!(json["packages"][0]["code"]["panics"], 1);
    assert_eq!(json["totals"]["files"], 1);
    assert_eq!(json["run"]["restarts"], 0);
    assert!(json["run"]["seconds"].is_f64());

    let outcome = run(&folder, &["--json", "/no/such/folder/out.json"], &Stop::default());
    assert_eq!(outcome.exit, Exit::NoOutput);
    assert!(outcome.log.starts_with("cannot write the results to /no/such/folder/out.json: "), "{}", outcome.log);
}

#[test]
fn an_interrupted_audit_prints_what_was_done() {
    let folder = Folder::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", "")]);
    let stop = Stop::default();
    stop.set();
    let outcome = run(&folder, &["--check"], &stop);
    assert_eq!(outcome.exit, Exit::Interrupted);
    assert!(outcome.out.contains("\n0 packages, 0 files"), "{}", outcome.out);
    assert!(outcome.out.ends_with("interrupted: 0 of 1 packages done\n"), "{}", outcome.out);
}

#[test]
fn chaos_says_its_seed_and_changes_nothing() {
    let (folder, packages) = fixture::workspace(1, 30);
    folder.write("p0/Cargo.toml", MANIFEST.as_bytes());
    folder.write("p0/src/lib.rs", b"");
    let manifest = packages[0].root.join("Cargo.toml");
    let manifest = manifest.to_str().expect("the temporary folder has a plain name");
    let outcome = run_manifest(manifest, &["--check", "--chaos", "10000", "--seed", "42"], &Stop::default());
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.out);
    assert_eq!(outcome.log, "chaos: 10000 kills a second, --seed 42\n");
    assert!(outcome.out.contains("\nchaos with seed 42 has killed "), "{}", outcome.out);
    assert!(outcome.out.contains("\nPASS: "), "{}", outcome.out);
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_the_middle_of_a_file_ends_it_at_once() {
    let folder = Folder::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", "")]);
    let gate = Gate::new(folder.path("src/z.rs"));
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let ctrl_c = scope.spawn(|| {
            let reader = gate.reached();
            stop.set();
            reader
        });
        let outcome = run(&folder, &[], &stop);
        assert_eq!(outcome.exit, Exit::Interrupted);
        assert!(outcome.out.ends_with("interrupted: 0 of 1 packages done\n"), "{}", outcome.out);
        drop(ctrl_c.join());
    });
}

#[test]
fn bad_input_gets_a_message_and_an_exit_code() {
    let folder = Folder::new(&[]);
    let outcome = run(&folder, &[], &Stop::default());
    assert_eq!((outcome.exit, outcome.out.as_str()), (Exit::NoManifest, ""));
    assert!(outcome.log.contains("there is no such manifest"), "{}", outcome.log);
}

#[test]
fn the_help_lists_every_exit_code() {
    let help = <Args as clap::CommandFactory>::command().render_help().to_string();
    let codes = [
        Exit::Done,
        Exit::Differs,
        Exit::Usage,
        Exit::NoManifest,
        Exit::NoMetadata,
        Exit::NothingOnDisk,
        Exit::Unread,
        Exit::NoOutput,
        Exit::Lost,
        Exit::Interrupted,
    ];
    for code in codes {
        assert!(help.contains(&format!("\n{:>5}  ", code as i32)), "{code:?} is not in\n{help}");
    }
}
