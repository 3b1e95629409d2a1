//! Dependencies point down: the picture in ARCHITECTURE.md as a table.

use std::collections::{BTreeMap, BTreeSet};

use crate::assert_none;
use crate::tree::{self, File, Manifest};

/// What each package may name. It may also name whatever those may name.
const BELOW: [(&str, &[&str]); 13] = [
    ("actor-core", &[]),
    ("actor-macros", &[]),
    ("actor-gen", &["actor-core"]),
    ("actor-gen-server", &["actor-gen"]),
    ("actor-gen-statem", &["actor-gen"]),
    ("actor-registry", &["actor-gen"]),
    ("actor-supervisor", &["actor-gen-server"]),
    ("actor-agent", &["actor-gen-server"]),
    ("actor-task", &["actor-supervisor"]),
    ("actor-pubsub", &["actor-registry"]),
    ("actor-otp", PARTS),
    ("actor-examples", &["actor-otp"]),
    ("actor-tests", &["actor-otp"]),
];

/// What the facade re-exports.
const PARTS: &[&str] = &["actor-macros", "actor-gen-statem", "actor-task", "actor-agent", "actor-pubsub"];

/// Foreign crates of the core, which everything else drags along.
const CORE_USES: [&str; 4] = ["tokio", "tracing", "thiserror", "serde"];

/// Foreign crates of the macros, which only the compiler sees.
const MACROS_USE: [&str; 3] = ["proc-macro2", "quote", "syn"];

/// Foreign crates of the other libraries. One more needs a page in `actor-otp/docs/design/`.
const LIBRARIES_USE: [&str; 8] =
    ["tokio", "tokio-util", "futures", "async-trait", "dashmap", "tracing", "serde", "thiserror"];

#[test]
fn dependencies_point_down() {
    let manifests = members();
    assert_none("a dependency may only point down", &upward(&manifests));
}

#[test]
fn libraries_use_few_foreign_crates() {
    let manifests = members();
    assert_none("a library has few dependencies", &foreign(&manifests));
}

#[test]
fn an_upward_dependency_is_found() {
    for (kind, name, target, faults) in [
        ("dependencies", "actor-core", "actor-gen", 1),
        ("dev-dependencies", "actor-core", "actor-supervisor", 1),
        ("build-dependencies", "actor-gen", "actor-gen-server", 1),
        ("target.'cfg(unix)'.dependencies", "actor-gen", "actor-otp", 1),
        ("dependencies", "actor-gen-statem", "actor-gen-server", 1),
        ("dependencies", "actor-gen-server", "actor-macros", 1),
        ("dependencies", "actor-macros", "actor-core", 1),
        ("dependencies", "actor-supervisor", "actor-core", 0),
        ("dev-dependencies", "actor-gen-server", "actor-macros", 0),
        ("dependencies", "actor-otp", "actor-core", 0),
    ] {
        let manifest = sample(name, &format!("[{kind}]\n{target}.workspace = true"));
        assert_eq!(upward(&[manifest]).len(), faults, "{name} -> {target}");
    }
    let renamed = "[dependencies]\nbelow = { package = \"actor-otp\", path = \"..\" }";
    assert_eq!(upward(&[sample("actor-gen", renamed)]).len(), 1);
    assert_eq!(upward(&[sample("actor-novelty", "")]).len(), 1);
}

#[test]
fn a_foreign_crate_is_found() {
    for (name, kind, target, faults) in [
        ("actor-core", "dependencies", "dashmap", 1),
        ("actor-core", "build-dependencies", "cc", 1),
        ("actor-core", "dev-dependencies", "proptest", 0),
        ("actor-core", "dependencies", "tokio", 0),
        ("actor-registry", "dependencies", "dashmap", 0),
        ("actor-registry", "dependencies", "parking_lot", 1),
        ("actor-macros", "dependencies", "tokio", 1),
        ("actor-examples", "dependencies", "clap", 0),
    ] {
        let manifest = sample(name, &format!("[{kind}]\n{target} = \"1\""));
        assert_eq!(foreign(&[manifest]).len(), faults, "{name} -> {target}");
    }
}

/// Packages without a place in the table, and dependencies that do not point down from theirs.
fn upward(manifests: &[Manifest]) -> Vec<String> {
    let mut faults = Vec::new();
    for manifest in manifests {
        let name = &manifest.name;
        let Some(allowed) = reachable(name) else {
            faults.push(format!("{name} has no place in tests/layering/edges.rs and in ARCHITECTURE.md"));
            continue;
        };
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            // The macros lie below everything, so a test may use them anywhere.
            let spared = |target: &str| kind == "dev-dependencies" && target == "actor-macros";
            for target in manifest.dependencies(kind) {
                if is_ours(&target) && !allowed.contains(target.as_str()) && !spared(&target) {
                    faults.push(format!("{name} names {target} in {kind}"));
                }
            }
        }
    }
    faults
}

/// Dependencies of libraries on crates that are on none of the lists.
fn foreign(manifests: &[Manifest]) -> Vec<String> {
    let mut faults = Vec::new();
    for manifest in manifests {
        let name = manifest.name.as_str();
        let known: &[&str] = match name {
            "actor-examples" | "actor-tests" => continue,
            "actor-core" => &CORE_USES,
            "actor-macros" => &MACROS_USE,
            _ => &LIBRARIES_USE,
        };
        for kind in ["dependencies", "build-dependencies"] {
            for target in manifest.dependencies(kind) {
                if !is_ours(&target) && !known.contains(&target.as_str()) {
                    faults.push(format!("{name} uses {target}"));
                }
            }
        }
    }
    faults
}

/// Everything below `name`, or nothing if it is not in the table.
fn reachable(name: &str) -> Option<BTreeSet<&'static str>> {
    let below = BTreeMap::from(BELOW);
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = below.get(name)?.to_vec();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(below[next]);
        }
    }
    Some(found)
}

fn is_ours(name: &str) -> bool {
    name.starts_with("actor-")
}

/// The packages of the workspace. The benchmarks are one of their own: they name every rival.
fn members() -> Vec<Manifest> {
    let manifests = tree::manifests(&tree::files());
    let members = manifests.into_iter();
    members.filter(|manifest| manifest.folder != "tests/bench").collect()
}

fn sample(name: &str, rest: &str) -> Manifest {
    let text = format!("[package]\nname = \"{name}\"\n{rest}");
    Manifest::of(&File::new("some/Cargo.toml", &text)).expect("it is a manifest")
}
