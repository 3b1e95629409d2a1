//! The program of the README. Run: `cargo run --example 00_quick_start`

use actor_otp::prelude::*;

#[derive(Clone)]
struct Divider;

#[gen_server]
impl Divider {
    #[call]
    fn divide(&self, a: i64, b: i64) -> i64 {
        a / b
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tree = Supervisor::new(Strategy::OneForOne).child(Divider::child_spec(Divider).name("divider")).start().await?;
    for b in [4, 0, 5] {
        let divider = ServerRef::<Divider>::find("divider").ok_or("the divider is down")?;
        match divider.divide(20, b).await {
            Ok(answer) => println!("{} says 20 / {b} = {answer}", divider.pid()),
            Err(error) => println!("{error}"),
        }
        tree.which_children().await?; // the supervisor answers when it has restarted the child
    }
    Ok(())
}
