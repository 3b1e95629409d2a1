//! What a callback takes and returns.

use super::parse::{Role, name_of};
use crate::error::Errors;
use crate::types::{WithoutSelf, borrowed, is_unit, named, only_argument, referent, unnamed};
use syn::visit_mut::VisitMut;
use syn::{Attribute, FnArg, Ident, ImplItemFn, Pat, PatType, ReceiverKind, ReturnType, Type};

/// A callback of a server, as it is called.
pub(crate) struct Signature {
    pub(crate) ident: Ident,
    /// The conditions it is compiled under, which hold for all that belongs to it.
    pub(crate) cfgs: Vec<Attribute>,
    /// What else its counterpart in the client has in common with it.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) is_async: bool,
    /// Whether it takes `self`, by a reference.
    pub(crate) on_self: bool,
    pub(crate) args: Vec<Arg>,
    pub(crate) output: Output,
}

/// An argument, with `Self` written out in its type.
pub(crate) struct Arg {
    pub(crate) kind: ArgKind,
    /// Its name outside, where it has one.
    pub(crate) ident: Option<Ident>,
    pub(crate) ty: Type,
}

/// What an argument is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgKind {
    /// A part of the message.
    Value,
    /// `&mut Context<Self>`.
    Context,
    /// The way to reply later.
    Caller,
    /// `&ExitReason`.
    Reason,
}

/// What a callback returns.
pub(crate) enum Output {
    /// This, or `()`.
    Plain(Option<Type>),
    /// `Crash`, of this or `()`.
    Crash(Option<Type>),
}

impl Signature {
    /// Reads a signature; `None` if it cannot be a callback of this kind, which is among the errors then.
    pub(crate) fn read(role: Role, function: &ImplItemFn, self_ty: &Type, errors: &mut Errors) -> Option<Self> {
        let sig = &function.sig;
        let mut found = Errors::default();
        if !sig.generics.params.is_empty() {
            found.at(
                &sig.generics,
                format!("a {} has no parameters of its own: each of its messages is of one type", name_of(role)),
            );
        }
        check_receiver(role, function, &mut found);
        let args = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(arg) => read_arg(role, arg, self_ty, &mut found),
        });
        let args = args.collect();
        let output = read_output(role, &sig.output, self_ty, &mut found);
        let ok = found.is_empty();
        errors.append(found);
        let keep = |names: &[&str]| {
            let kept =
                function.attrs.iter().filter(|attribute| names.iter().any(|name| attribute.path().is_ident(name)));
            kept.cloned().collect()
        };
        ok.then(|| Self {
            ident: sig.ident.clone(),
            cfgs: keep(&["cfg"]),
            docs: keep(&["doc", "deprecated"]),
            is_async: sig.asyncness.is_some(),
            on_self: role != Role::Init,
            args,
            output,
        })
    }

    /// The arguments of a kind.
    pub(crate) fn args_of(&self, kind: ArgKind) -> impl Iterator<Item = &Arg> {
        self.args.iter().filter(move |arg| arg.kind == kind)
    }

    /// The types of the values it takes.
    pub(crate) fn values(&self) -> Vec<&Type> {
        self.args_of(ArgKind::Value).map(|arg| &arg.ty).collect()
    }
}

fn check_receiver(role: Role, function: &ImplItemFn, errors: &mut Errors) {
    let takes = format!("a {} works on the server's state: take `&self` or `&mut self`", name_of(role));
    match function.sig.receiver() {
        Some(receiver) if !matches!(receiver.kind, ReceiverKind::Reference(..)) => errors.at(receiver, takes),
        None if role != Role::Init => errors.at(&function.sig.ident, takes),
        _ => {}
    }
}

fn read_arg(role: Role, arg: &PatType, self_ty: &Type, errors: &mut Errors) -> Option<Arg> {
    let mut ty = (*arg.ty).clone();
    WithoutSelf(self_ty).visit_type_mut(&mut ty);
    if let Some((referent, mutable)) = referent(&ty) {
        if named(referent, "Context").is_some() {
            if !mutable {
                errors.at(&arg.ty, "the context is taken as `&mut Context<Self>`");
            }
            return Some(Arg { kind: ArgKind::Context, ident: None, ty });
        }
        if role == Role::Terminate && named(referent, "ExitReason").is_some() {
            return Some(Arg { kind: ArgKind::Reason, ident: None, ty });
        }
    }
    if matches!(role, Role::Terminate | Role::FormatState) {
        errors.at(arg, format!("unknown argument: {}", signature_of(role)));
        return None;
    }
    if role == Role::Call && named(&ty, "Caller").is_some() {
        return Some(Arg { kind: ArgKind::Caller, ident: None, ty });
    }
    if let Some((part, owned)) = borrowed(&ty) {
        let instead = owned.map_or_else(|| "take it by value".to_owned(), |owned| format!("take `{owned}`"));
        errors.at(part, format!("an argument travels to another process, so it must be owned: {instead}"));
        return None;
    }
    if let Some(part) = unnamed(&ty) {
        errors.at(part, "an argument is part of a message, so its type must have a name");
        return None;
    }
    Some(Arg { kind: ArgKind::Value, ident: name_of_arg(role, &arg.pat, errors), ty })
}

/// The name that the client's method gives the argument.
fn name_of_arg(role: Role, pattern: &Pat, errors: &mut Errors) -> Option<Ident> {
    match pattern {
        // Nobody names the argument of these from outside.
        _ if matches!(role, Role::Info | Role::Continue) => None,
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => Some(pattern.ident.clone()),
        _ => {
            errors.at(
                pattern,
                "name this argument, and take it apart in the body: the client has it under the same name",
            );
            None
        }
    }
}

fn read_output(role: Role, output: &ReturnType, self_ty: &Type, errors: &mut Errors) -> Output {
    let mut ty = match output {
        ReturnType::Default => return Output::Plain(None),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    WithoutSelf(self_ty).visit_type_mut(&mut ty);
    match role {
        Role::Init | Role::FormatState => return Output::Plain(Some(ty)),
        Role::Terminate => {
            if !is_unit(&ty) {
                errors.at(&ty, format!("nobody waits for what it returns: {}", signature_of(role)));
            }
            return Output::Plain(None);
        }
        Role::Call | Role::Cast | Role::Info | Role::Continue => {}
    }
    if let Some(crash) = named(&ty, "Crash") {
        let reply = only_argument(crash).filter(|reply| !is_unit(reply)).cloned();
        check_reply(role, reply.as_ref(), errors);
        return Output::Crash(reply);
    }
    let reply = Some(ty).filter(|reply| !is_unit(reply));
    check_reply(role, reply.as_ref(), errors);
    Output::Plain(reply)
}

fn check_reply(role: Role, reply: Option<&Type>, errors: &mut Errors) {
    let Some(reply) = reply else { return };
    if role != Role::Call {
        let name = name_of(role);
        errors.at(
            reply,
            format!("nobody waits for what a {name} returns: return nothing, or `Crash` to end the server by `?`"),
        );
    } else if let Some((part, owned)) = borrowed(reply) {
        let instead = owned.map_or_else(String::new, |owned| format!(": return `{owned}`"));
        errors.at(part, format!("a reply travels to another process, so it must be owned{instead}"));
    } else if let Some(part) = unnamed(reply) {
        errors.at(part, "a reply is part of a message, so its type must have a name; a future is an `async fn`");
    }
}

fn signature_of(role: Role) -> &'static str {
    match role {
        Role::Terminate => "write `async fn terminate(&mut self, reason: &ExitReason, cx: &mut Context<Self>)`",
        _ => "write `fn format_state(&self) -> String`",
    }
}
