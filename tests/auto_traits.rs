//! Pins which public types may cross threads, and which hold on to a thread's things.

use actor_otp::behaviour::ChildSpec;
use actor_otp::prelude::*;
use actor_otp::process::*;

fn both<T: Send + Sync>() {}
fn send<T: Send>() {}
fn unpin<T: Unpin>() {}

struct Server;

#[gen_server]
impl Server {
    #[call]
    fn get(&self) -> u32 {
        1
    }

    #[cast]
    fn put(&mut self) {}
}

#[test]
fn handles_and_values_go_anywhere() {
    both::<Pid>();
    both::<Ref>();
    both::<Node>();
    both::<ExitReason>();
    both::<Down>();
    both::<Exit>();
    both::<Monitor>();
    both::<TimerRef>();
    both::<ProcessRef<u8>>();
    both::<Alias<u8>>();
    both::<ServerRef<Server>>();
    both::<Caller<std::cell::Cell<u8>>>();
    both::<ChildSpec<ServerRef<Server>>>();
    both::<CallError>();
    both::<StartError>();
    both::<SendError<u8>>();
}

#[test]
fn what_one_task_owns_can_move_with_it() {
    send::<Inbox<std::cell::Cell<u8>>>();
    send::<AnyMessage>();
    send::<Isolated<std::cell::Cell<u8>>>();
    send::<Spawn<std::cell::Cell<u8>>>();
    send::<Context<Server>>();
    send::<actor_otp::gen_server::Call<'static, Server, u32>>();
    send::<actor_otp::gen_server::Cast<'static, Server>>();
    send::<actor_otp::gen_server::PendingCall<Server, u32>>();
}

#[test]
fn calls_can_be_polled_without_being_pinned() {
    unpin::<actor_otp::gen_server::Call<'static, Server, u32>>();
    unpin::<actor_otp::gen_server::Cast<'static, Server>>();
    unpin::<actor_otp::gen_server::PendingCall<Server, u32>>();
    unpin::<Monitor>();
}

#[tokio::test]
async fn a_server_of_this_file_answers() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server.start().await?;
    server.put().await?;
    assert_eq!(server.get().await?, 1);
    Ok(())
}
