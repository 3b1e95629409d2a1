//! What can be told of a type by its tokens, which are all that a macro sees.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, ExprPath, GenericArgument, Lifetime, ParenthesizedGenericArguments, Path,
    PathArguments, PathSegment, QSelf, Token, Type, TypeFnPtr, TypePath, TypeReference,
};

/// The last segment of the type's path: `Crash<T>` of `actor_otp::Crash<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// The type's last segment, if it has this name.
pub(crate) fn named<'a>(ty: &'a Type, name: &str) -> Option<&'a PathSegment> {
    last_segment(ty).filter(|segment| segment.ident == name)
}

/// What the type refers to and whether it may change it, if it is a reference.
pub(crate) fn referent(ty: &Type) -> Option<(&Type, bool)> {
    match ty {
        Type::Reference(reference) => Some((&reference.elem, reference.mutability.is_some())),
        Type::Group(group) => referent(&group.elem),
        Type::Paren(paren) => referent(&paren.elem),
        _ => None,
    }
}

/// The one type argument of a segment: `T` of `Crash<T>`.
pub(crate) fn only_argument(segment: &PathSegment) -> Option<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) if args.len() == 1 => {
            match args.first() {
                Some(GenericArgument::Type(ty)) => Some(ty),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether it is `()`.
pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The first part of a type that borrows from somebody, and what to take in its place, if there is a word for it.
pub(crate) fn borrowed(ty: &Type) -> Option<(TokenStream, Option<String>)> {
    let mut search = Borrowed(None);
    search.visit_type(ty);
    search.0
}

/// The first `impl Trait` in a type.
pub(crate) fn unnamed(ty: &Type) -> Option<TokenStream> {
    let mut search = Unnamed(None);
    search.visit_type(ty);
    search.0
}

struct Borrowed(Option<(TokenStream, Option<String>)>);

impl<'ast> Visit<'ast> for Borrowed {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        if reference.lifetime.as_ref().is_some_and(is_static) {
            return visit::visit_type_reference(self, reference);
        }
        self.0.get_or_insert_with(|| (reference.to_token_stream(), owned(&reference.elem)));
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if !is_static(lifetime) {
            self.0.get_or_insert_with(|| (lifetime.to_token_stream(), None));
        }
    }

    // A function may borrow its arguments.
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}
}

struct Unnamed(Option<TokenStream>);

impl<'ast> Visit<'ast> for Unnamed {
    fn visit_type_impl_trait(&mut self, unnamed: &'ast syn::TypeImplTrait) {
        self.0.get_or_insert_with(|| unnamed.to_token_stream());
    }
}

fn is_static(lifetime: &Lifetime) -> bool {
    lifetime.ident == "static"
}

/// The owned form of what a reference refers to.
fn owned(referent: &Type) -> Option<String> {
    match referent {
        Type::Slice(slice) => Some(format!("Vec<{}>", slice.elem.to_token_stream())),
        Type::Path(path) => Some(match path.path.segments.last()?.ident.to_string().as_str() {
            "str" => "String".to_owned(),
            "Path" => "PathBuf".to_owned(),
            "OsStr" => "OsString".to_owned(),
            "CStr" => "CString".to_owned(),
            _ => path.to_token_stream().to_string().replace(' ', ""),
        }),
        _ => None,
    }
}

/// Writes `Self` out as the type it is, so that its tokens mean the same outside the block.
pub(crate) struct WithoutSelf<'a>(pub(crate) &'a Type);

impl WithoutSelf<'_> {
    /// `Self::X` becomes `<Type>::X`.
    fn qualify(&self, qself: &mut Option<QSelf>, path: &mut Path) {
        if qself.is_none() && path.segments.len() > 1 && path.segments[0].ident == "Self" {
            let ty = Box::new(self.0.clone());
            *qself = Some(QSelf {
                lt_token: <Token![<]>::default(),
                ty,
                position: 0,
                as_token: None,
                gt_token: <Token![>]>::default(),
            });
            path.leading_colon = Some(<Token![::]>::default());
            path.segments = std::mem::take(&mut path.segments).into_iter().skip(1).collect();
        }
    }
}

impl VisitMut for WithoutSelf<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => *ty = self.0.clone(),
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        self.qualify(&mut path.qself, &mut path.path);
        visit_mut::visit_type_path_mut(self, path);
    }

    fn visit_expr_path_mut(&mut self, path: &mut ExprPath) {
        self.qualify(&mut path.qself, &mut path.path);
        visit_mut::visit_expr_path_mut(self, path);
    }
}

/// Several as one: nothing, the one, or a tuple. Holds for types, values and patterns alike.
pub(crate) fn of_all(parts: &[impl ToTokens]) -> TokenStream {
    match parts {
        [one] => quote!(#one),
        all => quote!((#(#all),*)),
    }
}
