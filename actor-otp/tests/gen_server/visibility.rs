//! Servers of all visibilities, used from where their handles go.

use actor_otp::prelude::*;

mod inner {
    use actor_otp::prelude::*;

    /// Not visible outside.
    struct Secret(u8);

    pub(crate) struct Vault {
        secret: Secret,
    }

    #[gen_server]
    impl Vault {
        fn init(value: u8) -> Self {
            Self { secret: Secret(value) }
        }

        #[call]
        pub(crate) fn matches(&self, value: u8) -> bool {
            self.secret.0 == value
        }

        #[call]
        fn open(&self, _with: Secret) -> Secret {
            Secret(self.secret.0)
        }
    }

    pub(crate) async fn opened(vault: &ServerRef<Vault>) -> bool {
        vault.open(Secret(0)).await.is_ok_and(|secret| secret.0 == 5)
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_needs_no_import() {
    let vault = inner::Vault::start(5).await.unwrap();
    assert_eq!(vault.matches(5).await, Ok(true));
    assert!(inner::opened(&vault).await);
}

#[tokio::test(start_paused = true)]
async fn a_handle_is_generic_over_its_server() {
    async fn stopped<S: GenServer>(server: ServerRef<S>) -> bool {
        stop(&server).await.is_ok()
    }
    assert!(stopped(inner::Vault::start(5).await.unwrap()).await);
}
