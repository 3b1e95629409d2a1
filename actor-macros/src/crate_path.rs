//! Where generated code finds what it names.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Path, Token};

/// The options of an attribute: `crate = path`, or nothing. As tokens it is the path of the private module.
pub(crate) struct CratePath(Option<Path>);

impl Parse for CratePath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self(None));
        }
        if !input.peek(Token![crate]) {
            return Err(input.error("unknown option: there is `crate = path`"));
        }
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        let path = input.call(Path::parse_mod_style)?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self(Some(path)))
    }
}

impl ToTokens for CratePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match &self.0 {
            Some(path) => quote!(#path::__private),
            None => quote!(::actor_otp::__private),
        });
    }
}
