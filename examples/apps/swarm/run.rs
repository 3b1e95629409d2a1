//! What one run cost, as opposed to what it found.

use std::{fs, time::Duration};

use serde::{Serialize, Serializer};

use crate::chaos::Toll;

/// The circumstances of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Run {
    /// Time from the first file to the last result, in seconds where printed.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub(crate) elapsed: Duration,
    /// Files audited per second of it, to the whole number.
    pub(crate) files_per_second: u64,
    /// The most memory that the process held so far, in KiB, where the system tells.
    pub(crate) peak_memory_kib: Option<u64>,
    /// Workers and agents started again after their death.
    pub(crate) restarts: u64,
    /// What chaos has done, if it was let loose.
    pub(crate) chaos: Option<Damage>,
    /// True if it was stopped before its end.
    pub(crate) interrupted: bool,
    /// The packages that were not accounted for, as name and version.
    pub(crate) missing: Vec<String>,
}

/// What chaos has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Damage {
    /// The seed that chose the victims.
    pub(crate) seed: u64,
    /// Whom it killed.
    #[serde(flatten)]
    pub(crate) toll: Toll,
}

impl Run {
    /// The costs of a run over `files` files, with the memory as it is now.
    pub(crate) fn new(elapsed: Duration, files: u64) -> Self {
        let per_second = files as f64 / elapsed.as_secs_f64().max(1e-6);
        Self {
            elapsed,
            files_per_second: per_second.round() as u64,
            peak_memory_kib: peak_memory_kib(),
            restarts: 0,
            chaos: None,
            interrupted: false,
            missing: Vec::new(),
        }
    }
}

/// The high-water mark of resident memory, which Linux keeps per process.
fn peak_memory_kib() -> Option<u64> {
    high_water_mark(&fs::read_to_string("/proc/self/status").ok()?)
}

fn high_water_mark(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn seconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_from_the_status_page() {
        assert_eq!(high_water_mark("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t  5120 kB\nVmRSS:\t 1 kB\n"), Some(5120));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
        assert_eq!(high_water_mark("VmHWM:\t many\n"), None);
    }

    #[test]
    fn a_rate_is_defined_even_for_no_time_at_all() {
        assert_eq!(Run::new(Duration::from_millis(500), 100).files_per_second, 200);
        assert_eq!(Run::new(Duration::ZERO, 0).files_per_second, 0);
    }
}
