//! A public server whose `init` takes what is private.

use actor_otp::prelude::*;

struct Config;

pub struct Server;

#[gen_server]
impl Server {
    fn init(_config: Config) -> Self {
        Self
    }
}

fn main() {}
