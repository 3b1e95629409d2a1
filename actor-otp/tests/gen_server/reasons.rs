//! Handlers that let it crash.

use actor_otp::gen_server::CallError;
use actor_otp::prelude::*;

struct Parser;

#[gen_server]
impl Parser {
    #[call]
    fn parse(&self, text: String) -> Crash<u32> {
        Ok(text.parse()?)
    }

    #[call]
    async fn parse_later(&mut self, text: String) -> Crash<u32> {
        tokio::task::yield_now().await;
        Ok(text.parse()?)
    }

    #[call]
    fn check(&self, text: String) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }

    #[call]
    fn confirm(&self, text: String) -> Crash {
        text.parse::<u32>()?;
        Ok(())
    }

    #[cast]
    fn load(&mut self, text: String) -> Crash {
        text.parse::<u32>()?;
        Ok(())
    }

    #[cast]
    fn finish(&mut self) -> Crash<()> {
        Err(ExitReason::Shutdown)
    }

    #[call]
    fn finish_with(&mut self, reply: u8, cx: &mut Context<Self>) -> u8 {
        cx.stop(ExitReason::shutdown_with("asked to"));
        reply
    }
}

#[tokio::test(start_paused = true)]
async fn crash_gives_the_client_the_value() {
    let parser = Parser.start().await.unwrap();
    assert_eq!(parser.parse("7".into()).await, Ok(7));
    assert_eq!(parser.parse_later("8".into()).await, Ok(8));
    assert_eq!(parser.confirm("9".into()).await, Ok(()));
    assert!(parser.check("x".into()).await.unwrap().is_err());
    assert_eq!(parser.check("1".into()).await.unwrap(), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_the_server_with_itself() {
    for later in [false, true] {
        let parser = Parser.start().await.unwrap();
        let end = monitor(parser.pid());
        let reply = if later { parser.parse_later("x".into()).await } else { parser.parse("x".into()).await };
        let Err(CallError::Exit { reason, .. }) = reply else { panic!("{reply:?}") };
        assert_eq!(reason.to_string(), "error: invalid digit found in string");
        assert_eq!(end.await.reason, reason);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cast_can_end_the_server() {
    let parser = Parser.start().await.unwrap();
    let end = monitor(parser.pid());
    parser.load("1".into()).await.unwrap();
    parser.finish().await.unwrap();
    assert_eq!(end.await.reason, ExitReason::Shutdown);

    let parser = Parser.start().await.unwrap();
    let end = monitor(parser.pid());
    assert_eq!(parser.finish_with(5).await, Ok(5));
    assert_eq!(end.await.reason, ExitReason::shutdown_with("asked to"));
}
