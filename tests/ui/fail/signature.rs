//! Signatures that no handler has.

use actor_otp::prelude::*;

struct Server;

#[gen_server]
impl Server {
    #[call]
    fn generic<T>(&self, _value: T) {}

    #[call]
    fn by_value(self) {}

    #[cast]
    fn boxed(self: Box<Self>) {}

    #[call]
    fn associated() -> u32 {
        1
    }

    #[cast]
    fn replies(&mut self) -> u32 {
        1
    }

    #[call]
    fn replies_twice(&mut self, from: Caller<u32>) -> u32 {
        from.reply(1);
        2
    }

    #[call]
    fn replies_what(&mut self, _from: Caller) {}

    #[call]
    fn looks(&self, _cx: &Context<Self>) {}

    fn terminate(&mut self, _reason: ExitReason) -> Crash {
        Ok(())
    }
}

fn main() {}
