//! A GenServer: state, calls, casts, a tick that re-arms itself. Run: `cargo run --example 02_counter_server`
//!
//! You will see replies, three ticks, a server that lets it crash, and what its caller is told.

use actor_otp::prelude::*;
use std::num::ParseIntError;

struct Counter {
    n: i64,
    ticks: u32,
}

/// The message of the server's own timer.
struct Tick;

#[gen_server]
impl Counter {
    #[call]
    fn get(&self) -> i64 {
        self.n
    }

    /// Adds, and returns the sum.
    #[call]
    fn add(&mut self, by: i64) -> i64 {
        self.n += by;
        self.n
    }

    /// Happy path only: what does not parse ends the server.
    #[call]
    fn add_text(&mut self, text: String) -> Crash<i64> {
        let by: i64 = text.parse().map_err(|error: ParseIntError| error)?;
        Ok(self.add(by))
    }

    #[cast]
    fn start_ticking(&mut self, cx: &mut Context<Self>) {
        cx.send_after(Duration::from_millis(10), Tick);
    }

    #[info]
    fn tick(&mut self, _tick: Tick, cx: &mut Context<Self>) {
        self.ticks += 1;
        if self.ticks < 3 {
            cx.send_after(Duration::from_millis(10), Tick);
        }
    }

    #[call]
    fn ticks(&self) -> u32 {
        self.ticks
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter { n: 0, ticks: 0 }.start().await?;
    println!("add(2) = {}, add(40) = {}", counter.add(2).await?, counter.add(40).await?);

    counter.start_ticking().await?;
    while counter.ticks().await? < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("it has ticked three times; n is {}", counter.get().await?);

    let other = Counter { n: 1, ticks: 0 }.start().await?;
    println!("add_text(\"41\") = {}", other.add_text("41".into()).await?);
    println!("add_text(\"many\"): {}", other.add_text("many".into()).await.expect_err("it is no number"));
    println!("and then: {}", other.get().await.expect_err("the server has ended"));
    Ok(())
}

#[test]
fn smoke() {
    main().expect("the example runs");
}
