//! How one message is handled.

use super::local;
use crate::server::model::{Handler, Kind, Server};
use crate::server::signature::{ArgKind, Output, Signature};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

/// The arm of the match on a message; its value is a `Crash`.
pub(super) fn quote(server: &Server, handler: &Handler) -> TokenStream {
    let msg = &server.msg;
    let Handler { kind, variant, signature } = handler;
    let (cfgs, cx, caller) = (&signature.cfgs, local("cx"), local("caller"));
    let values = locals(signature);
    let run = invocation(signature);
    let done = quote!(::core::result::Result::Ok(()));
    let (parts, body) = match kind {
        Kind::Call { deferred, .. } => {
            let run = match (deferred, &signature.output) {
                (false, Output::Plain(_)) => quote!(let reply = #run; #cx.end_call(#caller, reply); #done),
                (false, Output::Crash(_)) => quote!(let outcome = #run; #cx.end_crash(#caller, outcome)),
                (true, Output::Plain(_)) => quote!(#cx.defer(&#caller); #run; #done),
                (true, Output::Crash(_)) => quote!(#cx.defer(&#caller); #run),
            };
            // A request whose caller has gone is skipped.
            (quote!(#(#values,)* #caller), quote!(if #cx.begin_call(&#caller) { #run } else { #done }))
        }
        Kind::Cast | Kind::Info(_) | Kind::AnyInfo | Kind::Continue(_) => {
            let body = match &signature.output {
                Output::Plain(_) => quote!(#run; #done),
                Output::Crash(_) => run,
            };
            (quote!(#(#values),*), body)
        }
    };
    quote!(#(#cfgs)* #msg::#variant(#parts) => { #body })
}

/// Calls a callback with variables named as `locals` has it, and awaits it if it is a future.
pub(super) fn invocation(signature: &Signature) -> TokenStream {
    let ident = &signature.ident;
    let this = Ident::new("self", Span::call_site());
    let this = signature.on_self.then(|| quote!(#this,));
    let args = arguments(signature);
    if signature.is_async {
        let shim = super::shim::name(signature);
        quote_spanned!(ident.span()=> Self::#shim(#this #(#args),*).await)
    } else {
        quote_spanned!(ident.span()=> Self::#ident(#this #(#args),*))
    }
}

/// The variables for all arguments, in the callback's order.
pub(super) fn arguments(signature: &Signature) -> Vec<Ident> {
    let mut values = locals(signature).into_iter();
    let arguments = signature.args.iter().map(|arg| match arg.kind {
        ArgKind::Value => values.next().unwrap_or_else(|| local("arg")),
        ArgKind::Context => local("cx"),
        ArgKind::Caller => local("caller"),
        ArgKind::Reason => local("reason"),
    });
    arguments.collect()
}

/// The variables for the values of a message.
pub(super) fn locals(signature: &Signature) -> Vec<Ident> {
    (0..signature.args_of(ArgKind::Value).count()).map(|index| local(&format!("arg{index}"))).collect()
}
