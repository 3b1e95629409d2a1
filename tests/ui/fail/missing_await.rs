//! Values that do nothing by themselves.

#![deny(unused_must_use)]

use actor_otp::prelude::*;

#[derive(Clone)]
struct Counter {
    n: i64,
}

#[gen_server]
impl Counter {
    #[call]
    fn get(&self) -> i64 {
        self.n
    }

    #[cast]
    fn reset(&mut self) {
        self.n = 0;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter { n: 0 }.start().await?;
    Counter { n: 1 }.start();
    counter.get();
    counter.reset();
    counter.get().send_request();
    Ok(())
}
