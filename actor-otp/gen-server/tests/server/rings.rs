//! Servers that would wait for each other for ever are told so, and nobody else is.

use actor_core::behaviour::Waits;
use actor_core::{ExitReason, Inbox, Node, spawn};
use actor_gen_server::{CallError, Caller, GenServer, Timeout};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

use crate::puppet::{HOUR, Puppet, SECOND, Server, Turn, settle};

/// A handler that calls the servers in turn, each from the handler of the one before, and returns how the innermost call went.
fn chain(
    servers: &[Server],
) -> impl for<'a> FnOnce(&'a mut Puppet, &'a mut actor_gen_server::Context<Puppet>) -> Turn<'a, i64> + Send + 'static + use<>
{
    let servers = servers.to_vec();
    move |_, _| {
        Box::pin(async move {
            match servers.split_first() {
                None => Ok(1),
                Some((next, rest)) => Ok(next.ask(chain(rest)).timeout(HOUR).await?),
            }
        })
    }
}

/// The ring in the reason that the first server of a chain ended with: errors travel outwards by `?`.
fn ring_of(outcome: Result<i64, CallError>) -> Vec<Waits> {
    let Err(mut error) = outcome else { panic!("the call went well") };
    loop {
        error = match error {
            CallError::Cycle(ring) => return ring,
            CallError::Exit { reason, .. } => {
                match reason.as_error().and_then(|error| error.downcast_ref::<CallError>()) {
                    Some(inner) => inner.clone(),
                    None => panic!("{reason:?}"),
                }
            }
            other => panic!("{other:?}"),
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_ring_of_two_is_named_at_once() {
    let (a, b) = (Puppet::started().await, Puppet::started().await);
    let begun = Instant::now();
    let ring = ring_of(a.ask(chain(&[b.clone(), a.clone()])).timeout(HOUR).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    // It begins with the one that closed it.
    assert_eq!(ring.iter().map(|waits| waits.pid).collect::<Vec<_>>(), [b.pid(), a.pid()]);
    assert!(ring.iter().all(|waits| waits.type_name.ends_with("::Puppet") && waits.message == "ask"), "{ring:?}");
    let text = CallError::Cycle(ring).to_string();
    assert!(text.contains(&format!("{b} in ask -> ", b = b.pid())) && text.ends_with(&b.pid().to_string()), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_ring_of_three_is_named_at_once() {
    let (a, b, c) = (Puppet::started().await, Puppet::started().await, Puppet::started().await);
    let begun = Instant::now();
    let ring = ring_of(a.ask(chain(&[b.clone(), c.clone(), a.clone()])).timeout(HOUR).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(ring.iter().map(|waits| waits.pid).collect::<Vec<_>>(), [c.pid(), a.pid(), b.pid()]);
}

#[tokio::test(start_paused = true)]
async fn a_ring_through_one_of_two_calls_at_once_is_named() {
    let (a, b, c) = (Puppet::started().await, Puppet::started().await, Puppet::started().await);
    let (good, bad) = (b.clone(), c.clone());
    let back = a.clone();
    let outcome = a.ask(move |_, _| {
        Box::pin(async move {
            let (good, bad) = tokio::join!(good.ping(), bad.ask(chain(from_ref(&back))).timeout(HOUR));
            assert_eq!(good, Ok(1));
            bad?;
            Ok(1)
        })
    });
    let ring = ring_of(outcome.timeout(HOUR).await);
    assert_eq!(ring.iter().map(|waits| waits.pid).collect::<Vec<_>>(), [c.pid(), a.pid()]);
    assert_eq!(b.ping().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn two_calls_at_once_are_no_ring() {
    let (a, b) = (Puppet::started().await, Puppet::started().await);
    let (left, right) = (b.clone(), b.clone());
    let outcome = a.ask(move |_, _| {
        Box::pin(async move {
            let (first, second) = tokio::join!(left.ping(), right.ping());
            Ok(first? + second?)
        })
    });
    assert_eq!(outcome.await, Ok(2));
    // Neither left an edge behind: now the other way round.
    assert_eq!(b.ask(chain(from_ref(&a))).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_ring_that_was_refused_leaves_no_trace() {
    let (a, b) = (Puppet::started().await, Puppet::started().await);
    let (asked, back) = (b.clone(), a.clone());
    let refused = a.ask(move |_, _| {
        Box::pin(async move {
            let inner = asked.ask(move |_, _| {
                Box::pin(async move {
                    assert!(matches!(back.ping().await, Err(CallError::Cycle(_))));
                    Ok(4)
                })
            });
            Ok(inner.await?)
        })
    });
    assert_eq!(refused.await, Ok(4));
    assert_eq!(a.ask(chain(from_ref(&b))).await, Ok(1));
    assert_eq!(b.ask(chain(from_ref(&a))).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_was_put_off_waits_for_its_holder() {
    let keeper = spawn(async |mut inbox: Inbox<Caller<i64>>| {
        let caller = inbox.recv().await;
        tokio::time::sleep(SECOND).await;
        caller.reply(7);
        Ok(())
    })
    .unwrap();
    let (pool, user) = (Puppet::started().await, Puppet::started().await);
    let asked = pool.clone();
    let waiting = user.ask(move |_, _| {
        Box::pin(async move {
            let lent = asked.ask_later(move |_, _, caller| {
                Box::pin(async move {
                    keeper.send(caller).await?;
                    Ok(())
                })
            });
            Ok(lent.await?)
        })
    });
    let waiting = waiting.send_request();
    settle().await;
    // The pool is free, so its call to the user ends when the user has got its reply from the keeper.
    let user_from_pool = user.clone();
    assert_eq!(pool.ask(chain(from_ref(&user_from_pool))).await, Ok(1));
    assert_eq!(waiting.await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_call_back_before_the_caller_is_put_off_is_a_ring() {
    let (a, b) = (Puppet::started().await, Puppet::started().await);
    let (asked, back) = (b.clone(), a.clone());
    let outcome = a.ask(move |_, _| {
        Box::pin(async move {
            let later = asked.ask_later(move |_, _, caller| {
                Box::pin(async move {
                    let ring = back.ping().timeout(HOUR).await;
                    caller.reply(i64::from(matches!(ring, Err(CallError::Cycle(_)))));
                    Ok(())
                })
            });
            Ok(later.timeout(HOUR).await?)
        })
    });
    assert_eq!(outcome.timeout(HOUR).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_has_its_answer_waits_no_more() {
    for replied in [true, false] {
        let (a, b) = (Puppet::started().await, Puppet::started().await);
        let (asked, back) = (b.clone(), a.clone());
        let outcome = a.ask(move |_, _| {
            Box::pin(async move {
                let answered = asked.ask_later(move |puppet, _, caller| {
                    Box::pin(async move {
                        if replied {
                            caller.reply(2);
                        } else {
                            drop(caller);
                        }
                        puppet.journal.note(format!("{:?}", back.ping().await));
                        Ok(())
                    })
                });
                Ok(answered.await.unwrap_or(0))
            })
        });
        assert_eq!(outcome.await, Ok(if replied { 2 } else { 0 }));
        let journal = b.ask(|puppet, _| {
            let fine = puppet.journal.lines() == ["Ok(1)"];
            Box::pin(async move { Ok(i64::from(fine)) })
        });
        assert_eq!(journal.await, Ok(1));
    }
}

#[tokio::test(start_paused = true)]
async fn calls_between_nodes_leave_no_false_edges() {
    let far = Node::builder().start().unwrap();
    let here = Puppet::started().await;
    // Pids of both nodes have the same numbers, which must not be taken for each other.
    let there = Puppet::default().start().node(&far).await.unwrap();
    assert_eq!(here.ask(chain(from_ref(&there))).await, Ok(1));
    assert_eq!(there.ask(chain(from_ref(&here))).await, Ok(1));
    for server in [&here, &there] {
        assert_eq!(actor_core::process_info(server.pid()).unwrap().waits_for, None);
    }
    let asked = there.clone();
    let client = here.ask(move |_, _| {
        Box::pin(async move {
            let named = asked.ask(|_, cx| {
                let named = cx.client().is_some_and(|client| client.node() != cx.pid().node());
                Box::pin(async move { Ok(i64::from(named)) })
            });
            Ok(named.await?)
        })
    });
    // A client of another node is not known, rather than known wrongly.
    assert_eq!(client.await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_calls_itself_is_told_so() {
    let server = Puppet::started().await;
    let outcome = server.ask(|_, cx| {
        let me = cx.me();
        Box::pin(async move {
            let outcome = me.ping().timeout(Timeout::Infinity).await;
            assert!(matches!(&outcome, Err(CallError::CallingSelf { pid, .. }) if *pid == me.pid()), "{outcome:?}");
            Ok(2)
        })
    });
    assert_eq!(outcome.await, Ok(2));
}

/// What one handler does: the servers it calls, and how.
#[derive(Clone)]
struct Visit {
    server: usize,
    then: Vec<Self>,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    InTurn,
    Together,
    Impatiently,
}

/// A small generator, so that a failing run can be repeated by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    /// A plan that visits servers of `order` in that order only, so that plans of one order never close a ring.
    fn plan(&mut self, order: &[usize], depth: usize) -> Vec<Visit> {
        if order.is_empty() || depth == 0 {
            return Vec::new();
        }
        let visits = self.roll(3);
        let how = [How::InTurn, How::Together, How::Impatiently];
        (0..visits)
            .map(|_| {
                let at = self.roll(order.len());
                Visit { server: order[at], then: self.plan(&order[at + 1..], depth - 1), how: how[self.roll(3)] }
            })
            .collect()
    }
}

fn visit(servers: Arc<Vec<Server>>, visits: Vec<Visit>) -> Turn<'static, i64> {
    Box::pin(async move {
        let mut together = Vec::new();
        for Visit { server, then, how } in visits {
            let next = servers[server].clone();
            let all = Arc::clone(&servers);
            let call = async move { next.ask(move |_, _| visit(all, then)).await };
            match how {
                How::InTurn => _ = call.await?,
                How::Together => together.push(Box::pin(call)),
                How::Impatiently => {
                    let mut call = Box::pin(call);
                    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx))).await;
                    if let std::task::Poll::Ready(Err(error)) = polled {
                        return Err(error.into());
                    }
                }
            }
        }
        match (together.pop(), together.pop()) {
            (Some(first), Some(second)) => {
                let (first, second) = tokio::join!(first, second);
                first.and(second)?;
            }
            (Some(only), None) => _ = only.await?,
            _ => {}
        }
        Ok(1)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_without_a_ring_raise_no_alarm() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    println!("SEED={seed}");
    let mut dice = Dice(seed);
    let mut servers = Vec::new();
    for _ in 0..8 {
        servers.push(Puppet::started().await);
    }
    let servers = Arc::new(servers);
    for _ in 0..60 {
        // Another order in each round: an edge left over from one would close a ring in the next.
        let mut order: Vec<usize> = (0..servers.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, dice.roll(at + 1));
        }
        let clients: Vec<_> = (0..12)
            .map(|_| {
                let (server, plan, all) = (order[dice.roll(2)], dice.plan(&order[2..], 4), Arc::clone(&servers));
                tokio::spawn(async move { all[server].clone().ask(move |_, _| visit(all, plan)).await })
            })
            .collect();
        for client in clients {
            assert_eq!(client.await.unwrap(), Ok(1), "SEED={seed}");
        }
        // What was given up may still be under way: the round is over when everybody is idle.
        for &server in &order {
            assert_eq!(servers[server].ping().await, Ok(1));
        }
    }
    for server in servers.iter() {
        assert_eq!(actor_core::process_info(server.pid()).unwrap().waits_for, None, "SEED={seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_closed_by_two_at_once_is_always_found() {
    for round in 0..300 {
        let (a, b) = (Puppet::started().await, Puppet::started().await);
        let (first, second) = (a.ask(chain(from_ref(&b))).send_request(), b.ask(chain(from_ref(&a))).send_request());
        let both = async { tokio::join!(first, second) };
        let (first, second) =
            tokio::time::timeout(SECOND, both).await.unwrap_or_else(|_| panic!("stuck in round {round}"));
        for outcome in [first, second] {
            // Either they missed each other, or at least one of them was refused and ended by it.
            assert!(
                matches!(outcome, Ok(1) | Err(CallError::Exit { reason: ExitReason::Error(_), .. })),
                "{outcome:?}"
            );
        }
    }
}
