//! An `init` that returns what no start can be told.

use actor_otp::prelude::*;

struct Server;

#[gen_server]
impl Server {
    async fn init(text: String) -> Result<Self, std::num::ParseIntError> {
        text.parse::<u32>().map(|_| Self)
    }
}

struct Nothing;

#[gen_server]
impl Nothing {
    fn init() {}
}

fn main() {}
