//! A list of child specs that is dropped without recursion.

use actor_gen::{AnyHandle, ChildSpec};
use std::cell::RefCell;

/// Child specs, in order.
///
/// The spec of a supervisor holds the specs of its children, and so on: dropped one inside the other, ten thousand levels would not
/// fit the stack. So a list that is dropped while another one is leaves its specs to that one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Specs(Vec<ChildSpec<AnyHandle>>);

thread_local! {
    /// What the list that is being dropped on this thread still has to drop.
    static LEFT: RefCell<Option<Vec<ChildSpec<AnyHandle>>>> = const { RefCell::new(None) };
}

impl Specs {
    pub(crate) fn push(&mut self, spec: ChildSpec<AnyHandle>) {
        self.0.push(spec);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ChildSpec<AnyHandle>> {
        self.0.iter()
    }
}

impl Drop for Specs {
    fn drop(&mut self) {
        let mut specs = std::mem::take(&mut self.0);
        if specs.is_empty() {
            return;
        }
        let is_inner = LEFT.try_with(|left| match &mut *left.borrow_mut() {
            Some(left) => {
                left.append(&mut specs);
                true
            }
            left => {
                *left = Some(Vec::new());
                false
            }
        });
        if is_inner == Ok(false) {
            let _end = End;
            while let Some(spec) = specs.pop() {
                drop(spec);
                // An error means that the thread is being torn down: then there is nothing left either.
                let _torn = LEFT.try_with(|left| {
                    if let Some(left) = &mut *left.borrow_mut() {
                        specs.append(left);
                    }
                });
            }
        }
    }
}

/// Ends the drop of a list, also if one of its specs panics.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        let left = LEFT.try_with(|left| left.borrow_mut().take());
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actor_gen::{StartError, Started};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn holding<T: Send + Sync + 'static>(value: T) -> ChildSpec<AnyHandle> {
        ChildSpec::<()>::new("x", move || {
            let _held = &value;
            async { Err::<Started<()>, _>(StartError::Ignored) }
        })
        .erase()
    }

    #[test]
    fn a_hundred_thousand_levels_are_dropped_on_a_small_stack() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut outer = Specs::default();
        for _ in 0..100_000 {
            let inner = std::mem::take(&mut outer);
            outer.push(holding((inner, Counted(Arc::clone(&dropped)))));
            outer.push(holding(Counted(Arc::clone(&dropped))));
        }
        let thread = std::thread::Builder::new().stack_size(64 * 1024).spawn(move || drop(outer));
        thread.expect("a thread starts").join().expect("the stack holds");
        assert_eq!(dropped.load(Ordering::Relaxed), 200_000);
    }

    #[test]
    fn a_panic_on_the_way_does_not_spoil_the_thread() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut specs = Specs::default();
        specs.push(holding(Counted(Arc::clone(&dropped))));
        specs.push(holding(Bomb));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(specs)));
        assert!(panicked.is_err());

        let mut specs = Specs::default();
        specs.push(holding(Counted(Arc::clone(&dropped))));
        drop(specs);
        assert_eq!(dropped.load(Ordering::Relaxed), 2, "later lists are dropped as ever");
    }
}
