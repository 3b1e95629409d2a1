//! Arguments without a name that the client could have.

use actor_otp::prelude::*;

struct Map;

#[gen_server]
impl Map {
    #[call]
    fn at(&self, (x, y): (u32, u32)) -> u32 {
        x * y
    }

    #[cast]
    fn skip(&mut self, _: u32) {}

    // Nobody names the argument of an info.
    #[info]
    fn moved(&mut self, (_x, _y): (u32, u32)) {}
}

fn main() {}
