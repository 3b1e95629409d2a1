//! A handler that holds across an await what cannot leave its thread.

use actor_otp::prelude::*;
use std::rc::Rc;

struct Counter {
    n: i64,
}

#[gen_server]
impl Counter {
    #[call]
    async fn add(&mut self, by: i64) -> i64 {
        let rc = Rc::new(by);
        tokio::task::yield_now().await;
        self.n += *rc;
        self.n
    }

    #[call]
    fn get(&self) -> i64 {
        self.n
    }
}

fn main() {}
