//! The state, as others see it.

use actor_otp::prelude::*;
use actor_otp::sys;
use tokio::sync::watch;

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["GS-044"], "a status shows the state as the server formats it", formatted_status),
        case(&["GS-047"], "a formatter that panics harms only the status", formatter_panics),
        case(&["GS-048"], "the state is given out between callbacks, and while suspended", given_out),
    ]
}

#[derive(Clone)]
struct Vault {
    secret: u32,
    jammed: bool,
    calls: watch::Sender<u32>,
}

#[gen_server]
impl Vault {
    #[call]
    fn open(&mut self) -> u32 {
        self.calls.send_modify(|calls| *calls += 1);
        self.secret
    }

    fn format_state(&self) -> String {
        assert!(!self.jammed, "jammed");
        "a vault with a secret".to_owned()
    }
}

fn vault(jammed: bool) -> Vault {
    Vault { secret: 42, jammed, calls: watch::Sender::new(0) }
}

async fn formatted_status() {
    let vault = vault(false).start().await.unwrap();
    let status = sys::get_status(&vault).await.unwrap();
    assert_eq!(status.state, "a vault with a secret");
}

async fn formatter_panics() {
    let vault = vault(true).start().await.unwrap();
    let status = sys::get_status(&vault).await.unwrap();
    assert!(status.state.contains("format_state panicked"), "{}", status.state);
    assert_eq!(vault.open().await, Ok(42));
}

async fn given_out() {
    let vault = vault(false);
    let calls = vault.calls.subscribe();
    let vault = vault.start().await.unwrap();
    assert_eq!(sys::get_state::<Vault>(&vault).await.unwrap().secret, 42);
    sys::suspend(&vault).await.unwrap();
    assert_eq!(sys::get_state::<Vault>(&vault).await.unwrap().secret, 42);
    assert_eq!(sys::get_state::<u32>(&vault).await, Err(sys::SysError::WrongType(vault.pid())));
    assert_eq!(*calls.borrow(), 0);
}
