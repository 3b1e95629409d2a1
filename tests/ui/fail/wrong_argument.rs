//! Calls with arguments that the handler does not take.

use actor_otp::prelude::*;

struct Counter {
    n: i64,
}

#[gen_server]
impl Counter {
    /// Adds.
    #[call]
    fn add(&mut self, by: i64, _cx: &mut Context<Self>) -> i64 {
        self.n += by;
        self.n
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter { n: 0 }.start().await?;
    counter.add("2").await?;
    counter.add().await?;
    counter.added(1).await?;
    let _sum: String = counter.add(1).await?;
    Ok(())
}
