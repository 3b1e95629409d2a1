//! The client of a server: what its handles can do.

use super::{allowances, local};
use crate::server::model::{Handler, Kind, Server};
use crate::server::signature::ArgKind;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// The client's type and its methods, each of which has the name and the documentation of its handler.
pub(super) fn quote(server: &Server) -> TokenStream {
    let Server { krate, self_ty, generics, client, .. } = server;
    let (declared, named, bounds) = generics.split_for_impl();
    let methods = server.handlers.iter().filter_map(|handler| method(server, handler));
    let doc = format!("What a handle of `{}` can do: a method for each of its calls and casts.", server.name);
    let allow = allowances();
    quote! {
        #[doc = #doc]
        #allow
        pub struct #client #declared (#krate::Handle<#self_ty>) #bounds;

        #allow
        impl #declared #client #named #bounds {
            #(#methods)*
        }

        #allow
        impl #declared ::core::convert::From<#krate::Handle<#self_ty>> for #client #named #bounds {
            fn from(handle: #krate::Handle<#self_ty>) -> Self {
                Self(handle)
            }
        }

        #allow
        impl #declared ::core::convert::AsRef<#krate::Handle<#self_ty>> for #client #named #bounds {
            fn as_ref(&self) -> &#krate::Handle<#self_ty> {
                &self.0
            }
        }

        #allow
        impl #declared ::core::fmt::Debug for #client #named #bounds {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }
    }
}

/// The method that sends a message; infos and continuations have none.
fn method(server: &Server, handler: &Handler) -> Option<TokenStream> {
    let Server { krate, self_ty, msg, .. } = server;
    let Handler { kind, variant, signature } = handler;
    let (ident, cfgs) = (&signature.ident, &signature.cfgs);
    let values: Vec<_> = signature.args_of(ArgKind::Value).collect();
    let (names, types): (Vec<_>, Vec<_>) = values.iter().map(|arg| (&arg.ident, &arg.ty)).unzip();
    let caller = local("caller");
    let (output, body, kind) = match kind {
        Kind::Call { reply, .. } => {
            let reply = reply.as_ref().map_or_else(|| quote!(()), |reply| quote!(#reply));
            let body = quote!(self.0.call(move |#caller| #msg::#variant(#(#names,)* #caller)));
            (quote!(#krate::Call<'_, #self_ty, #reply>), body, "Calls")
        }
        Kind::Cast => (quote!(#krate::Cast<'_, #self_ty>), quote!(self.0.cast(#msg::#variant(#(#names),*))), "Casts"),
        Kind::Info(_) | Kind::AnyInfo | Kind::Continue(_) => return None,
    };
    let docs = if signature.docs.iter().any(|attribute| attribute.path().is_ident("doc")) {
        quote!()
    } else {
        let doc = format!("{kind} `{}::{ident}`.", server.name);
        quote!(#[doc = #doc])
    };
    let written = &signature.docs;
    let this = quote!(&self);
    Some(quote_spanned! {ident.span()=>
        #(#cfgs)*
        #docs
        #(#written)*
        pub fn #ident(#this, #(#names: #types),*) -> #output {
            #body
        }
    })
}
