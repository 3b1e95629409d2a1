//! Infos that cannot be told apart.

use actor_otp::prelude::*;

struct Clock;
struct Tick;

#[gen_server]
impl Clock {
    #[info]
    fn tick(&mut self, _: Tick) {}

    #[info]
    async fn tock(&mut self, _tick: Tick, _cx: &mut Context<Self>) {}

    #[info]
    fn rest(&mut self, _: AnyMessage) {}

    #[info]
    fn more(&mut self, _: actor_otp::process::AnyMessage) {}

    #[info]
    fn nothing(&mut self) {}

    #[on_continue]
    fn both(&mut self, _: u8, _: u16) {}
}

fn main() {}
