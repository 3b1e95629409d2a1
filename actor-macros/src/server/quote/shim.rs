//! Where a future that cannot be sent between threads is reported.

use super::{allowances, arm};
use crate::server::model::Server;
use crate::server::signature::{ArgKind, Output, Signature};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

/// A function for each async callback that promises its future to be `Send`.
///
/// The implementation relies on the promise, so a callback that breaks it gives exactly one error, at its own name, and with the
/// compiler's notes on the variable and the await.
pub(super) fn quote(server: &Server) -> TokenStream {
    let Server { self_ty, generics, .. } = server;
    let (declared, _, bounds) = generics.split_for_impl();
    let shims: Vec<_> =
        server.signatures().filter(|signature| signature.is_async).map(|signature| shim(server, signature)).collect();
    if shims.is_empty() {
        return TokenStream::new();
    }
    let allow = allowances();
    quote! {
        #allow
        impl #declared #self_ty #bounds {
            #(#shims)*
        }
    }
}

/// The name of a callback's function.
pub(super) fn name(signature: &Signature) -> Ident {
    format_ident!("__{}_is_send", signature.ident.unraw(), span = signature.ident.span())
}

/// One lifetime for all that is borrowed, and named: before edition 2024 a function's future has the lifetimes that its type names.
fn shim(server: &Server, signature: &Signature) -> TokenStream {
    let Server { krate, self_ty, .. } = server;
    let (ident, cfgs, name) = (&signature.ident, &signature.cfgs, name(signature));
    let args = arm::arguments(signature);
    let types = signature.args.iter().map(|arg| match arg.kind {
        ArgKind::Context => quote!(&'call mut #krate::Context<#self_ty>),
        ArgKind::Reason => quote!(&'call #krate::ExitReason),
        ArgKind::Value | ArgKind::Caller => arg.ty.to_token_stream(),
    });
    let this = Ident::new("self", Span::call_site());
    let receiver = signature.on_self.then(|| quote!(&'call mut #this,));
    let passed = signature.on_self.then(|| quote!(#this,));
    let output = match &signature.output {
        Output::Plain(None) => quote!(()),
        Output::Plain(Some(ty)) => quote!(#ty),
        Output::Crash(None) => quote!(#krate::Crash),
        Output::Crash(Some(ty)) => quote!(#krate::Crash<#ty>),
    };
    let future = quote_spanned!(ident.span()=> ::core::future::Future<Output = #output> + ::core::marker::Send + 'call);
    quote_spanned! {ident.span()=>
        #(#cfgs)*
        #[doc(hidden)]
        #[inline(always)]
        fn #name<'call>(#receiver #(#args: #types),*) -> impl #future {
            Self::#ident(#passed #(#args),*)
        }
    }
}
