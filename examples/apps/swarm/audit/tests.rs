//! The audit of whole files.

use std::fs;

use super::*;
use crate::fixture::{Folder, source as code};

#[track_caller]
fn check(content: &str, code_sites: Sites, test_sites: Sites) {
    let audit = text(&code("src/a.rs"), content);
    assert_eq!(audit.failure, None, "{content}");
    assert_eq!(audit.sites, Split { code: code_sites, tests: test_sites }, "{content}");
}

#[track_caller]
fn check_code(content: &str, sites: Sites) {
    check(content, sites, Sites::default());
}

#[track_caller]
fn check_modules(file: &str, content: &str, modules: &[&str]) {
    let audit = text(&code(file), content);
    assert_eq!(audit.failure, None, "{content}");
    assert_eq!(audit.test_modules.iter().collect::<Vec<_>>(), modules, "{content}");
}

#[test]
fn each_construct_is_counted_as_what_it_is() {
    check_code(
        "unsafe fn f() { unsafe { g() } }
         unsafe impl Send for S {}
         unsafe trait T { unsafe fn h(); unsafe fn i() {} }
         impl S { pub unsafe extern \"C\" fn j() {} }
         unsafe extern \"C\" { unsafe fn k(); safe fn l(); fn m(); }
         type F = unsafe fn();",
        Sites { unsafe_blocks: 1, unsafe_fns: 5, unsafe_impls: 1, unsafe_traits: 1, ..Sites::default() },
    );
    check_code(
        "fn f() { a.unwrap().b().expect(\"c\"); d.map(Result::unwrap); core::panic!(\"{}\", e.unwrap()); panic!() }",
        Sites { unwraps: 3, expects: 1, panics: 2, ..Sites::default() },
    );
    check_code(
        "/// a.unwrap()
         #[doc = \"panic!()\"]
         fn unwrap() { let panic = \"a.unwrap() panic!() unsafe {}\"; unwrap_or(expect); a.unwrap; unreachable!() } // x.unwrap()",
        Sites::default(),
    );
}

#[test]
fn macros_are_looked_into() {
    check_code(
        "fn f() { assert_eq!(vec![a.unwrap()], b.expect(\"c\")); }
         macro_rules! m { ($x:expr) => { unsafe { $x } }; () => { panic!() } }
         thread_local! { static X: u8 = { y.unwrap() }; }",
        Sites { unwraps: 2, expects: 1, unsafe_blocks: 1, panics: 1, ..Sites::default() },
    );
}

#[test]
fn tests_are_counted_apart() {
    let one = Sites { unwraps: 1, ..Sites::default() };
    let (none, both) = (Sites::default(), Sites { unwraps: 2, ..Sites::default() });
    check("fn f() { a.unwrap(); } #[cfg(test)] mod tests { fn g() { b.unwrap(); } }", one, one);
    check("fn f() { a.unwrap(); } #[test] fn t() { b.unwrap(); }", one, one);
    check("#[tokio::test(start_paused = true)] async fn t() { b.unwrap(); }", none, one);
    check("#[cfg(not(test))] fn f() { a.unwrap(); }", one, none);
    check("#[cfg(all(test, unix))] impl S { fn g() { b.unwrap(); } }", none, one);
    check("impl S { #[cfg(test)] fn g() { b.unwrap(); } fn h() { a.unwrap(); } }", one, one);
    check("trait T { #[cfg(test)] fn g() { b.unwrap(); } fn h() { a.unwrap(); } }", one, one);
    check("fn f() { #[cfg(test)] let x = a.unwrap(); #[cfg(test)] { b.unwrap(); } }", none, both);
    check("fn f() { #[cfg(test)] a.unwrap(); b.unwrap(); }", one, one);
    check("#![cfg(test)] fn f() { a.unwrap(); }", none, one);
    check("wrapped! { #[cfg(test)] mod tests { fn g() { b.unwrap(); } } fn h() { a.unwrap() } }", one, one);
}

#[test]
fn a_file_of_tests_has_no_code_that_ships() {
    let file = SourceFile { role: Role::Tests, ..code("tests/it.rs") };
    let audit = text(&file, "mod common; #[path = \"../src/x.rs\"] mod x; fn f() { a.unwrap(); unsafe {} }");
    assert_eq!(audit.sites.code, Sites::default());
    assert_eq!(audit.sites.tests, Sites { unwraps: 1, unsafe_blocks: 1, ..Sites::default() });
    assert!(audit.test_modules.is_empty(), "a test may borrow a file of the library: {:?}", audit.test_modules);
}

#[test]
fn test_modules_elsewhere_are_named_by_their_place() {
    check_modules("src/a.rs", "#[cfg(test)] mod t; mod u; #[cfg(not(test))] mod v;", &["src/a/t"]);
    check_modules("src/a.rs", "#[cfg(test)] #[path = \"../x/y.rs\"] mod t;", &["x/y.rs"]);
    check_modules(
        "src/a.rs",
        "mod i { #[cfg(test)] mod t; #[cfg(test)] mod j { mod k; } } #[cfg(test)] mod u;",
        &["src/a/i/j/k", "src/a/i/t", "src/a/u"],
    );
    check_modules("src/a.rs", "mod i { #[cfg(test)] #[path = \"y.rs\"] mod t; }", &["src/a/i/y.rs"]);
    check_modules("src/a.rs", "#[cfg(test)] mod r#try;", &["src/a/try"]);
}

#[test]
fn lines_are_counted_even_if_the_text_is_not_rust() {
    let audit = text(&code("src/a.rs"), "fn\n(\n");
    assert_eq!(audit.lines, 2);
    assert_eq!(audit.sites, Split::default());
    assert!(matches!(audit.failure, Some(Failure::Unparsed(_))), "{:?}", audit.failure);
}

#[test]
fn a_file_that_cannot_be_read_is_reported() {
    let folder = Folder::new(&[("src/good.rs", "fn f() {}")]);
    folder.write("src/latin.rs", b"// caf\xe9");
    let audit = |name: &str| file(&SourceFile { path: folder.path(name), ..code(name) });
    assert_eq!(audit("src/good.rs").failure, None);
    assert_eq!(audit("src/latin.rs").failure, Some(Failure::Unreadable("not UTF-8 from byte 6".to_owned())));
    assert!(matches!(audit("src/gone.rs").failure, Some(Failure::Unreadable(_))));
    fs::create_dir(folder.path("src/folder.rs")).expect("a folder can be made");
    assert!(matches!(audit("src/folder.rs").failure, Some(Failure::Unreadable(_))));
}

/// Deep nesting must end in numbers or in a failure, never in the end of the process.
#[test]
fn deep_nesting_ends_in_numbers_or_a_failure() {
    for depth in [3_000, 100_000] {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{", "1", "}"),
            ("!", "1", ""),
            ("1 + ", "1", ""),
            ("a = ", "1", ""),
            ("", "a", ".b()"),
            ("", "a", "?"),
            ("", "1", " as u8"),
            ("return ", "1", ""),
            ("|a, b| ", "1", ""),
            ("if a { 1 } else ", "{ 1 }", ""),
            ("if {a} {1} else ", "{ 1 }", ""),
            ("match 1 { _ => ", "1", "}"),
            ("unsafe {", "1", "}"),
            ("m!(", "1", ")"),
            ("mod a { fn f() {", "", "}}"),
        ] {
            let content = format!("fn f() {{ {}{middle}{} }}", open.repeat(depth), close.repeat(depth));
            check_deep(&content, open, close, depth);
        }
        for (open, close) in [("&", ""), ("A<B, ", ">"), ("fn() -> ", ""), ("[", "; 1]"), ("(", ",)"), ("*const ", "")]
        {
            let content = format!("type T = {}u8{};", open.repeat(depth), close.repeat(depth));
            check_deep(&content, open, close, depth);
        }
    }
}

#[track_caller]
fn check_deep(content: &str, open: &str, close: &str, depth: usize) {
    let failure = text(&code("src/a.rs"), content).failure;
    if depth <= 3_000 {
        assert_eq!(failure, None, "{open}..{close} x {depth}");
    } else {
        let refused = matches!(&failure, Some(Failure::Unparsed(reason)) if reason.contains("levels deep"));
        assert!(refused, "{open}..{close} x {depth}: {failure:?}");
    }
}
