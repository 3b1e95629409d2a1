//! `#[gen_server]`: parse -> model -> quote.

mod model;
mod parse;
mod quote;
mod signature;

use crate::crate_path::CratePath;
use crate::error::Errors;
use ::quote::quote;
use proc_macro2::TokenStream;
use syn::Item;

/// The user's block, and what belongs to it.
///
/// What is wrong with one handler does not keep the others from being generated, so that the compiler reports the mistake and not
/// its consequences.
pub(crate) fn expand(options: TokenStream, item: &TokenStream) -> TokenStream {
    let krate = match syn::parse2::<CratePath>(options) {
        Ok(krate) => krate,
        Err(error) => return with_error(item, &error),
    };
    let block = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => block,
        Ok(_) => {
            let message = "`#[gen_server]` goes on the `impl` block that has the handlers: `impl Counter { .. }`";
            return with_error(item, &syn::Error::new_spanned(item, message));
        }
        Err(error) => return with_error(item, &error),
    };
    let mut errors = Errors::default();
    let parsed = parse::parse(block, &mut errors);
    let generated = model::Server::new(krate, &parsed, &mut errors).map(|server| quote::server(&server));
    let (block, errors) = (&parsed.block, errors.into_compile_errors());
    quote!(#block #generated #errors)
}

fn with_error(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#item #error)
}
