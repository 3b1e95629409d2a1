//! What the macro cannot see in tokens, and the compiler can: aliases.

use crate::server::model::{Kind, Server};
use crate::server::signature::{ArgKind, Output, Signature};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

/// Constants that do not compile if a call returns `Crash`, or takes a `Caller`, under another name.
///
/// A constant cannot name the parameters of a generic server, so such a server goes unchecked.
pub(super) fn quote(server: &Server) -> TokenStream {
    if server.is_generic() {
        return TokenStream::new();
    }
    let calls = server.handlers.iter().filter(|handler| matches!(handler.kind, Kind::Call { .. }));
    calls.flat_map(|handler| [reply(server, &handler.signature), callers(server, &handler.signature)]).collect()
}

fn reply(server: &Server, signature: &Signature) -> TokenStream {
    let krate = &server.krate;
    match &signature.output {
        Output::Plain(Some(reply)) => probe(
            server,
            signature,
            reply,
            &quote!(#krate::CrashProbe::<#reply>::IS_CRASH),
            "this type is `Result<T, ExitReason>`: write `Crash<T>` itself if the server is to end with the reason; the client gets the `T`",
        ),
        _ => TokenStream::new(),
    }
}

fn callers(server: &Server, signature: &Signature) -> TokenStream {
    let krate = &server.krate;
    let values = signature.args_of(ArgKind::Value).map(|arg| &arg.ty);
    let probes = values.map(|ty| {
        probe(
            server,
            signature,
            ty,
            &quote!(#krate::CallerProbe::<#ty>::IS_CALLER),
            "this type is `Caller<R>`: write `Caller<R>` itself, so that the client's method leaves it out",
        )
    });
    probes.collect()
}

fn probe(server: &Server, signature: &Signature, ty: &Type, is: &TokenStream, message: &str) -> TokenStream {
    let (krate, cfgs) = (&server.krate, &signature.cfgs);
    quote_spanned! {ty.span()=>
        #(#cfgs)*
        const _: () = {
            #[allow(unused_imports)]
            use #krate::{NoCaller as _, NoCrash as _};
            ::core::assert!(!#is, #message);
        };
    }
}
