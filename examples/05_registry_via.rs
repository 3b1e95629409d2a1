//! Servers known by keys of any type. Run: `cargo run --example 05_registry_via`
//!
//! You will see rooms started and found by key, a key that is taken, metadata, and a key that is free again after a death.

use actor_otp::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum RoomKey {
    Lobby,
    Table(u32),
}

#[derive(Default)]
struct Room {
    guests: Vec<String>,
}

#[gen_server]
impl Room {
    #[call]
    fn join(&mut self, guest: String) -> usize {
        self.guests.push(guest);
        self.guests.len()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The keys' type, and that of the value each entry has beside its pid.
    let rooms: Registry<RoomKey, String> = Registry::unique().start().await?;

    let lobby = Room::default().start().via(&rooms.with_value("ground floor".into()), RoomKey::Lobby).await?;
    Room::default().start().via(&rooms, RoomKey::Table(7)).await?;
    println!("{} rooms; the lobby: {:?}", rooms.count(), rooms.lookup(&RoomKey::Lobby));

    let again = Room::default().start().via(&rooms, RoomKey::Lobby).await;
    println!("a second lobby: {}", again.expect_err("the key is taken"));

    // Whoever knows the key finds the server: no process is asked.
    let found = ServerRef::<Room>::find(rooms.whereis(&RoomKey::Lobby)).ok_or("no lobby")?;
    assert_eq!(found, lobby);
    println!("guests in the lobby: {}", found.join("ada".into()).await?);

    stop(&lobby).await?;
    println!("the lobby after its end: {:?}", rooms.lookup(&RoomKey::Lobby));
    let next = Room::default().start().via(&rooms, RoomKey::Lobby).await?;
    println!("guests in the new lobby: {}", next.join("bob".into()).await?);
    Ok(())
}

#[test]
fn smoke() {
    main().expect("the example runs");
}
