//! Counts sites in tokens which no grammar covers: the arguments of macro invocations and the bodies of `macro_rules!`.
//!
//! What a macro makes of its tokens cannot be known without expanding it, so this looks for the shapes as they are
//! written: `.unwrap(`, `::unwrap`, `panic!(`, `unsafe {`, `unsafe fn name`, `unsafe impl`, `unsafe trait`. Each is
//! counted once where it is written, however often the macro is used or repeats it. Code that a macro composes out of
//! parts is not seen, and a shape which the macro never emits is counted all the same.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{
    attributes,
    sites::{Role, Sites, Split},
};

/// Adds the sites in `tokens` to `found`. Items under a test attribute count as tests whatever `role` says.
pub(super) fn scan(tokens: TokenStream, role: Role, found: &mut Split) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    // Set by a test attribute, for the item that follows: up to its braces, or its semicolon if it has none.
    let mut item = role;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        at += 1;
        match token {
            TokenTree::Group(group) => {
                scan(group.stream(), item, found);
                if group.delimiter() == Delimiter::Brace {
                    item = role;
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => item = role,
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = after.first()
                    && group.delimiter() == Delimiter::Bracket
                {
                    at += 1;
                    if attributes::tokens_mark_tests(group.stream()) {
                        item = Role::Tests;
                    }
                }
            }
            TokenTree::Ident(name) => count_word(&name.to_string(), before, after, found.of(item)),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn count_word(word: &str, before: &[TokenTree], after: &[TokenTree], sites: &mut Sites) {
    match word {
        "unwrap" if is_used(before, after) => sites.unwraps += 1,
        "expect" if is_used(before, after) => sites.expects += 1,
        "panic" if is_invoked(after) => sites.panics += 1,
        "unsafe" => match introduced(after) {
            Some(Unsafe::Block) => sites.unsafe_blocks += 1,
            Some(Unsafe::Fn) => sites.unsafe_fns += 1,
            Some(Unsafe::Impl) => sites.unsafe_impls += 1,
            Some(Unsafe::Trait) => sites.unsafe_traits += 1,
            None => {}
        },
        _ => {}
    }
}

/// What the keyword `unsafe` stands in front of.
enum Unsafe {
    Block,
    Fn,
    Impl,
    Trait,
}

fn introduced(after: &[TokenTree]) -> Option<Unsafe> {
    for (at, token) in after.iter().enumerate() {
        match token {
            TokenTree::Group(group) if at == 0 && group.delimiter() == Delimiter::Brace => {
                return Some(Unsafe::Block);
            }
            // The ABI of an `unsafe extern "C" fn`.
            TokenTree::Literal(_) => {}
            TokenTree::Ident(word) => match word.to_string().as_str() {
                "extern" | "auto" => {}
                // A function has a name or a metavariable for one; a function pointer's parameters follow at once.
                "fn" => {
                    return (!matches!(after.get(at + 1), Some(TokenTree::Group(_)))).then_some(Unsafe::Fn);
                }
                "impl" => return Some(Unsafe::Impl),
                "trait" => return Some(Unsafe::Trait),
                _ => return None,
            },
            TokenTree::Group(_) | TokenTree::Punct(_) => return None,
        }
    }
    None
}

/// True behind a dot if called, and behind `::` if called or handed over as a value.
fn is_used(before: &[TokenTree], after: &[TokenTree]) -> bool {
    let called = matches!(after.first(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    match before {
        [.., colon, other] if is_punct(colon, ':') && is_punct(other, ':') => {
            called || after.first().is_none_or(|next| is_punct(next, ','))
        }
        [.., dot] if is_punct(dot, '.') => called,
        _ => false,
    }
}

fn is_invoked(after: &[TokenTree]) -> bool {
    matches!(after, [bang, TokenTree::Group(_), ..] if is_punct(bang, '!'))
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tokens: &str, code: Sites, tests: Sites) {
        let mut found = Split::default();
        scan(tokens.parse().expect("the tokens lex"), Role::Code, &mut found);
        assert_eq!(found, Split { code, tests }, "{tokens}");
    }

    #[test]
    fn shapes_are_found_at_any_depth() {
        check("a.unwrap()", Sites { unwraps: 1, ..Sites::default() }, Sites::default());
        check("[({ x.expect(\"y\") })]", Sites { expects: 1, ..Sites::default() }, Sites::default());
        check("map(Result::unwrap), Option::unwrap", Sites { unwraps: 2, ..Sites::default() }, Sites::default());
        check("std::panic!(\"no\")", Sites { panics: 1, ..Sites::default() }, Sites::default());
        check("$x:expr => { unsafe { $x } }", Sites { unsafe_blocks: 1, ..Sites::default() }, Sites::default());
        check("pub unsafe extern \"C\" fn $f()", Sites { unsafe_fns: 1, ..Sites::default() }, Sites::default());
        check("unsafe impl Send for X {}", Sites { unsafe_impls: 1, ..Sites::default() }, Sites::default());
        check("unsafe auto trait T {}", Sites { unsafe_traits: 1, ..Sites::default() }, Sites::default());
    }

    #[test]
    fn likenesses_are_not_found() {
        let none = Sites::default();
        check("unwrap(), self.unwrap, use x::unwrap;", none, none);
        check("panic != 1, panic::catch_unwind(f)", none, none);
        check("f: unsafe extern \"C\" fn(u8), g: unsafe fn()", none, none);
        check("\"a.unwrap() panic!() unsafe {}\"", none, none);
        check("#[unsafe(no_mangle)] fn f() {}", none, none);
    }

    #[test]
    fn a_test_attribute_holds_for_the_item_behind_it() {
        check(
            "#[cfg(test)] mod tests { a.unwrap() } fn f() { b.unwrap() }",
            Sites { unwraps: 1, ..Sites::default() },
            Sites { unwraps: 1, ..Sites::default() },
        );
        check(
            "#[cfg(test)] mod tests; fn f() { b.unwrap() }",
            Sites { unwraps: 1, ..Sites::default() },
            Sites::default(),
        );
        check("#[test] #[inline] fn f(x: A) { panic!() }", Sites::default(), Sites { panics: 1, ..Sites::default() });
    }
}
