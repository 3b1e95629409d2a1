//! What `sys` keeps of a behaviour's events.

use actor_gen::debug::{Debug, SysEvent};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::advance;

#[tokio::test(start_paused = true)]
async fn a_log_keeps_the_latest_with_their_times() {
    let mut debug = Debug::default();
    debug.set_log(2);
    for event in [SysEvent::In("a"), SysEvent::Out("a"), SysEvent::NoReply("b")] {
        advance(Duration::from_secs(1)).await;
        debug.note(&event);
    }
    let kept: Vec<_> = debug.log().into_iter().map(|entry| (entry.event, entry.at.as_secs())).collect();
    assert_eq!(kept, [(SysEvent::Out("a"), 2), (SysEvent::NoReply("b"), 3)]);
    assert!(!debug.is_idle());
    debug.set_log(0);
    assert!(debug.is_idle() && debug.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn counts_begin_anew_when_they_are_turned_on() {
    let mut debug = Debug::default();
    debug.note(&SysEvent::In("a"));
    assert_eq!(debug.statistics(), None);
    for _ in 0..2 {
        debug.count(true);
        debug.note(&SysEvent::In("a"));
        debug.note(&SysEvent::Out("a"));
        debug.note(&SysEvent::In("b"));
        debug.note(&SysEvent::NoReply("b"));
        advance(Duration::from_secs(3)).await;
        let counts = debug.statistics().unwrap();
        assert_eq!((counts.messages_in, counts.messages_out, counts.elapsed.as_secs()), (2, 1, 3));
    }
    debug.count(false);
    assert!(debug.is_idle());
}

#[test]
fn hooks_go_when_they_are_done_panic_or_are_removed() {
    let mut debug = Debug::default();
    let calls = Arc::new(AtomicU32::new(0));
    let hook = |keep: bool| {
        let calls = Arc::clone(&calls);
        Box::new(move |_: &SysEvent| {
            calls.fetch_add(1, Ordering::Relaxed);
            keep
        })
    };
    assert!(debug.install("lasting".to_owned(), hook(true)));
    assert!(debug.install("once".to_owned(), hook(false)));
    assert!(debug.install("clumsy".to_owned(), Box::new(|_| panic!("dropped it"))));
    assert!(!debug.install("lasting".to_owned(), hook(true)));
    debug.note(&SysEvent::In("a"));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    debug.note(&SysEvent::In("a"));
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    assert!(!debug.remove("once") && !debug.remove("clumsy"));
    assert!(debug.remove("lasting") && debug.is_idle());
    // What a hook holds is let go of with it.
    assert_eq!(Arc::strong_count(&calls), 1);
}
