//! How a child is started.

use actor_core::behaviour::guarded;
use actor_core::{ExitReason, link, self_pid};
use actor_gen::{AnyHandle, ChildSpec, StartError, Started};
use std::future::poll_fn;
use std::task::Poll;

/// Starts a child in the current process, its supervisor. `None`: it chose not to start.
///
/// A start function that panics fails with that panic, and harms nobody else.
///
/// # Cancel safety
/// If the future is dropped the start is given up, and what has started of it is linked, or killed by the start protocol.
pub(crate) async fn launch(spec: &ChildSpec<AnyHandle>) -> Result<Option<Started<AnyHandle>>, StartError> {
    match start(spec).await {
        Ok(started) if self_pid() == Ok(started.pid) => {
            Err(StartError::Failed(ExitReason::term("the start function returned its own supervisor")))
        }
        Ok(started) => {
            // A child that was started without a link would outlive its supervisor. To one that is linked this is nothing.
            let _inside = link(started.pid);
            Ok(Some(started))
        }
        Err(StartError::Ignored) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn start(spec: &ChildSpec<AnyHandle>) -> Result<Started<AnyHandle>, StartError> {
    let mut starting = Some(guarded(|| spec.start()).map_err(StartError::Failed)?);
    let outcome = poll_fn(|cx| match &mut starting {
        Some(start) => {
            guarded(|| start.as_mut().poll(cx)).unwrap_or_else(|reason| Poll::Ready(Err(StartError::Failed(reason))))
        }
        None => Poll::Pending,
    })
    .await;
    // What is left of a start that has panicked may panic again, and what is left of one that went well does not undo it.
    let _left = guarded(|| starting = None);
    outcome
}
