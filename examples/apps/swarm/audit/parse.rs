//! Text to syntax tree, on a stack that is large enough for what the text asks for.
//!
//! A stack overflow ends the process and no supervisor can help against it, so the depth is bounded before the parser
//! starts, and the parser runs on a thread of its own whose stack has room for that bound. Stack that is never
//! touched costs address space only.

use std::thread;

use proc_macro2::{LineColumn, TokenStream};

use super::{failure::Failure, nesting};

/// Stack of the thread that reads a file: the tokenizer needs little, and ordinary files parse on it as well.
const ORDINARY_STACK: usize = 16 << 20;

/// Above this a file is reported instead of parsed.
const LARGEST_STACK: usize = 1 << 30;

/// Stack set aside for each level of nesting. The hungriest of 70 constructs, nested type parameters, was seen to take
/// 4.4 KiB a level in the development profile.
const STACK_PER_LEVEL: usize = 16 << 10;

/// Parses `text` and hands the tree to `read`, on a thread which has ended when this returns.
///
/// # Errors
///
/// `Unparsed` if the text is not Rust, nests too deeply, or makes the parser or `read` panic. `Unreadable` if the
/// system refuses a thread.
pub(super) fn with_syntax<T: Send>(text: &str, read: impl Fn(&syn::File) -> T + Sync) -> Result<T, Failure> {
    match on_stack(ORDINARY_STACK, || attempt(text, ORDINARY_STACK, &read))?? {
        Attempt::Done(answer) => Ok(answer),
        Attempt::NeedsStack(bytes) if bytes > LARGEST_STACK => Err(Failure::Unparsed(format!(
            "may nest {} levels deep, too many to parse safely",
            bytes / STACK_PER_LEVEL
        ))),
        Attempt::NeedsStack(bytes) => match on_stack(bytes, || attempt(text, bytes, &read))?? {
            Attempt::Done(answer) => Ok(answer),
            Attempt::NeedsStack(_) => unreachable!("the same text needs the same stack"),
        },
    }
}

enum Attempt<T> {
    Done(T),
    NeedsStack(usize),
}

/// Parses if a stack of `room` bytes is enough, and says how much would be if it is not.
fn attempt<T>(text: &str, room: usize, read: impl Fn(&syn::File) -> T) -> Result<Attempt<T>, Failure> {
    let tokens: TokenStream =
        without_shebang(text).parse().map_err(|error: proc_macro2::LexError| unparsed(error.span().start(), &error))?;
    let needed = ORDINARY_STACK / 2 + nesting::bound(tokens.clone()) * STACK_PER_LEVEL;
    if needed > room {
        return Ok(Attempt::NeedsStack(needed));
    }
    let file: syn::File = syn::parse2(tokens).map_err(|error| unparsed(error.span().start(), &error))?;
    Ok(Attempt::Done(read(&file)))
}

/// Runs `work` on a new thread with a stack of `bytes`; a panic comes back as a failure.
fn on_stack<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("parser".to_owned())
            .stack_size(bytes)
            .spawn_scoped(scope, work)
            .map_err(|error| Failure::Unreadable(format!("no thread with {bytes} bytes of stack: {error}")))?;
        worker.join().map_err(|payload| {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Failure::Unparsed(format!("the parser panicked: {text}"))
        })
    })
}

/// The text behind a byte order mark and a `#!/..` line, neither of which is Rust. The line's end stays, so that
/// positions keep their line numbers.
fn without_shebang(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => text.find('\n').map_or("", |end| &text[end..]),
        _ => text,
    }
}

fn unparsed(at: LineColumn, error: &dyn std::fmt::Display) -> Failure {
    Failure::Unparsed(format!("{error} at {}:{}", at.line, at.column + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Result<usize, String> {
        with_syntax(text, |file| file.items.len()).map_err(|failure| failure.to_string())
    }

    #[test]
    fn marks_and_shebangs_in_front_are_no_obstacle() {
        assert_eq!(items("fn f() {}"), Ok(1));
        assert_eq!(items("\u{feff}fn f() {}"), Ok(1));
        assert_eq!(items("#!/usr/bin/env it's\nfn f() {}"), Ok(1));
        assert_eq!(items("#!/usr/bin/env x"), Ok(0));
        assert_eq!(items("#![allow(unused)]\nfn f() {}"), Ok(1));
        assert_eq!(items("#! [allow(unused)]\nfn f() {}"), Ok(1));
    }

    #[test]
    fn failures_say_where() {
        for (text, place) in
            [("fn f() {}\nfn (", "at 2:4"), ("fn f() {}\nfn g(\n) }", "at 3:3"), ("#!x\nfn f( {", "at 2:7")]
        {
            let failure = items(text).expect_err("this is not Rust");
            assert!(failure.starts_with("does not parse: ") && failure.ends_with(place), "{text:?}: {failure}");
        }
    }

    #[test]
    fn a_panic_is_a_failure_of_the_file() {
        let failure = with_syntax("fn f() {}", |_| -> () { panic!("on {}", "purpose") }).expect_err("it panics");
        assert_eq!(failure, Failure::Unparsed("the parser panicked: on purpose".to_owned()));
    }
}
