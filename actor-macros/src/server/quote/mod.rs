//! From the model of a server to its code.

mod arm;
mod client;
mod implementation;
mod message;
mod probe;
mod shim;
mod start;

use super::model::Server;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// Everything that belongs to a server.
pub(super) fn server(server: &Server) -> TokenStream {
    let parts = [
        message::quote(server),
        client::quote(server),
        implementation::quote(server),
        start::quote(server),
        shim::quote(server),
        probe::quote(server),
    ];
    parts.into_iter().collect()
}

/// The lints that generated items are exempt from.
///
/// The macro cannot see how visible the server is, so what belongs to it is `pub` and may show what is not; and how much of it is used
/// is the user's affair.
fn allowances() -> TokenStream {
    quote!(#[allow(
        dead_code,
        deprecated,
        private_bounds,
        private_interfaces,
        unreachable_code,
        unreachable_pub,
        unused_qualifications,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::restriction
    )])
}

/// A variable of the generated code, which the user's names cannot clash with.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
