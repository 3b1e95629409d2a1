//! Servers written with `#[gen_server]`, as users write them.

mod arguments;
mod callbacks;
mod deferred;
mod generics;
mod infos;
mod names;
mod reasons;
mod starting;
mod visibility;
