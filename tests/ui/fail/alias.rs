//! Types that mean something to the attribute, under names that it does not know.

use actor_otp::prelude::*;

type Fallible<T> = Result<T, ExitReason>;
type Later = Caller<u32>;

struct Loader;

#[gen_server]
impl Loader {
    #[call]
    async fn load(&mut self) -> Fallible<String> {
        Ok(String::new())
    }

    #[call]
    fn store(&mut self, from: Later) {
        from.reply(1);
    }

    #[cast]
    fn forget(&mut self) -> Fallible<()> {
        Ok(())
    }
}

fn main() {}
