//! The attribute macros of `actor-otp`. Use them by way of that crate, which says what they are for.
//!
//! Each goes from tokens to a model (`parse`, `model`) and from the model to code (`quote`). What is generated is what one would
//! write by hand, names nothing but the user's own items and `::actor_otp::__private`, and needs nothing imported.

#![forbid(unsafe_code)]

mod crate_path;
mod error;
mod server;
mod types;

use proc_macro::TokenStream;

/// Makes a server of a type, from an `impl` block with its handlers.
///
/// The methods stay what they are, so a test can call them without a process. Beside them come the messages of the server, its
/// client (what `ServerRef<Self>` derefs to, a method for each call and cast), and the `GenServer` implementation. The client's
/// methods are public whatever the handlers are: whoever has the handle may call.
///
/// # Handlers
/// A handler takes `&self` or `&mut self`, is `async` or not, and may take `cx: &mut Context<Self>` anywhere among its arguments.
/// It may return `Crash`, whose error ends the server.
///
/// | attribute | signature | what it handles |
/// |---|---|---|
/// | `#[call]` | `(args..) -> R` | a request; the client's method gives an `R`, also for `-> Crash<R>`. A `Result` is simply the reply |
/// | `#[call]` | `(args.., from: Caller<R>)` | a request that is replied to later, by `from.reply(..)` |
/// | `#[cast]` | `(args..)` | a message that nobody waits for |
/// | `#[info]` | `(msg: T)` | a `T` that was sent by pid: a timer's message, a `Down`, an `Exit`, an `IdleTimeout` |
/// | `#[info]` | `(msg: AnyMessage)` | whatever no other info takes |
/// | `#[on_continue]` | `(c: C)` | what `cx.continue_with(c)` puts before all other messages |
///
/// # Callbacks
/// They are known by their names and need no attribute:
/// - `async fn init(args..) -> Self`, or `-> Result<Self, ExitReason>`, or `-> InitResult<Self>` makes the state inside the new
///   process. With it come `start(args..)`, `start_link(args..)`, `start_monitor(args..)` and `child_spec(args..)`; a function of
///   such a name in the same block replaces the generated one.
/// - `async fn terminate(&mut self, reason: &ExitReason)` runs before the server ends.
/// - `fn format_state(&self) -> String` is the state as `sys` and crash reports show it.
///
/// Without `init`, a server starts from its state, as in `Counter { n: 0 }.start()`, and `child_spec(state)` takes copies of one.
///
/// # Options
/// `#[gen_server(crate = path)]` says where `actor_otp` is, if not at `::actor_otp`.
#[proc_macro_attribute]
pub fn gen_server(options: TokenStream, item: TokenStream) -> TokenStream {
    server::expand(options.into(), &item.into()).into()
}
