//! A call with the name of something that every handle has.

use actor_otp::prelude::*;

struct Counter;

#[gen_server]
impl Counter {
    #[call]
    fn pid(&self) -> u32 {
        1
    }

    #[cast]
    fn clone(&mut self) {}

    #[call]
    fn find(&self) -> u32 {
        2
    }

    // An info has no method, so its name is free.
    #[info]
    fn into(&mut self, _: u32) {}
}

fn main() {}
