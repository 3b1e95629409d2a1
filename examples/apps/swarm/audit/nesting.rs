//! How deep a recursive parser may go on given tokens, found without recursion.
//!
//! `syn` parses, visits and drops by recursion, so a source file can ask for any amount of stack: by brackets, and by
//! chains which need none (`!!!!x`, `a + b + ..`, `if .. else if ..`, `A<A<A<..`). The bound here is crude and errs
//! upwards: along a path through the bracket tree, every token since the last separator may be one level. A bound too
//! high costs address space for a stack that is never touched; one too low would end the process.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree, token_stream};

/// Keywords behind which a `|` starts a closure. Behind other words it joins operands or patterns.
const NO_OPERANDS: [&str; 16] = [
    "as", "async", "become", "break", "const", "else", "if", "in", "let", "match", "move", "return", "static", "use",
    "while", "yield",
];

/// An upper bound for the depth of the syntax tree over `tokens`, in levels.
pub(super) fn bound(tokens: TokenStream) -> usize {
    let mut deepest = 0;
    let mut outer = Vec::new();
    let mut level = Level::new(tokens, 0);
    loop {
        let Some(token) = level.tokens.next() else {
            match outer.pop() {
                Some(parent) => level = parent,
                None => return deepest,
            }
            continue;
        };
        let group = level.step(&token);
        deepest = deepest.max(level.base + level.run);
        if let Some(inner) = group {
            let base = level.base + level.run + 1;
            deepest = deepest.max(base);
            outer.push(std::mem::replace(&mut level, Level::new(inner, base)));
        }
    }
}

/// The inside of one pair of brackets.
struct Level {
    tokens: token_stream::IntoIter,
    /// Levels outside the brackets.
    base: usize,
    /// Tokens which may be nested in one another, since the last separator.
    run: usize,
    /// Where a comma leads back to: inside `<..>` and in the parameters of a closure it does not end what is around it.
    floors: Vec<usize>,
    before: Before,
    in_closure_parameters: bool,
}

/// What the token in front was, as far as it matters to the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, or a token behind which an operand is expected.
    Operator,
    /// `-` or `=` glued to the next token: `->` and `=>` close no angle.
    Arrow,
    /// The end of an operand.
    Operand,
    /// A block, which ends a statement or an item unless the next token carries on.
    Block,
    /// The `'` of a lifetime or a label.
    Quote,
    /// The `#`, or `#!`, of an attribute. Attributes stand in a row and nest nothing.
    Hash,
}

impl Level {
    fn new(tokens: TokenStream, base: usize) -> Self {
        Self {
            tokens: tokens.into_iter(),
            base,
            run: 0,
            floors: Vec::new(),
            before: Before::Operator,
            in_closure_parameters: false,
        }
    }

    /// Takes account of a token and returns what is in it if it is a group.
    fn step(&mut self, token: &TokenTree) -> Option<TokenStream> {
        if self.before == Before::Block && !carries_on(token) {
            self.separate();
        }
        match token {
            TokenTree::Group(group) => {
                if self.before == Before::Hash {
                    self.before = Before::Operator;
                    return Some(group.stream());
                }
                self.run += 1;
                self.before = if group.delimiter() == Delimiter::Brace { Before::Block } else { Before::Operand };
                return Some(group.stream());
            }
            TokenTree::Punct(punct) => self.step_punct(punct.as_char(), punct.spacing()),
            TokenTree::Ident(word) => {
                self.run += 1;
                let is_operand = self.before != Before::Quote && !NO_OPERANDS.iter().any(|keyword| word == keyword);
                self.before = if is_operand { Before::Operand } else { Before::Operator };
            }
            TokenTree::Literal(_) => {
                self.run += 1;
                self.before = Before::Operand;
            }
        }
        None
    }

    fn step_punct(&mut self, punct: char, spacing: Spacing) {
        let before = std::mem::replace(&mut self.before, Before::Operator);
        match punct {
            ';' => return self.separate(),
            ',' => {
                self.run = self.floors.last().copied().unwrap_or(0);
                return;
            }
            '#' => {
                self.before = Before::Hash;
                return;
            }
            '!' if before == Before::Hash => {
                self.before = Before::Hash;
                return;
            }
            '<' => self.floors.push(self.run),
            '>' if before != Before::Arrow => {
                self.floors.pop();
            }
            '|' if self.in_closure_parameters => self.in_closure_parameters = false,
            '|' if before != Before::Operand => {
                self.in_closure_parameters = true;
                self.floors.push(self.run);
            }
            '-' | '=' if spacing == Spacing::Joint => self.before = Before::Arrow,
            '?' => self.before = Before::Operand,
            '\'' => self.before = Before::Quote,
            _ => {}
        }
        self.run += 1;
    }

    fn separate(&mut self) {
        self.run = 0;
        self.floors.clear();
        self.in_closure_parameters = false;
    }
}

/// True if the token behind a block may belong to the same expression as the block.
fn carries_on(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(_) => true,
        TokenTree::Punct(punct) => !matches!(punct.as_char(), '#' | '\''),
        TokenTree::Ident(word) => word == "else",
        TokenTree::Literal(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound_of(text: &str) -> usize {
        bound(text.parse().expect("the text lexes"))
    }

    /// `link` nested in itself `times` over.
    #[track_caller]
    fn check_grows(open: &str, close: &str) {
        let nested = |times: usize| bound_of(&format!("{}x{}", open.repeat(times), close.repeat(times)));
        let (few, many) = (nested(10), nested(1_000));
        assert!(many >= few + 990, "{open}..{close}: {few} levels for 10, {many} for 1000");
    }

    #[test]
    fn every_way_to_nest_is_seen() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("!", ""),
            ("-", ""),
            ("&", ""),
            ("*const ", ""),
            ("a + ", ""),
            ("a = ", ""),
            ("", ".b()"),
            ("", "?"),
            ("", " as u8"),
            ("return ", ""),
            ("|| ", ""),
            ("|a, b| ", ""),
            ("move |a, b| ", ""),
            ("break 'a |a, b| ", ""),
            ("a || |b, c| ", ""),
            ("a > |b, c| d > ", ""),
            ("A<", ">"),
            ("A<B, ", ">"),
            ("A<B, C, ", ", D>"),
            ("fn() -> ", ""),
            ("for<'a, 'b> fn() -> ", ""),
            ("if a {} else ", ""),
            ("if {} {} else ", ""),
            ("mod a { #![x] ", "}"),
            ("#[a] {", "}"),
            ("m!(", ")"),
        ] {
            check_grows(open, close);
        }
    }

    #[test]
    fn what_stands_in_a_row_does_not_add_up() {
        for row in [
            "fn f() {} ",
            "#[doc = \"x\"] ",
            "struct S; ",
            "a, ",
            "a.b(c); ",
            "a < b; ",
            "A::<B>::c(), ",
            "match x {} ",
            "loop {} 'a: ",
            "1 => {} ",
        ] {
            let (few, many) = (bound_of(&row.repeat(10)), bound_of(&row.repeat(1_000)));
            assert!(many <= few + 1, "{row}: {few} levels for 10, {many} for 1000");
        }
    }
}
