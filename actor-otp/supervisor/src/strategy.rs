//! Whom a restart takes along: pure lists of whom to stop and whom to start, in order.

use crate::flags::Strategy;

/// A child, as far as a restart is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member<K> {
    pub(crate) key: K,
    /// Whether it runs.
    pub(crate) alive: bool,
    /// Whether it is never started again.
    pub(crate) temporary: bool,
}

/// What a restart does, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group<K> {
    /// Stops these: running siblings, the last one first.
    pub(crate) stop: Vec<K>,
    /// Forgets these: a temporary sibling does not come back.
    pub(crate) forget: Vec<K>,
    /// Starts these: the dead child and its siblings, the first one first, also those that had been stopped before.
    pub(crate) start: Vec<K>,
}

/// What the restart of the child `dead` does. `members` are all children in their order, read as far as the strategy needs them.
pub(crate) fn group<K: Copy + PartialEq>(
    strategy: Strategy,
    dead: K,
    members: impl Iterator<Item = Member<K>>,
) -> Group<K> {
    match strategy {
        Strategy::OneForOne => Group { stop: Vec::new(), forget: Vec::new(), start: vec![dead] },
        Strategy::OneForAll => gather(dead, members),
        Strategy::RestForOne => gather(dead, members.skip_while(|member| member.key != dead)),
    }
}

fn gather<K: Copy + PartialEq>(dead: K, members: impl Iterator<Item = Member<K>>) -> Group<K> {
    let mut group = Group { stop: Vec::new(), forget: Vec::new(), start: Vec::new() };
    for member in members {
        if member.key == dead {
            group.start.push(dead);
            continue;
        }
        if member.alive {
            group.stop.push(member.key);
        }
        if member.temporary {
            group.forget.push(member.key);
        } else {
            group.start.push(member.key);
        }
    }
    group.stop.reverse();
    group
}

#[cfg(test)]
mod tests {
    use super::*;
    use Strategy::{OneForAll, OneForOne, RestForOne};

    #[track_caller]
    fn check(strategy: Strategy, dead: usize, children: &str, stop: &[usize], forget: &[usize], start: &[usize]) {
        let expected = Group { stop: stop.to_vec(), forget: forget.to_vec(), start: start.to_vec() };
        assert_eq!(group(strategy, dead, members(children)), expected, "{strategy:?} {dead} of {children}");
    }

    /// `r` runs, `s` is stopped, `t` is temporary and runs.
    fn members(children: &str) -> impl Iterator<Item = Member<usize>> {
        children.chars().enumerate().map(|(key, kind)| Member { key, alive: kind != 's', temporary: kind == 't' })
    }

    #[test]
    fn one_for_one_touches_nobody_else() {
        check(OneForOne, 0, "srr", &[], &[], &[0]);
        check(OneForOne, 2, "rtsr", &[], &[], &[2]);
    }

    #[test]
    fn one_for_one_reads_no_siblings() {
        let unread =
            std::iter::from_fn(|| -> Option<Member<usize>> { panic!("a wide supervisor would pay for each restart") });
        assert_eq!(group(OneForOne, 7, unread).start, [7]);
    }

    #[test]
    fn one_for_all_stops_in_reverse_and_starts_in_order() {
        check(OneForAll, 0, "srr", &[2, 1], &[], &[0, 1, 2]);
        check(OneForAll, 1, "rsr", &[2, 0], &[], &[0, 1, 2]);
        check(OneForAll, 2, "rrs", &[1, 0], &[], &[0, 1, 2]);
        check(OneForAll, 0, "s", &[], &[], &[0]);
    }

    #[test]
    fn rest_for_one_leaves_those_before_alone() {
        check(RestForOne, 0, "srr", &[2, 1], &[], &[0, 1, 2]);
        check(RestForOne, 1, "rsr", &[2], &[], &[1, 2]);
        check(RestForOne, 2, "rrs", &[], &[], &[2]);
    }

    #[test]
    fn a_temporary_sibling_is_stopped_and_forgotten() {
        check(OneForAll, 1, "tsr", &[2, 0], &[0], &[1, 2]);
        check(RestForOne, 1, "tstr", &[3, 2], &[2], &[1, 3]);
    }

    #[test]
    fn a_sibling_stopped_before_is_started_again() {
        check(OneForAll, 1, "ssr", &[2], &[], &[0, 1, 2]);
        check(RestForOne, 0, "ssr", &[2], &[], &[0, 1, 2]);
        check(RestForOne, 1, "ssr", &[2], &[], &[1, 2]);
    }

    #[test]
    fn every_group_of_up_to_five_children_keeps_the_rules() {
        for count in 1..=5u32 {
            for pattern in 0..3usize.pow(count) {
                let children: String =
                    (0..count).map(|place| ["r", "s", "t"][pattern / 3usize.pow(place) % 3]).collect();
                for dead in 0..count as usize {
                    for strategy in [OneForOne, OneForAll, RestForOne] {
                        keeps_the_rules(strategy, dead, &children);
                    }
                }
            }
        }
    }

    fn keeps_the_rules(strategy: Strategy, dead: usize, children: &str) {
        let made = group(strategy, dead, members(children));
        let concerned: Vec<Member<usize>> = members(children)
            .filter(|member| match strategy {
                OneForOne => member.key == dead,
                OneForAll => true,
                RestForOne => member.key >= dead,
            })
            .collect();
        let siblings = || concerned.iter().filter(|member| member.key != dead);
        let stop: Vec<usize> = siblings().rev().filter(|member| member.alive).map(|member| member.key).collect();
        let forget: Vec<usize> = siblings().filter(|member| member.temporary).map(|member| member.key).collect();
        let start: Vec<usize> = concerned
            .iter()
            .filter(|member| member.key == dead || !member.temporary)
            .map(|member| member.key)
            .collect();
        assert_eq!(made, Group { stop, forget, start }, "{strategy:?} {dead} of {children}");
    }
}
