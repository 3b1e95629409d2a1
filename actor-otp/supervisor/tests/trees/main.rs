//! Supervision trees, from outside. The clock is paused; a test that needs an interleaving forces it by a gate.

mod backoff;
mod capture;
mod groups;
mod kit;
mod model;
mod nesting;
mod orphans;
mod protocol;
mod regressions;
mod reports;
mod retries;
mod scale;
mod starts;
