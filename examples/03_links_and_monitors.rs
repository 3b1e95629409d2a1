//! How processes learn of each other's end. Run: `cargo run --example 03_links_and_monitors`
//!
//! You will see a chain of linked processes die together, one that traps exits live on, and a monitor's message.

use actor_otp::prelude::*;
use actor_otp::process::{Received, spawn_monitor, trap_exit};

#[derive(Debug, PartialEq)]
struct OutOfPaper;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (_boss, ended) = spawn_monitor(boss)?;
    println!("the boss ended: {}", ended.await.reason);
    Ok(())
}

/// Traps exits: what would end it arrives as a message instead.
async fn boss(mut inbox: Inbox<()>) -> Crash {
    trap_exit(true)?;
    let clerk = spawn_link(clerk)?;
    match inbox.recv_any().await {
        Received::Exit(exit) => {
            println!("the boss hears that {:?} ended: {}", exit.from, exit.reason);
            assert_eq!(exit.from, Some(clerk.pid()));
        }
        other => println!("unexpected: {other:?}"),
    }

    // A monitor tells, too, but ties nobody: the watched does not know.
    let temp = spawn(async |mut inbox: Inbox<u32>| {
        let pages = inbox.recv().await;
        Err(ExitReason::shutdown_with(pages))
    })?;
    let watch = monitor(temp.pid());
    temp.send(12).await?;
    if let Received::Down(down) = inbox.recv_match(|mail| matches!(mail, Received::Down(_))).await {
        assert_eq!(down.monitor, watch.reference());
        println!("the temp {} is done: {}", temp.pid(), down.reason);
    }
    Ok(())
}

/// Does not trap exits: when its printer dies of anything but a clean end, it dies, too.
async fn clerk(mut inbox: Inbox<()>) -> Crash {
    spawn_link(async |_inbox: Inbox<()>| Err(ExitReason::term(OutOfPaper)))?;
    loop {
        inbox.recv().await;
    }
}

#[test]
fn smoke() {
    main().expect("the example runs");
}
