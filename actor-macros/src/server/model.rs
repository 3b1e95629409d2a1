//! A server as it is generated: its messages, and what each comes to.

use super::parse::{Parsed, Role, name_of};
use super::signature::{ArgKind, Output, Signature};
use crate::crate_path::CratePath;
use crate::error::Errors;
use crate::types::{WithoutSelf, borrowed, named, only_argument};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::visit_mut::VisitMut;
use syn::{Generics, Ident, ImplItem, ItemImpl, Type};

/// A server.
pub(crate) struct Server {
    pub(crate) krate: CratePath,
    pub(crate) name: Ident,
    pub(crate) self_ty: Type,
    /// With `Self` written out.
    pub(crate) generics: Generics,
    pub(crate) msg: Ident,
    pub(crate) client: Ident,
    /// In the order of the block, but the one that takes any info is last.
    pub(crate) handlers: Vec<Handler>,
    pub(crate) init: Option<Signature>,
    pub(crate) terminate: Option<Signature>,
    pub(crate) format_state: Option<Signature>,
    /// The functions of the block, which are not generated again.
    written: Vec<Ident>,
}

/// What handles one kind of message.
pub(crate) struct Handler {
    pub(crate) kind: Kind,
    pub(crate) variant: Ident,
    pub(crate) signature: Signature,
}

/// A kind of message.
pub(crate) enum Kind {
    /// A request for this, or for `()`. It is replied to later if `deferred`.
    Call {
        reply: Option<Type>,
        deferred: bool,
    },
    Cast,
    /// Something of this type.
    Info(Type),
    /// Something of any type.
    AnyInfo,
    /// A continuation of this type.
    Continue(Type),
}

/// Names that a handle has already.
const TAKEN_BY_THE_HANDLE: [&str; 8] = ["pid", "find", "clone", "eq", "ne", "into", "try_into", "to_owned"];

impl Server {
    /// The model of a block; `None` if it is not a block that a server can be made of, which is among the errors then.
    pub(crate) fn new(krate: CratePath, parsed: &Parsed, errors: &mut Errors) -> Option<Self> {
        let (name, self_ty) = self_type(&parsed.block, errors)?;
        let mut generics = parsed.block.generics.clone();
        WithoutSelf(&self_ty).visit_generics_mut(&mut generics);
        let mut server = Self {
            krate,
            msg: format_ident!("{name}Msg"),
            client: format_ident!("{name}Client"),
            name,
            generics,
            handlers: Vec::new(),
            init: None,
            terminate: None,
            format_state: None,
            written: written(&parsed.block),
            self_ty,
        };
        for (role, function) in &parsed.roles {
            let Some(signature) = Signature::read(*role, function, &server.self_ty, errors) else { continue };
            match role {
                Role::Init => server.init = Some(signature),
                Role::Terminate => server.terminate = Some(signature),
                Role::FormatState => server.format_state = Some(signature),
                Role::Call | Role::Cast | Role::Info | Role::Continue => {
                    if let Some(kind) = server.kind(*role, &signature, errors) {
                        let variant = variant(&signature.ident);
                        server.handlers.push(Handler { kind, variant, signature });
                    }
                }
            }
        }
        server.handlers.sort_by_key(|handler| matches!(handler.kind, Kind::AnyInfo));
        Some(server)
    }

    /// Whether the block has a function of this name.
    pub(crate) fn has(&self, function: &str) -> bool {
        self.written.iter().any(|written| written == function)
    }

    /// Whether it has type parameters.
    pub(crate) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// Whether any of its handlers needs a future.
    pub(crate) fn any_async(&self) -> bool {
        self.handlers.iter().any(Handler::is_async)
    }

    /// The signatures of all callbacks.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &Signature> {
        let handlers = self.handlers.iter().map(|handler| &handler.signature);
        handlers.chain(&self.init).chain(&self.terminate)
    }

    fn kind(&self, role: Role, signature: &Signature, errors: &mut Errors) -> Option<Kind> {
        match role {
            Role::Call | Role::Cast => {
                let name = signature.ident.unraw().to_string();
                if TAKEN_BY_THE_HANDLE.contains(&name.as_str()) {
                    let message = format!(
                        "every `ServerRef` has a `{name}` of its own, which would hide this one: choose another name"
                    );
                    errors.at(&signature.ident, message);
                    return None;
                }
                if role == Role::Cast { Some(Kind::Cast) } else { call(signature, errors) }
            }
            _ => self.message(role, signature, errors),
        }
    }

    /// The kind of what takes a single message.
    fn message(&self, role: Role, signature: &Signature, errors: &mut Errors) -> Option<Kind> {
        let values = signature.values();
        let &[ty] = values.as_slice() else {
            let message =
                format!("`#[{}]` takes one argument, the message, beside `cx: &mut Context<Self>`", name_of(role));
            errors.at(&signature.ident, message);
            return None;
        };
        let kind = match role {
            Role::Continue => Kind::Continue(ty.clone()),
            _ if named(ty, "AnyMessage").is_some() => Kind::AnyInfo,
            _ => Kind::Info(ty.clone()),
        };
        let first = self.handlers.iter().find(|handler| match (&handler.kind, &kind) {
            (Kind::Info(a), Kind::Info(b)) | (Kind::Continue(a), Kind::Continue(b)) => a == b,
            (Kind::AnyInfo, Kind::AnyInfo) => true,
            _ => false,
        });
        if let Some(first) = first {
            errors.at(
                ty,
                format!(
                    "`{}` handles messages of this type already: they are told apart by type",
                    first.signature.ident
                ),
            );
            return None;
        }
        Some(kind)
    }
}

impl Handler {
    /// Whether it needs a future.
    pub(crate) fn is_async(&self) -> bool {
        self.signature.is_async
    }

    /// What the message carries beside the caller.
    pub(crate) fn values(&self) -> Vec<&Type> {
        self.signature.values()
    }
}

fn call(signature: &Signature, errors: &mut Errors) -> Option<Kind> {
    let mut callers = signature.args_of(ArgKind::Caller);
    let Some(caller) = callers.next() else {
        let (Output::Plain(reply) | Output::Crash(reply)) = &signature.output;
        return Some(Kind::Call { reply: reply.clone(), deferred: false });
    };
    if let Some(second) = callers.next() {
        errors.at(&second.ty, "a request has one caller");
        return None;
    }
    let Some(reply) = named(&caller.ty, "Caller").and_then(only_argument) else {
        errors.at(&caller.ty, "say what is replied: `Caller<R>`");
        return None;
    };
    if let Output::Plain(Some(output)) | Output::Crash(Some(output)) = &signature.output {
        errors.at(output, "a call that takes a `Caller` replies by it: return nothing, or `Crash`");
        return None;
    }
    Some(Kind::Call { reply: Some(reply.clone()), deferred: true })
}

/// The block's type and its name.
fn self_type(block: &ItemImpl, errors: &mut Errors) -> Option<(Ident, Type)> {
    if let Some((path, _)) = &block.trait_ {
        errors.at(path, "`#[gen_server]` goes on the type's own block: `impl Counter { .. }`, without a trait");
        return None;
    }
    let name = match &*block.self_ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    };
    if name.is_none() {
        errors.at(&block.self_ty, "a server is a type of one's own with a name");
    } else if let Some((part, _)) = borrowed(&block.self_ty) {
        errors.at(part, "a server outlives whoever starts it, so it owns what it has: leave the lifetime out");
        return None;
    }
    Some((name?, (*block.self_ty).clone()))
}

fn written(block: &ItemImpl) -> Vec<Ident> {
    let functions = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function.sig.ident.clone()),
        _ => None,
    });
    functions.collect()
}

/// `AddTwo` of `add_two`.
fn variant(method: &Ident) -> Ident {
    let name = method.unraw().to_string();
    let camel: String = name.split('_').flat_map(capitalised).collect();
    // What is left may be no name: of `__1`, say.
    match syn::parse_str::<Ident>(&camel) {
        Ok(_) => Ident::new(&camel, method.span()),
        Err(_) => format_ident!("Message{name}", span = method.span()),
    }
}

fn capitalised(word: &str) -> impl Iterator<Item = char> {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters)
}
