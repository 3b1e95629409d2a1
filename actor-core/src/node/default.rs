//! The default node of each Tokio runtime.

use crate::error::NoRuntime;
use crate::node::core::Node;
use crate::sync::Mutex;
use tokio::runtime::{Handle, Id};

static DEFAULTS: Mutex<Vec<(Id, Node)>> = Mutex::new(Vec::new());

/// The default node of the running runtime, made if need be. It is forgotten when the runtime drops its tasks.
pub(crate) fn of_runtime() -> Result<Node, NoRuntime> {
    let runtime = Handle::try_current().map_err(|_| NoRuntime)?;
    let id = runtime.id();
    if let Some((_, node)) = DEFAULTS.lock().iter().find(|(known, _)| *known == id) {
        return Ok(node.clone());
    }
    let node = Node::builder().start_as_default(runtime, move || forget(id));
    let mut defaults = DEFAULTS.lock();
    if node.is_closed() {
        // The runtime takes no tasks any more, so nobody would forget the node.
        drop(defaults);
        return Err(NoRuntime);
    }
    // Another thread may have been quicker; its node is the one, and ours goes with nobody knowing it.
    if let Some((_, first)) = defaults.iter().find(|(known, _)| *known == id) {
        let first = first.clone();
        drop(defaults);
        return Ok(first);
    }
    defaults.push((id, node.clone()));
    Ok(node)
}

fn forget(id: Id) {
    let mut forgotten = Vec::new();
    DEFAULTS.lock().retain(|(known, node)| {
        let keep = *known != id;
        if !keep {
            forgotten.push(node.clone());
        }
        keep
    });
    drop(forgotten);
}
