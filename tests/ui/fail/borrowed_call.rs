//! A call borrows its handle, so it cannot leave the handle behind.

use actor_otp::prelude::*;

struct Counter;

#[gen_server]
impl Counter {
    #[call]
    fn get(&self) -> u32 {
        1
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter.start().await?;
    tokio::spawn(counter.get());
    Ok(())
}
