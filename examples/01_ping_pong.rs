//! Two processes send each other a ball. Run: `cargo run --example 01_ping_pong`
//!
//! You will see ten rounds, then why each of the two ended, and that a message to a dead process comes back.

use actor_otp::prelude::*;
use actor_otp::process::spawn_monitor;

/// The ball, and who wants it back.
struct Ping {
    from: ProcessRef<Pong>,
    round: u32,
}

struct Pong(u32);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A process is an async closure with a mailbox. This one lives until somebody ends it.
    let ponger = spawn(async |mut inbox: Inbox<Ping>| {
        loop {
            let Ping { from, round } = inbox.recv().await;
            from.send(Pong(round)).await?;
        }
    })?;

    // This one ends by itself. Its monitor, made outside of a process, is a future.
    let partner = ponger.clone();
    let (pinger, pinged) = spawn_monitor(async move |mut inbox: Inbox<Pong>| {
        for round in 1..=10 {
            partner.send(Ping { from: inbox.me(), round }).await?;
            let Pong(back) = inbox.recv().await;
            println!("{} got {back} back from {}", inbox.pid(), partner.pid());
        }
        Ok(())
    })?;
    println!("the pinger ended: {}", pinged.await.reason);

    let pongs_end = monitor(ponger.pid());
    exit(ponger.pid(), ExitReason::Kill);
    println!("the ponger ended: {}", pongs_end.await.reason);

    let late = ponger.try_send(Ping { from: pinger, round: 11 });
    println!("an eleventh ping: {}", late.err().map_or_else(|| "sent".to_owned(), |error| error.to_string()));
    Ok(())
}

#[test]
fn smoke() {
    main().expect("the example runs");
}
