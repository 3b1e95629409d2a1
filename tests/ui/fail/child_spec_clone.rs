//! A child whose arguments cannot be copied for a restart.

use actor_otp::prelude::*;

struct Config;

struct Repo(Config);

#[gen_server]
impl Repo {
    async fn init(config: Config) -> Self {
        Self(config)
    }
}

struct Cache(Config);

#[gen_server]
impl Cache {}

fn main() {
    Repo::child_spec(Config);
    Cache::child_spec(Cache(Config));
}
