//! Walks a file's syntax tree and counts.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::{
    Attribute, Expr, ExprMethodCall, ExprPath, ExprUnsafe, File, ImplItem, Item, ItemImpl, ItemMod, ItemTrait, Local,
    Macro, Safety, Signature, StmtMacro, TraitItem,
    ext::IdentExt,
    visit::{self, Visit},
};

use super::{
    attributes,
    sites::{Role, Sites, Split},
    tokens,
};
use crate::source::{self, SourceFile};

/// The sites of a file, and the modules it declares for tests only.
pub(super) fn visit(file: &File, source: &SourceFile) -> (Split, BTreeSet<String>) {
    let mut visitor = Visitor {
        source,
        role: source.role,
        inline: Vec::new(),
        sites: Split::default(),
        test_modules: BTreeSet::new(),
    };
    visitor.under(&file.attrs, |visitor| visit::visit_file(visitor, file));
    (visitor.sites, visitor.test_modules)
}

struct Visitor<'a> {
    source: &'a SourceFile,
    /// The role of the code being visited.
    role: Role,
    /// Names of the modules with a body around it.
    inline: Vec<String>,
    sites: Split,
    test_modules: BTreeSet<String>,
}

impl Visitor<'_> {
    fn found(&mut self) -> &mut Sites {
        self.sites.of(self.role)
    }

    /// Visits something that these attributes stand on.
    fn under(&mut self, attributes: &[Attribute], go_on: impl FnOnce(&mut Self)) {
        let around = self.role;
        if attributes::mark_tests(attributes) {
            self.role = Role::Tests;
        }
        go_on(self);
        self.role = around;
    }

    /// Where the body of a module declared here has to be.
    fn location(&self, module: &ItemMod, name: &str) -> String {
        // A path is relative to the file's folder, but inside modules with a body to the folder of their files.
        match attributes::path_of(&module.attrs) {
            Some(path) if self.inline.is_empty() => {
                source::resolve(source::parent(&self.source.relative), [path.as_str()])
            }
            Some(path) => self.below(&path),
            None => self.below(name),
        }
    }

    fn below(&self, last: &str) -> String {
        source::resolve(&self.source.module_folder, self.inline.iter().map(String::as_str).chain([last]))
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.under(item_attributes(item), |visitor| visit::visit_item(visitor, item));
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &Vec::new(),
        };
        self.under(attributes, |visitor| visit::visit_impl_item(visitor, item));
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes = match item {
            TraitItem::Const(item) => &item.attrs,
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            _ => &Vec::new(),
        };
        self.under(attributes, |visitor| visit::visit_trait_item(visitor, item));
    }

    fn visit_local(&mut self, local: &'ast Local) {
        self.under(&local.attrs, |visitor| visit::visit_local(visitor, local));
    }

    fn visit_stmt_macro(&mut self, statement: &'ast StmtMacro) {
        self.under(&statement.attrs, |visitor| visit::visit_stmt_macro(visitor, statement));
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        // Of the many expressions these are the ones which are seen to carry a cfg, as statements.
        let attributes = match expression {
            Expr::Block(inner) => &inner.attrs,
            Expr::Call(inner) => &inner.attrs,
            Expr::If(inner) => &inner.attrs,
            Expr::Macro(inner) => &inner.attrs,
            Expr::Match(inner) => &inner.attrs,
            Expr::MethodCall(inner) => &inner.attrs,
            Expr::Unsafe(inner) => &inner.attrs,
            _ => &Vec::new(),
        };
        self.under(attributes, |visitor| visit::visit_expr(visitor, expression));
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.unraw().to_string();
        if module.content.is_none() {
            // A test target may borrow a file of the library by `#[path]`, which does not make that file a test.
            if self.role == Role::Tests && self.source.role == Role::Code {
                self.test_modules.insert(self.location(module, &name));
            }
            return;
        }
        self.inline.push(attributes::path_of(&module.attrs).unwrap_or(name));
        visit::visit_item_mod(self, module);
        self.inline.pop();
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        self.found().unsafe_impls += u64::from(item.unsafety.is_some());
        visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.found().unsafe_traits += u64::from(item.unsafety.is_some());
        visit::visit_item_trait(self, item);
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.found().unsafe_fns += u64::from(matches!(signature.safety, Safety::Unsafe(_)));
        visit::visit_signature(self, signature);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast ExprUnsafe) {
        self.found().unsafe_blocks += 1;
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let found = self.found();
        found.unwraps += u64::from(call.method == "unwrap");
        found.expects += u64::from(call.method == "expect");
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, expression: &'ast ExprPath) {
        // A lone `unwrap` is a variable; `Option::unwrap` is the method.
        if let Some(last) = expression.path.segments.last().filter(|_| expression.path.segments.len() > 1) {
            let found = self.found();
            found.unwraps += u64::from(last.ident == "unwrap");
            found.expects += u64::from(last.ident == "expect");
        }
        visit::visit_expr_path(self, expression);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        let is_panic = invocation.path.segments.last().is_some_and(|last| last.ident == "panic");
        self.found().panics += u64::from(is_panic);
        visit::visit_macro(self, invocation);
    }

    /// Arguments of macros, and syntax which the grammar has no name for.
    fn visit_token_stream(&mut self, stream: &'ast TokenStream) {
        tokens::scan(stream.clone(), self.role, &mut self.sites);
    }

    /// Attributes hold no code that runs.
    fn visit_attribute(&mut self, _attribute: &'ast Attribute) {}
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
