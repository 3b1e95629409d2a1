//! The messages of a server.

use super::allowances;
use crate::server::model::{Handler, Kind, Server};
use proc_macro2::TokenStream;
use quote::quote;

/// The enum of the messages.
///
/// Its variants are positional, as the names of the user's arguments may be anything.
pub(super) fn quote(server: &Server) -> TokenStream {
    let Server { krate, self_ty, generics, msg, .. } = server;
    let (declared, named, bounds) = generics.split_for_impl();
    let variants = server.handlers.iter().map(|handler| variant(server, handler));
    // A parameter that no message mentions must be mentioned all the same.
    let mention = server.is_generic().then(|| {
        quote! {
            #[doc(hidden)]
            __Of(::core::marker::PhantomData<fn() -> #self_ty>, ::core::convert::Infallible),
        }
    });
    let allow = allowances();
    quote! {
        #[doc(hidden)]
        #allow
        pub enum #msg #declared #bounds {
            #(#variants)*
            #mention
        }

        #allow
        impl #declared ::core::fmt::Debug for #msg #named #bounds {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let kind = <#self_ty as #krate::GenServer>::message_kind(self);
                f.write_str(<#self_ty as #krate::GenServer>::message_name(kind))
            }
        }
    }
}

fn variant(server: &Server, handler: &Handler) -> TokenStream {
    let krate = &server.krate;
    let Handler { kind, variant, signature } = handler;
    let (cfgs, values) = (&signature.cfgs, handler.values());
    let caller = match kind {
        Kind::Call { reply, .. } => {
            let reply = reply.as_ref().map_or_else(|| quote!(()), |reply| quote!(#reply));
            Some(quote!(#krate::Caller<#reply>))
        }
        _ => None,
    };
    let parts = values.iter().map(|ty| quote!(#ty)).chain(caller);
    quote!(#(#cfgs)* #variant(#(#parts),*),)
}
