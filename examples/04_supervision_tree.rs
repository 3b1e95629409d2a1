//! A tree that heals. Run: `cargo run --example 04_supervision_tree`
//!
//! You will see a server that divides by zero come back under its name, a sibling left alone, and the tree stopped in order.

use actor_otp::prelude::*;

#[derive(Clone)]
struct Divider;

#[gen_server]
impl Divider {
    /// Happy path only: what cannot be divided ends the server.
    #[call]
    fn divide(&self, a: i64, b: i64) -> i64 {
        a / b
    }
}

#[derive(Clone)]
struct Cashier {
    name: &'static str,
    sold: u32,
}

#[gen_server]
impl Cashier {
    async fn init(name: &'static str, cx: &mut Context<Self>) -> Self {
        // A server that has to clean up traps exits.
        cx.trap_exit(true);
        Self { name, sold: 0 }
    }

    #[call]
    fn sell(&mut self) -> u32 {
        self.sold += 1;
        self.sold
    }

    async fn terminate(&mut self, reason: &ExitReason) {
        println!("{} closes after {} sales: {reason}", self.name, self.sold);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tree = Supervisor::new(Strategy::OneForOne)
        .intensity(3, Duration::from_secs(5))
        .child(Divider::child_spec(Divider).name("divider"))
        .child(
            Supervisor::new(Strategy::OneForAll)
                .id("till")
                .child(Cashier::child_spec("left till").id("left").name("left"))
                .child(Cashier::child_spec("right till").id("right")),
        )
        .start()
        .await?;

    let left = ServerRef::<Cashier>::find("left").ok_or("the left till is missing")?;
    for b in [4, 0, 5] {
        let divider = ServerRef::<Divider>::find("divider").ok_or("the divider is missing")?;
        match divider.divide(20, b).await {
            Ok(answer) => println!("{} says 20 / {b} = {answer}", divider.pid()),
            Err(error) => println!("{error}"),
        }
        // The supervisor answers when it has restarted its child.
        println!("children: {}, sold: {}", tree.which_children().await?.len(), left.sell().await?);
    }
    stop(&tree).await?;
    println!("the left till after the tree has stopped: {:?}", actor_otp::process::whereis("left"));
    Ok(())
}

#[test]
fn smoke() {
    main().expect("the example runs");
}
