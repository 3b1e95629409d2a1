//! Registries with unique keys through their public interface, with one partition and with several.

mod death;
mod lifecycle;
mod listeners;
mod member;
mod race;
mod unique;
mod via;
