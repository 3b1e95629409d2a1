//! Which attributes say that what they stand on is compiled into tests only.

use proc_macro2::TokenStream;
use syn::{Attribute, Meta, Token, punctuated::Punctuated};

/// The attributes which make a function a test. They are compared with the last segment of the path, so that
/// `#[tokio::test]` is one.
const TEST_ATTRIBUTES: [&str; 5] = ["test", "bench", "rstest", "quickcheck", "wasm_bindgen_test"];

/// True if one of the attributes marks a test or lets the item be compiled under `cfg(test)` only.
pub(super) fn mark_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| marks_tests(&attribute.meta))
}

/// The same for the tokens between the brackets of an attribute.
pub(super) fn tokens_mark_tests(inner: TokenStream) -> bool {
    syn::parse2::<Meta>(inner).is_ok_and(|meta| marks_tests(&meta))
}

/// The file named by `#[path = ".."]`.
pub(super) fn path_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) if pair.path.is_ident("path") => {
                Some(path.value())
            }
            _ => None,
        }
    })
}

fn marks_tests(meta: &Meta) -> bool {
    if let Meta::List(list) = meta
        && list.path.is_ident("cfg")
    {
        return list.parse_args::<Meta>().is_ok_and(|predicate| implies_test(&predicate));
    }
    meta.path().segments.last().is_some_and(|last| TEST_ATTRIBUTES.iter().any(|name| last.ident == name))
}

/// True if the predicate of a `cfg` cannot hold outside tests. `not(test)` can, `any(test, x)` can, `all(test, x)` cannot.
fn implies_test(predicate: &Meta) -> bool {
    match predicate {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => {
            let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
                return false;
            };
            if list.path.is_ident("all") {
                parts.iter().any(implies_test)
            } else {
                list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(implies_test)
            }
        }
        Meta::NameValue(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attribute: &str, marks: bool) {
        let tokens = attribute.parse().expect("the attribute lexes");
        assert_eq!(tokens_mark_tests(tokens), marks, "#[{attribute}]");
    }

    #[test]
    fn test_attributes_are_known_by_their_last_segment() {
        check("test", true);
        check("tokio::test", true);
        check("tokio::test(flavor = \"current_thread\")", true);
        check("bench", true);
        check("inline", false);
        check("test_only", false);
        check("doc = \"test\"", false);
    }

    #[test]
    fn a_cfg_marks_tests_only_if_it_cannot_hold_without_test() {
        check("cfg(test)", true);
        check("cfg(all(test, unix))", true);
        check("cfg(all(unix, any(test, all(test, windows))))", true);
        check("cfg(any(test, unix))", false);
        check("cfg(any())", false);
        check("cfg(not(test))", false);
        check("cfg(feature = \"test\")", false);
        check("cfg_attr(test, derive(Debug))", false);
    }

    #[test]
    fn what_is_no_attribute_marks_nothing() {
        check("", false);
        check("1 + 1", false);
    }
}
