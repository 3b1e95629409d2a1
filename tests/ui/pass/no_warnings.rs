//! What is generated gives no warning in a program that wants to hear of all.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unnameable_types,
    unreachable_pub,
    unused_qualifications,
    elided_lifetimes_in_paths,
    unused_lifetimes
)]

use actor_otp::prelude::*;

/// A cache of one value.
#[derive(Debug)]
struct Cache<T> {
    value: T,
    old: Option<T>,
}

#[gen_server]
impl<T: Clone + Send + 'static> Cache<T> {
    async fn init(value: T, cx: &mut Context<Self>) -> Result<Self, ExitReason> {
        cx.trap_exit(true);
        Ok(Self { value, old: None })
    }

    /// What is in it.
    #[call]
    fn read(&self) -> T {
        self.value.clone()
    }

    /// What was in it.
    #[call]
    fn before(&self, reader: Caller<Option<T>>) {
        reader.reply(self.old.clone());
    }

    #[call]
    async fn parse(&mut self, text: String) -> Crash<u32> {
        tokio::task::yield_now().await;
        Ok(text.parse()?)
    }

    #[cast]
    async fn write(&mut self, value: T) {
        self.old = Some(std::mem::replace(&mut self.value, value));
    }

    #[cast]
    fn never_used(&mut self) {}

    #[info]
    fn anything(&mut self, _: AnyMessage) {}

    async fn terminate(&mut self, _reason: &ExitReason) {}

    fn format_state(&self) -> String {
        "a value".to_owned()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cache = Cache::start(1_u8).await?;
    cache.write(2).await?;
    assert_eq!((cache.read().await?, cache.before().await?), (2, Some(1)));
    assert_eq!(cache.parse("7".to_owned()).await?, 7);
    Ok(())
}
