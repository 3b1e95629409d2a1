//! Names that are awkward for generated code.

use actor_otp::prelude::*;

/// Methods with the names of things that the generated code uses, in a module that hides the usual names.
mod hidden {
    use super::gen_server;
    use ::actor_otp::gen_server::GenServer as _;

    #[allow(dead_code)]
    enum Option {
        None,
    }
    #[allow(dead_code)]
    struct Result;
    #[allow(dead_code)]
    struct Vec;
    #[allow(dead_code)]
    mod core {}

    pub(super) struct Odd(pub(super) u8);

    #[gen_server]
    impl Odd {
        #[call]
        pub(super) fn handle(&self) -> u8 {
            self.0
        }

        #[call]
        async fn info(&mut self, this: u8, handle: u8, cx: u8, message: u8, outcome: u8, reply: u8) -> u8 {
            this + handle + cx + message + outcome + reply
        }

        #[call]
        fn r#type(&self, r#fn: u8) -> u8 {
            r#fn
        }

        #[call]
        fn handle_now(&self, _hint: u8) -> &'static str {
            "handled"
        }

        #[cast]
        fn message_kind(&mut self, arg0: u8, arg1: u8) {
            self.0 = arg0 - arg1;
        }

        // A type by its path is told by its last name.
        #[cast]
        fn end(&mut self) -> ::actor_otp::process::Crash {
            ::core::result::Result::Err(::actor_otp::process::ExitReason::Shutdown)
        }

        #[call]
        fn __private(&self) {}

        #[call]
        fn überprüfe_größe(&self, größe: u8) -> bool {
            größe == self.0
        }
    }

    pub(super) async fn start() -> ::actor_otp::gen_server::ServerRef<Odd> {
        Odd(4).start().await.expect("it has no init that could fail")
    }
}

#[tokio::test(start_paused = true)]
async fn no_name_of_the_users_clashes() {
    let odd = hidden::start().await;
    assert_eq!(odd.handle().await, Ok(4));
    assert_eq!(odd.info(1, 2, 3, 4, 5, 6).await, Ok(21));
    assert_eq!(odd.r#type(7).await, Ok(7));
    assert_eq!(odd.handle_now(0).await, Ok("handled"));
    odd.message_kind(9, 1).await.unwrap();
    assert_eq!(odd.überprüfe_größe(8).await, Ok(true));
    assert_eq!(odd.__private().await, Ok(()));
    odd.end().await.unwrap();
    assert_eq!(monitor(odd.pid()).await.reason, ExitReason::Shutdown);
    assert_eq!(hidden::Odd(1).handle(), 1);
}

/// A block that is itself generated.
macro_rules! constant {
    ($name:ident: $method:ident -> $ty:ty = $value:expr) => {
        struct $name;

        #[gen_server]
        impl $name {
            #[call]
            fn $method(&self, plus: $ty) -> $ty {
                $value + plus
            }

            #[call]
            async fn later(&mut self, plus: $ty, _cx: &mut Context<Self>) -> $ty {
                self.$method(plus)
            }
        }
    };
}

constant!(Seven: seven -> u32 = 7);

#[tokio::test(start_paused = true)]
async fn a_macro_can_generate_a_server() {
    let seven = Seven.start().await.unwrap();
    assert_eq!(seven.seven(1).await, Ok(8));
    assert_eq!(seven.later(2).await, Ok(9));
}

mod renamed {
    pub(super) use ::actor_otp as otp;

    pub(super) mod server {
        use super::otp::gen_server;

        pub(in super::super) struct Server;

        #[gen_server(crate = super::otp)]
        impl Server {
            #[call]
            fn ping(&self) -> &'static str {
                "pong"
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_crate_can_have_another_name() {
    let server = renamed::server::Server.start().await.unwrap();
    assert_eq!(server.ping().await, Ok("pong"));
}

#[tokio::test(start_paused = true)]
async fn a_server_can_be_local_to_a_function() {
    struct Local(u8);

    #[gen_server]
    impl Local {
        #[call]
        fn value(&self) -> u8 {
            self.0
        }

        #[cfg(any())]
        #[call]
        fn absent(&self, value: ThereIsNoSuchType) -> ThereIsNoSuchType {
            value
        }

        #[cfg(any())]
        #[info]
        async fn absent_info(&mut self, value: ThereIsNoSuchType) {}
    }

    assert_eq!(Local(3).start().await.unwrap().value().await, Ok(3));
}
