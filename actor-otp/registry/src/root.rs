//! The registry's own process: it starts the partitions, and ends with them.
//!
//! Elixir's registry is a supervisor that restarts its partitions together. Here a partition's end is the end of the registry,
//! and the supervisor above restarts it as a whole: what is registered is gone either way.

use crate::keys::{Key, Value};
use crate::partition;
use crate::registry::Registry;
use crate::shared::Shared;
use actor_core::behaviour::{Body, Class, Event, Intake, Mail};
use actor_core::{Exit, ExitReason, Node, ProcessRef, exit};
use actor_gen::sys::{RunState, SysRequest, SysStatus};
use actor_gen::{Ack, Acked, StartError, StartOptions};
use std::marker::PhantomData;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What the registry's process is asked.
pub(crate) enum RootMessage<K, V> {
    /// A handle of the registry.
    Handle(oneshot::Sender<Registry<K, V>>),
}

/// Starts the process of a registry, and returns when the registry can be used.
pub(crate) async fn start<K: Key, V: Value>(shared: &Arc<Shared<K, V>>, link: bool) -> Result<(), StartError> {
    let options = StartOptions {
        link,
        name: shared.options.name.clone(),
        node: shared.options.node.clone(),
        trap_exit: true,
        ..StartOptions::default()
    };
    let shared = Arc::clone(shared);
    let started = actor_gen::start::start(class::<K, V>(), options, |intake, ack, _via| Root {
        reign: Reign { shared, epoch: None },
        partitions: Vec::new(),
        intake,
        ack: Some(ack),
    });
    started.await.map(drop)
}

struct Root<K: Key, V: Value> {
    reign: Reign<K, V>,
    partitions: Vec<ProcessRef<partition::PartitionMessage>>,
    intake: Intake<RootMessage<K, V>>,
    ack: Option<Ack>,
}

/// An epoch of the registry, which ends when this is dropped: whatever ends the process, it is before anybody is told.
struct Reign<K: Key, V: Value> {
    shared: Arc<Shared<K, V>>,
    epoch: Option<u64>,
}

impl<K: Key, V: Value> Body for Root<K, V> {
    type Msg = RootMessage<K, V>;

    async fn run(&mut self) -> ExitReason {
        let begun = self.begin();
        let Some(ack) = self.ack.take() else {
            return ExitReason::Normal;
        };
        if let Err(how) = begun {
            let reason = match &how {
                Acked::Failed(reason) => reason.clone(),
                _ => ExitReason::Normal,
            };
            ack.fail(how);
            return reason;
        }
        ack.ok();
        loop {
            let end = match self.intake.next().await {
                Mail::Message(RootMessage::Handle(reply)) => {
                    // Whoever asked may have gone meanwhile.
                    drop(reply.send(Registry::new(Arc::clone(&self.reign.shared))));
                    None
                }
                Mail::Event(event) => self.event(*event),
                Mail::Other(_) => None,
            };
            if let Some(reason) = end {
                return reason;
            }
        }
    }

    /// Ends the partitions, and with them the registered processes, before the registry itself: who is told of its end finds
    /// them told, too.
    async fn finish(&mut self, reason: ExitReason) -> ExitReason {
        self.reign.end();
        for partition in &self.partitions {
            exit(partition.pid(), ExitReason::Shutdown);
        }
        for partition in &self.partitions {
            partition.ended().await;
        }
        reason
    }
}

impl<K: Key, V: Value> Root<K, V> {
    fn begin(&mut self) -> Result<(), Acked> {
        let me = self.intake.pid();
        let shared = &self.reign.shared;
        for number in 0..shared.options.partitions {
            let partition = partition::start(shared, number, me).map_err(|error| Acked::Failed(error.into()))?;
            self.partitions.push(partition);
        }
        let node: Node = self.intake.me().node().clone();
        let epoch = shared.open(me, node, self.partitions.as_slice().into()).map_err(Acked::AlreadyStarted)?;
        self.reign.epoch = Some(epoch);
        Ok(())
    }

    /// What an event comes to: the end, or nothing.
    fn event(&self, event: Event) -> Option<ExitReason> {
        match event {
            Event::Exit(exit) if self.ends(&exit) => Some(exit.reason),
            Event::System(request) => self.system(request.downcast().ok()?),
            _ => None,
        }
    }

    /// Exits are trapped only for an end in order: but for a partition's, they mean what they mean to any process.
    fn ends(&self, exit: &Exit) -> bool {
        exit.reason != ExitReason::Normal
            || exit.from == self.intake.parent()
            || self.partitions.iter().any(|partition| exit.from == Some(partition.pid()))
    }

    fn system(&self, request: SysRequest) -> Option<ExitReason> {
        match request {
            SysRequest::Terminate(reason) => return Some(reason),
            SysRequest::Status(caller) => caller.reply(SysStatus::new(
                self.intake.pid(),
                std::any::type_name::<Registry<K, V>>(),
                RunState::Running,
                self.intake.parent(),
                format!("{:?}", Registry::new(Arc::clone(&self.reign.shared))),
            )),
            // Dropped, and whoever asked is told by that: there is no handling of messages that could be suspended or counted.
            _ => {}
        }
        None
    }
}

impl<K: Key, V: Value> Reign<K, V> {
    fn end(&mut self) {
        if let Some(epoch) = self.epoch.take() {
            self.shared.close(epoch);
        }
    }
}

impl<K: Key, V: Value> Drop for Reign<K, V> {
    fn drop(&mut self) {
        self.end();
    }
}

struct Of<K, V>(PhantomData<(K, V)>);

impl<K: Key, V: Value> Of<K, V> {
    const CLASS: Class<RootMessage<K, V>> = Class {
        type_name: || std::any::type_name::<Registry<K, V>>(),
        accept: |mut parcel| parcel.take(),
        reports_crashes: false,
        message_name: |_| "handle",
    };
}

fn class<K: Key, V: Value>() -> &'static Class<RootMessage<K, V>> {
    &Of::<K, V>::CLASS
}
