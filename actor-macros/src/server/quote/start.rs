//! How a server starts: from the arguments of its `init`, or from a state.

use super::{allowances, arm, local};
use crate::server::model::Server;
use crate::server::signature::{ArgKind, Output, Signature};
use crate::types::of_all;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// The functions that start a server, other than those of the trait.
pub(super) fn quote(server: &Server) -> TokenStream {
    match &server.init {
        Some(init) => [implementation(server, init), starts(server, init)].into_iter().collect(),
        None => child_spec_of_state(server),
    }
}

/// Implements `Init`.
fn implementation(server: &Server, init: &Signature) -> TokenStream {
    let Server { krate, self_ty, generics, .. } = server;
    let (declared, _, bounds) = generics.split_for_impl();
    let (args, cx) = (local("args"), local("cx"));
    let (types, locals) = (of_all(&init.values()), arm::locals(init));
    let names = of_all(&locals.iter().collect::<Vec<_>>());
    let run = arm::invocation(init);
    let into = match &init.output {
        Output::Plain(Some(output)) => quote_spanned!(output.span()=> <#output as #krate::IntoInit<Self>>::into_init),
        _ => quote_spanned!(init.ident.span()=> <() as #krate::IntoInit<Self>>::into_init),
    };
    // A private type in it is reported where it is.
    let at = init.values().first().map_or_else(Span::call_site, |ty| ty.span());
    let args_type = quote_spanned!(at=> type Args = #types;);
    let allow = allowances();
    quote! {
        #allow
        impl #declared #krate::Init for #self_ty #bounds {
            #args_type

            fn init(
                #args: Self::Args,
                #cx: &mut #krate::Context<Self>,
            ) -> impl ::core::future::Future<Output = #krate::InitResult<Self>> + ::core::marker::Send {
                async move {
                    let #names = #args;
                    #into(#run)
                }
            }
        }
    }
}

/// The functions with `init`'s arguments in their places.
fn starts(server: &Server, init: &Signature) -> TokenStream {
    let Server { krate, self_ty, generics, .. } = server;
    let (declared, _, bounds) = generics.split_for_impl();
    let (names, types): (Vec<_>, Vec<_>) = init.args_of(ArgKind::Value).map(|arg| (&arg.ident, &arg.ty)).unzip();
    let args = of_all(&names);
    let starts = [
        ("start", "start_with", quote!(Start), "Starts a server from the arguments of its `init`, linked to nobody."),
        (
            "start_link",
            "start_link_with",
            quote!(Start),
            "Starts a server from the arguments of its `init`, linked to the current process.",
        ),
        (
            "start_monitor",
            "start_monitor_with",
            quote!(Monitored),
            "Starts a server from the arguments of its `init`, with a monitor on it.",
        ),
    ];
    let starts = starts.into_iter().filter(|(name, ..)| !server.has(name)).map(|(name, with, output, doc)| {
        let (name, with) = (syn::Ident::new(name, init.ident.span()), syn::Ident::new(with, init.ident.span()));
        quote! {
            #[doc = #doc]
            pub fn #name(#(#names: #types),*) -> #krate::#output<Self, #krate::StartInit<Self>> {
                <Self as #krate::Init>::#with(#args)
            }
        }
    });
    let child_spec = (!server.has("child_spec")).then(|| {
        // A bound with a lifetime is checked where the function is used, and not here.
        let copied = types.iter().map(|ty| quote_spanned!(ty.span()=> #ty: for<'copy> #krate::ChildArg<'copy>));
        quote! {
            /// How a supervisor starts such servers: from copies of these arguments.
            pub fn child_spec(#(#names: #types),*) -> #krate::ChildSpec<#krate::ServerRef<Self>>
            where
                #(#copied,)*
            {
                <Self as #krate::Init>::child_spec_with(#args)
            }
        }
    });
    let allow = allowances();
    quote! {
        #allow
        impl #declared #self_ty #bounds {
            #(#starts)*
            #child_spec
        }
    }
}

/// The child specification of a server without `init`.
fn child_spec_of_state(server: &Server) -> TokenStream {
    let Server { krate, self_ty, generics, .. } = server;
    if server.has("child_spec") {
        return TokenStream::new();
    }
    let (declared, _, bounds) = generics.split_for_impl();
    let (state, allow) = (local("state"), allowances());
    quote! {
        #allow
        impl #declared #self_ty #bounds {
            /// How a supervisor starts such servers: with copies of this state.
            pub fn child_spec(#state: Self) -> #krate::ChildSpec<#krate::ServerRef<Self>>
            where
                Self: for<'copy> #krate::ChildArg<'copy>,
            {
                <Self as #krate::GenServer>::child_spec_of(#state)
            }
        }
    }
}
