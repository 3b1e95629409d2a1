//! Attributes that contradict each other, or say what there is not.

use actor_otp::prelude::*;

struct Server;

#[gen_server]
impl Server {
    #[call]
    #[info]
    fn both(&mut self, _tick: u32) {}

    #[cast(latest)]
    fn latest(&mut self, _value: u32) {}
}

struct Other;

#[gen_server(named = "other")]
impl Other {}

#[gen_server]
impl Iterator for Other {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        None
    }
}

#[gen_server]
struct Third;

fn main() {}
