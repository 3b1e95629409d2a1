//! Arguments and replies that borrow.

use actor_otp::prelude::*;
use std::borrow::Cow;
use std::path::Path;

struct Names(Vec<String>);

#[gen_server]
impl Names {
    async fn init(names: &[String]) -> Self {
        Self(names.to_vec())
    }

    #[call]
    fn add(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    #[call]
    fn load(&mut self, _from: Option<&Path>) {}

    #[cast]
    fn remove(&mut self, name: Cow<'_, str>) {
        self.0.retain(|other| *other != name);
    }

    #[call]
    fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    #[call]
    fn all(&self) -> impl Iterator<Item = String> {
        self.0.clone().into_iter()
    }

    #[cast]
    fn extend(&mut self, names: impl IntoIterator<Item = String>) {
        self.0.extend(names);
    }
}

struct Reader<'a>(&'a str);

#[gen_server]
impl<'a> Reader<'a> {
    #[call]
    fn length(&self) -> usize {
        self.0.len()
    }
}

fn main() {}
