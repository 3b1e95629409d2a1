//! Servers with parameters.

use actor_otp::prelude::*;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

struct Store<K, V>
where
    K: Eq + Hash + Send + 'static,
{
    items: HashMap<K, V>,
}

#[gen_server]
impl<K, V: Clone + Send + Debug + 'static> Store<K, V>
where
    K: Eq + Hash + Send + 'static,
{
    fn init(items: HashMap<K, V>) -> Self {
        Self { items }
    }

    #[call]
    fn read(&self, key: K) -> Option<V> {
        self.items.get(&key).cloned()
    }

    #[call]
    async fn swap(&mut self, key: K, value: V) -> Crash<V> {
        self.items.insert(key, value).ok_or_else(|| ExitReason::term("nothing to swap with"))
    }

    #[info]
    fn update(&mut self, (key, value): (K, V)) {
        self.items.insert(key, value);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_can_have_type_parameters() {
    let store = Store::start(HashMap::from([("a", 1.5)])).await.unwrap();
    assert_eq!(store.read("a").await, Ok(Some(1.5)));
    assert_eq!(store.swap("a", 2.5).await, Ok(1.5));
    actor_otp::process::send(store.pid(), ("b", 0.5)).await.unwrap();
    assert_eq!(store.read("b").await, Ok(Some(0.5)));
    let _spec = Store::<u8, u8>::child_spec(HashMap::new());
}

/// No message mentions the parameters.
struct Silent<T, const N: usize>([T; N]);

trait Quiet {}

impl<T, const N: usize> Quiet for Silent<T, N> {}

#[gen_server]
impl<T: Send + 'static, const N: usize> Silent<T, N>
where
    Self: Quiet,
{
    #[call]
    fn len(&self) -> usize {
        self.0.len()
    }
}

async fn first<V: Clone + Send + Debug + 'static>(store: &ServerRef<Store<u8, V>>) -> Option<V> {
    store.read(0).await.ok().flatten()
}

#[tokio::test(start_paused = true)]
async fn a_handle_can_be_used_generically() {
    let store = Store::start(HashMap::from([(0, "a")])).await.unwrap();
    assert_eq!(first(&store).await, Some("a"));
}

#[tokio::test(start_paused = true)]
async fn a_message_need_not_mention_the_parameters() {
    let silent = Silent([(); 3]).start().await.unwrap();
    assert_eq!(silent.len().await, Ok(3));
    assert_eq!(Silent([1, 2]).start().await.unwrap().len().await, Ok(2));
}

/// One instance of a type with parameters.
struct Only<T>(T);

#[gen_server]
impl Only<String> {
    #[call]
    fn same(&self, other: Self, size: [u8; Self::SIZE]) -> bool {
        self.0 == other.0 && size.len() == 2
    }
}

impl Only<String> {
    const SIZE: usize = 2;
}

#[tokio::test(start_paused = true)]
async fn a_handler_can_name_its_own_type() {
    let only = Only("a".to_owned()).start().await.unwrap();
    assert_eq!(only.same(Only("a".to_owned()), [0, 0]).await, Ok(true));
}
