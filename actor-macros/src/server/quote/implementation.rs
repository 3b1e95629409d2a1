//! The `GenServer` implementation.

use super::{allowances, arm, local};
use crate::server::model::{Handler, Kind, Server};
use crate::server::signature::Signature;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// Implements `GenServer`, and `Continue` for each continuation.
pub(super) fn quote(server: &Server) -> TokenStream {
    let Server { krate, self_ty, generics, msg, client, .. } = server;
    let (declared, named, bounds) = generics.split_for_impl();
    let (handle_now, handle) = (handle_now(server), handle(server));
    let (info, message_kind, message_name) = (info(server), message_kind(server), message_name(server));
    let terminate = server.terminate.as_ref().map(|signature| terminate(server, signature));
    let format_state = server.format_state.as_ref().map(format_state);
    let continues = server.handlers.iter().filter_map(|handler| continuation(server, handler));
    let allow = allowances();
    quote! {
        #allow
        impl #declared #krate::GenServer for #self_ty #bounds {
            type Msg = #msg #named;
            type Client = #client #named;
            #handle_now
            #handle
            #info
            #terminate
            #format_state
            #message_kind
            #message_name
        }
        #(#continues)*
    }
}

/// Handles what needs no future.
fn handle_now(server: &Server) -> TokenStream {
    let Server { krate, .. } = server;
    let (message, cx) = (local("message"), local("cx"));
    let arms = server.handlers.iter().filter(|handler| !handler.is_async()).map(|handler| arm::quote(server, handler));
    let never = never(server);
    let rest = server.any_async().then(|| quote!(#message => return ::core::result::Result::Err(#message),));
    quote! {
        fn handle_now(
            &mut self,
            #message: Self::Msg,
            #cx: &mut #krate::Context<Self>,
        ) -> ::core::result::Result<#krate::Crash, Self::Msg> {
            let outcome: #krate::Crash = match #message { #(#arms)* #never #rest };
            ::core::result::Result::Ok(outcome)
        }
    }
}

/// Handles what needs a future.
///
/// An async block rather than an async function, which would hold the arguments twice.
fn handle(server: &Server) -> TokenStream {
    let Server { krate, .. } = server;
    let (message, cx) = (local("message"), local("cx"));
    let arms = server.handlers.iter().filter(|handler| handler.is_async()).map(|handler| arm::quote(server, handler));
    let never = never(server);
    let now = quote! {
        ::core::result::Result::unwrap_or(<Self as #krate::GenServer>::handle_now(self, #message, #cx), ::core::result::Result::Ok(()))
    };
    let body = if server.any_async() {
        let all_async = server.handlers.iter().all(Handler::is_async);
        let rest = (!all_async).then(|| quote!(#message => #now,));
        quote!(async move { match #message { #(#arms)* #never #rest } })
    } else {
        quote!(::core::future::ready(#now))
    };
    quote! {
        fn handle(
            &mut self,
            #message: Self::Msg,
            #cx: &mut #krate::Context<Self>,
        ) -> impl ::core::future::Future<Output = #krate::Crash> + ::core::marker::Send {
            #body
        }
    }
}

/// Makes messages of what is sent by pid.
fn info(server: &Server) -> Option<TokenStream> {
    let Server { krate, msg, .. } = server;
    let (parcel, taken) = (local("parcel"), local("taken"));
    let takes: Vec<_> = server
        .handlers
        .iter()
        .filter_map(|Handler { kind, variant, signature }| {
            let cfgs = &signature.cfgs;
            let take = match kind {
                Kind::Info(ty) => quote!(#parcel.take::<#ty>()),
                Kind::AnyInfo => quote!(#parcel.reborrow().into_any()),
                Kind::Call { .. } | Kind::Cast | Kind::Continue(_) => return None,
            };
            Some(quote! {
                #(#cfgs)*
                if let ::core::option::Option::Some(#taken) = #take {
                    return ::core::option::Option::Some(#msg::#variant(#taken));
                }
            })
        })
        .collect();
    (!takes.is_empty()).then(|| {
        quote! {
            fn info(mut #parcel: #krate::Parcel<'_>) -> ::core::option::Option<Self::Msg> {
                #(#takes)*
                ::core::option::Option::None
            }
        }
    })
}

fn terminate(server: &Server, signature: &Signature) -> TokenStream {
    let krate = &server.krate;
    let (reason, cx) = (local("reason"), local("cx"));
    let run = arm::invocation(signature);
    let body = if signature.is_async { quote!(async move { #run }) } else { quote!(#run; ::core::future::ready(())) };
    quote! {
        fn terminate(
            &mut self,
            #reason: &#krate::ExitReason,
            #cx: &mut #krate::Context<Self>,
        ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send {
            #body
        }
    }
}

fn format_state(signature: &Signature) -> TokenStream {
    let ident = &signature.ident;
    quote_spanned! {ident.span()=>
        fn format_state(&self) -> ::std::string::String {
            Self::#ident(self)
        }
    }
}

fn message_kind(server: &Server) -> TokenStream {
    let msg = &server.msg;
    let arms = server.handlers.iter().zip(0_u16..).map(|(handler, kind)| {
        let (variant, cfgs) = (&handler.variant, &handler.signature.cfgs);
        quote!(#(#cfgs)* #msg::#variant(..) => #kind,)
    });
    let message = local("message");
    let never = never(server);
    quote! {
        fn message_kind(#message: &Self::Msg) -> u16 {
            match *#message { #(#arms)* #never }
        }
    }
}

fn message_name(server: &Server) -> TokenStream {
    let names = server.handlers.iter().map(|handler| handler.signature.ident.unraw().to_string());
    let kind = local("kind");
    quote! {
        fn message_name(#kind: u16) -> &'static str {
            const NAMES: &[&str] = &[#(#names),*];
            NAMES.get(::core::primitive::usize::from(#kind)).copied().unwrap_or("unknown")
        }
    }
}

fn continuation(server: &Server, handler: &Handler) -> Option<TokenStream> {
    let Server { krate, self_ty, generics, msg, .. } = server;
    let Handler { kind: Kind::Continue(ty), variant, signature } = handler else { return None };
    let (declared, _, bounds) = generics.split_for_impl();
    let (cfgs, allow, continuation) = (&signature.cfgs, allowances(), local("continuation"));
    Some(quote_spanned! {ty.span()=>
        #(#cfgs)*
        #allow
        impl #declared #krate::Continue<#ty> for #self_ty #bounds {
            fn message(#continuation: #ty) -> Self::Msg {
                #msg::#variant(#continuation)
            }
        }
    })
}

/// The arm of the variant that only mentions a generic server's parameters.
fn never(server: &Server) -> Option<TokenStream> {
    let msg = &server.msg;
    server.is_generic().then(|| quote!(#msg::__Of(_, never) => match never {},))
}
