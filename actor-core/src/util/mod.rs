//! Small reusable parts without a word of the domain in them.

pub(crate) mod small_map;
