//! Keys as names of servers: the registry's side of the start protocol.

use crate::member::{Member, Rooms, each};
use actor_gen::ViaName;
use actor_registry::{Registrar, Registry};

#[tokio::test(start_paused = true)]
async fn a_name_is_taken_by_the_process_that_starts() {
    each(async |rooms: Rooms| {
        let (first, second) = (Member::start(), Member::start());
        let name = |rooms: &Rooms| Registrar::name(rooms, "lobby".to_owned());
        assert_eq!(register(&first, name(&rooms)).await, Ok(()));
        assert_eq!(rooms.lookup("lobby"), Some((first.pid(), 0)), "with the default value");
        assert_eq!(register(&second, name(&rooms)).await, Err(first.pid()));

        let (given_up, pid) = (name(&rooms), first.pid());
        first.act(move || given_up.unregister(pid)).await;
        let valued = rooms.with_value(7).name("lobby".to_owned());
        assert_eq!(register(&second, valued).await, Ok(()));
        assert_eq!(rooms.lookup("lobby"), Some((second.pid(), 7)));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_name_in_a_registry_that_does_not_run_ends_the_start() {
    let rooms: Rooms = Registry::unique().name("rooms").build();
    let member = Member::start();
    let end = actor_core::monitor(member.pid());
    let name = Registrar::name(&rooms, "lobby".to_owned());
    let asked = tokio::spawn(async move { register(&member, name).await });
    let reason = end.await.reason.to_string();
    assert!(reason.contains("unknown registry `rooms`"), "{reason}");
    assert!(asked.await.is_err());
}

async fn register(member: &Member, name: ViaName) -> Result<(), actor_core::Pid> {
    let pid = member.pid();
    member.act(move || name.register(pid)).await
}
