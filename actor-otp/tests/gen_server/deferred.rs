//! Replies that come later than their handler returns.

use actor_otp::gen_server::{CallError, Timeout};
use actor_otp::prelude::*;
use std::collections::VecDeque;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// A queue whose readers wait for writers.
#[derive(Default)]
struct Channel {
    items: VecDeque<u32>,
    readers: VecDeque<Caller<u32>>,
}

#[gen_server]
impl Channel {
    #[call]
    fn read(&mut self, reader: Caller<u32>) {
        match self.items.pop_front() {
            Some(item) => reader.reply(item),
            None => self.readers.push_back(reader),
        }
    }

    #[call]
    async fn read_after(&mut self, delay: Duration, cx: &mut Context<Self>, reader: Caller<u32>, add: u32) -> Crash {
        tokio::time::sleep(delay).await;
        let item = self.items.pop_front().ok_or(Empty)?;
        assert!(cx.deadline().is_some());
        reader.reply(item + add);
        Ok(())
    }

    #[call]
    fn forget(&mut self, reader: Caller<()>) {
        drop(reader);
    }

    #[call]
    fn hand_over(&mut self, reader: Caller<u32>, to: UnboundedSender<Caller<u32>>) -> Crash {
        to.send(reader)?;
        Ok(())
    }

    #[call]
    fn give_away(&mut self, to: UnboundedSender<Caller<u32>>, reader: Caller<u32>) {
        to.send(reader).expect("the test has the other end");
    }

    #[cast]
    fn write(&mut self, item: u32) {
        match self.readers.pop_front() {
            Some(reader) => reader.reply(item),
            None => self.items.push_back(item),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the channel is empty")]
struct Empty;

#[tokio::test(start_paused = true)]
async fn a_caller_waits_until_it_is_replied_to() {
    let channel = Channel::default().start().await.unwrap();
    let first = channel.read().send_request();
    let second = channel.read().send_request();
    channel.write(1).await.unwrap();
    channel.write(2).await.unwrap();
    assert_eq!((first.await, second.await), (Ok(1), Ok(2)));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_is_never_replied_to_hears_of_it() {
    let channel = Channel::default().start().await.unwrap();
    assert!(matches!(channel.forget().await, Err(CallError::NoReply { .. })));
    let waiting = channel.read().send_request();
    stop(&channel).await.unwrap();
    assert!(matches!(waiting.await, Err(CallError::Exit { reason: ExitReason::Normal, .. })));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_is_elsewhere_hears_of_the_servers_end() {
    let channel = Channel::default().start().await.unwrap();
    let (to, mut elsewhere) = unbounded_channel();
    let first = channel.hand_over(to.clone()).timeout(Timeout::Infinity).send_request();
    let second = channel.give_away(to.clone()).timeout(Timeout::Infinity).send_request();
    let third = channel.give_away(to).timeout(Timeout::Infinity).send_request();
    let mut callers = Vec::new();
    elsewhere.recv_many(&mut callers, 3).await;
    callers.pop().unwrap().reply(7);
    stop(&channel).await.unwrap();
    for waiting in [first, second] {
        assert!(matches!(waiting.await, Err(CallError::Exit { reason: ExitReason::Normal, .. })));
    }
    assert_eq!(third.await, Ok(7));
    assert!(callers.iter().all(Caller::is_gone));
}

#[tokio::test(start_paused = true)]
async fn a_deferring_handler_can_wait_and_crash() {
    let channel = Channel::default().start().await.unwrap();
    channel.write(1).await.unwrap();
    assert_eq!(channel.read_after(Duration::from_secs(1), 10).await, Ok(11));
    let end = monitor(channel.pid());
    assert!(channel.read_after(Duration::ZERO, 10).await.is_err());
    assert_eq!(end.await.reason, ExitReason::from(Empty));
}
