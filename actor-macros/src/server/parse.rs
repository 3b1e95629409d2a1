//! Which method is what: takes our attributes off the block.

use crate::error::Errors;
use syn::{Attribute, ImplItem, ImplItemFn, ItemImpl, Meta, parse_quote};

/// A block without our attributes, and the functions that mean something to a server, in their order.
pub(crate) struct Parsed {
    pub(crate) block: ItemImpl,
    pub(crate) roles: Vec<(Role, ImplItemFn)>,
}

/// What a function is to a server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Call,
    Cast,
    Info,
    Continue,
    Init,
    Terminate,
    FormatState,
}

/// Parses a block.
pub(crate) fn parse(mut block: ItemImpl, errors: &mut Errors) -> Parsed {
    let mut roles = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            let role = take_attributes(function, errors).or_else(|| by_name(function));
            if let Some(role) = role {
                roles.push((role, function.clone()));
                // What it takes, and how, is said by us.
                function.attrs.push(parse_quote!(#[allow(
                    clippy::needless_pass_by_ref_mut,
                    clippy::needless_pass_by_value,
                    clippy::unused_self
                )]));
            }
        }
    }
    Parsed { block, roles }
}

/// Takes our attributes off a function; the first of them says what it is.
fn take_attributes(function: &mut ImplItemFn, errors: &mut Errors) -> Option<Role> {
    let mut found = None;
    function.attrs.retain(|attribute| {
        let Some(role) = by_attribute(attribute) else { return true };
        if !matches!(attribute.meta, Meta::Path(_)) {
            errors.at(attribute, format!("`#[{}]` takes no options", name_of(role)));
        }
        match found {
            None => found = Some(role),
            Some(first) => errors.at(
                attribute,
                format!(
                    "`{}` is a {} already: one method handles one kind of message",
                    function.sig.ident,
                    name_of(first)
                ),
            ),
        }
        false
    });
    found
}

fn by_attribute(attribute: &Attribute) -> Option<Role> {
    let roles = [Role::Call, Role::Cast, Role::Info, Role::Continue];
    roles.into_iter().find(|role| attribute.path().is_ident(name_of(*role)))
}

fn by_name(function: &ImplItemFn) -> Option<Role> {
    let method = function.sig.receiver().is_some();
    let callbacks = [(Role::Init, false), (Role::Terminate, true), (Role::FormatState, true)];
    let role = callbacks.into_iter().find(|(role, on_self)| function.sig.ident == name_of(*role) && method == *on_self);
    role.map(|(role, _)| role)
}

/// The attribute that makes a function this, or the name.
pub(crate) fn name_of(role: Role) -> &'static str {
    match role {
        Role::Call => "call",
        Role::Cast => "cast",
        Role::Info => "info",
        Role::Continue => "on_continue",
        Role::Init => "init",
        Role::Terminate => "terminate",
        Role::FormatState => "format_state",
    }
}
