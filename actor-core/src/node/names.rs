//! Names: at most one process a name, at most one name a process.

use crate::error::RegisterError;
use crate::pid::Pid;
use crate::process::proc::Proc;
use crate::sync::RwLock;
use std::collections::HashMap;
use std::sync::Arc;

/// The names of a node's processes.
#[derive(Default)]
pub(crate) struct Names(RwLock<HashMap<Arc<str>, Pid>>);

impl Names {
    /// Gives `name` to `pid`, or says who has it.
    pub(crate) fn claim(&self, name: &Arc<str>, pid: Pid) -> Result<(), Pid> {
        let mut names = self.0.write();
        match names.get(name) {
            Some(holder) => Err(*holder),
            None => {
                names.insert(Arc::clone(name), pid);
                Ok(())
            }
        }
    }

    /// Gives `name` to a process that lives already, and notes it there, so that the name is freed with it.
    pub(crate) fn register(&self, name: &str, proc: &dyn Proc) -> Result<(), RegisterError> {
        let pid = proc.header().pid();
        let name: Arc<str> = name.into();
        self.claim(&name, pid).map_err(|holder| RegisterError::Taken { name: name.to_string(), holder })?;
        let mut other = None;
        let alive = proc.with_bonds(&mut |bonds| match &bonds.name {
            Some(had) => other = Some(had.to_string()),
            None => bonds.name = Some(Arc::clone(&name)),
        });
        let error = match other {
            Some(had) => RegisterError::HasName { pid, name: had },
            None if !alive => RegisterError::NoProc { pid },
            None => return Ok(()),
        };
        self.free(&name, pid);
        Err(error)
    }

    /// Frees `name` if `pid` has it.
    pub(crate) fn free(&self, name: &str, pid: Pid) {
        let mut names = self.0.write();
        if names.get(name) == Some(&pid) {
            names.remove(name);
            if names.capacity() > 1024 && names.len() * 8 < names.capacity() {
                let keep = names.len() * 2;
                names.shrink_to(keep);
            }
        }
    }

    /// Frees `name`, whoever has it.
    pub(crate) fn take(&self, name: &str) -> Option<Pid> {
        self.0.write().remove(name)
    }

    pub(crate) fn whereis(&self, name: &str) -> Option<Pid> {
        self.0.read().get(name).copied()
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.read().keys().map(ToString::to_string).collect()
    }
}
