//! Servers: processes that keep state and answer requests, one at a time. As a rule one writes them with the
//! [`gen_server`](macro@crate::gen_server) attribute.
//!
//! ```edition2021
//! use actor_otp::prelude::*;
//! # use std::collections::HashMap;
//! # type UserId = u32;
//! # type Order = u32;
//! # type Id = u32;
//! # type Row = String;
//! # #[derive(Clone, Debug, PartialEq)] struct Receipt(Order);
//! # #[derive(Debug, PartialEq)] struct Declined;
//! # #[derive(Debug, thiserror::Error)] #[error("no row {0}")] struct NoRow(Id);
//! # struct Db(HashMap<Id, Row>);
//! # impl Db { async fn fetch(&self, id: Id) -> Result<Row, NoRow> { self.0.get(&id).cloned().ok_or(NoRow(id)) } }
//!
//! const SECOND: Duration = Duration::from_secs(1);
//!
//! struct Tick;
//! struct WarmUp;
//! struct Session { user: UserId, db: Db, waiting: Vec<(Order, Caller<Receipt>)> }
//!
//! #[gen_server]
//! impl Session {
//!     /// Makes the state, inside the new process. With it come `Session::start(user)`, `start_link(user)`, `child_spec(user)`.
//!     async fn init(user: UserId, cx: &mut Context<Self>) -> Result<Self, ExitReason> {
//!         if user == 0 {
//!             return Err(ExitReason::term("nobody"));
//!         }
//!         cx.continue_with(WarmUp);
//!         Ok(Self { user, db: Db(HashMap::new()), waiting: Vec::new() })
//!     }
//!
//!     /// A `Result` is simply the reply.
//!     #[call]
//!     async fn pay(&mut self, order: Order) -> Result<Receipt, Declined> {
//!         if order > 100 { Err(Declined) } else { Ok(Receipt(order)) }
//!     }
//!
//!     /// Replied to later, by whoever has the `Caller`.
//!     #[call]
//!     fn charge(&mut self, order: Order, from: Caller<Receipt>, cx: &mut Context<Self>) {
//!         self.waiting.push((order, from));
//!         cx.send_after(SECOND, Tick);
//!     }
//!
//!     /// Let it crash: the client gets the row, and an error ends the server.
//!     #[call]
//!     async fn load(&mut self, id: Id) -> Crash<Row> { Ok(self.db.fetch(id).await?) }
//!
//!     #[cast]
//!     async fn store(&mut self, id: Id, row: Row) { self.db.0.insert(id, row); }
//!
//!     /// A message that came by pid, told by its type.
//!     #[info]
//!     fn tick(&mut self, _: Tick) {
//!         for (order, caller) in self.waiting.drain(..) {
//!             caller.reply(Receipt(order));
//!         }
//!     }
//!
//!     #[info]
//!     fn peer_died(&mut self, down: Down) { println!("a peer ended: {}", down.reason); }
//!
//!     #[info]
//!     fn anything_else(&mut self, msg: AnyMessage) { println!("what is {msg:?}?"); }
//!
//!     /// Comes before any other message.
//!     #[on_continue]
//!     async fn warm_up(&mut self, _: WarmUp) { self.db.0.insert(1, format!("for {}", self.user)); }
//!
//!     async fn terminate(&mut self, reason: &ExitReason) { println!("session of {} ends: {reason}", self.user); }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let session = Session::start(7).name("session").await?;
//! assert_eq!(session.load(1).await?, "for 7");
//! assert_eq!(session.pay(101).await?, Err(Declined));
//! assert_eq!(session.charge(5).timeout(3 * SECOND).await?, Receipt(5));
//! session.store(2, "two".into()).try_send()?;
//! let pending = session.load(2).send_request();
//! assert_eq!(pending.await?, "two");
//!
//! let down = monitor(session.pid());
//! assert!(session.load(3).await.is_err());
//! assert_eq!(down.await.reason.to_string(), "error: no row 3");
//! # Ok(()) }
//! ```
//!
//! # What is a value, and when it acts
//! - `Session::start(7)` and `Counter { n: 0 }.start()` are a [`Start`]: options first (`.name(..)`, `.via(registry, key)`,
//!   `.mailbox(128, Overflow::DropOldest)`, `.timeout(..)`), then `.await`.
//! - `session.pay(5)` is a [`Call`]: `.await` waits five seconds at most, `.timeout(..)` says otherwise, `.send_request()` gives a
//!   [`PendingCall`] to be awaited later. It borrows the handle, so another task takes a clone:
//!   `tokio::spawn(async move { session.pay(5).await })`.
//! - `session.store(..)` is a [`Cast`]: `.await` waits for room in the mailbox, `.try_send()` refuses at once.
//!
//! # Without the attribute
//! [`GenServer`] is a trait of two types and one function, and the attribute writes nothing that one could not write:
//!
//! ```
//! use actor_otp::gen_server::{Call, Cast, Handle};
//! use actor_otp::prelude::*;
//!
//! struct Counter { n: i64 }
//! enum Msg { Add(i64, Caller<i64>), Reset }
//! struct Client(Handle<Counter>);
//!
//! impl GenServer for Counter {
//!     type Msg = Msg;
//!     type Client = Client;
//!     async fn handle(&mut self, msg: Msg, _cx: &mut Context<Self>) -> Crash {
//!         match msg {
//!             Msg::Add(by, caller) => { self.n += by; caller.reply(self.n) }
//!             Msg::Reset => self.n = 0,
//!         }
//!         Ok(())
//!     }
//! }
//! impl From<Handle<Counter>> for Client { fn from(handle: Handle<Counter>) -> Self { Self(handle) } }
//! impl AsRef<Handle<Counter>> for Client { fn as_ref(&self) -> &Handle<Counter> { &self.0 } }
//! impl Client {
//!     fn add(&self, by: i64) -> Call<'_, Counter, i64> { self.0.call(|caller| Msg::Add(by, caller)) }
//!     fn reset(&self) -> Cast<'_, Counter> { self.0.cast(Msg::Reset) }
//! }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let counter = Counter { n: 0 }.start().await?;
//! # counter.reset().await?;
//! # assert_eq!(counter.add(2).await?, 2);
//! # Ok(()) }
//! ```

#[doc(inline)]
pub use actor_gen_server::{
    Call, CallError, Caller, Cast, CastError, Context, Continue, GenServer, Handle, IdleTimeout, Init, InitResult,
    InitStop, IntoInit, Launched, Monitored, Origin, PendingCall, ServerRef, Start, StartError, StartInit, StartState,
    Starting, StartingState, StopError, Timeout, stop, stop_with,
};
