//! Calls never hang. Run: `cargo run --example 06_deadlines_and_cycles`
//!
//! You will see two servers that call each other, and the ring named at once instead of a timeout; a caller that is answered
//! later, by somebody else; and work that would block, isolated.

use actor_otp::prelude::*;
use actor_otp::process::isolate;

struct Buyer {
    seller: Option<ServerRef<Seller>>,
}

struct Seller {
    buyer: Option<ServerRef<Buyer>>,
}

#[gen_server]
impl Buyer {
    #[cast]
    fn meet(&mut self, seller: ServerRef<Seller>) {
        self.seller = Some(seller);
    }

    /// What the seller said, or why it could not say anything.
    #[call]
    async fn offer(&mut self) -> Result<String, String> {
        let seller = self.seller.as_ref().ok_or("nobody to ask")?;
        seller.price().await.map_err(|error| error.to_string())
    }

    #[call]
    fn budget(&self) -> u32 {
        100
    }
}

#[gen_server]
impl Seller {
    #[cast]
    fn meet(&mut self, buyer: ServerRef<Buyer>) {
        self.buyer = Some(buyer);
    }

    /// Asks the buyer, who is waiting for exactly this answer.
    #[call]
    async fn price(&mut self) -> String {
        let Some(buyer) = &self.buyer else { return "nobody to ask".into() };
        match buyer.budget().await {
            Ok(budget) => format!("{budget}"),
            Err(error) => error.to_string(),
        }
    }

    /// Puts its caller off, and has an isolated computation answer.
    #[call]
    fn appraisal(&mut self, caller: Caller<u64>) {
        tokio::spawn(async move {
            let work = isolate(|| (1..=1_000_000_u64).sum::<u64>())?;
            caller.reply(work.await?);
            Crash::Ok(())
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let buyer = Buyer { seller: None }.start().await?;
    let seller = Seller { buyer: Some(buyer.clone()) }.start().await?;
    buyer.meet(seller.clone()).await?;

    println!("offer: {}", buyer.offer().await?.unwrap_or_else(|error| error));
    println!("appraisal: {}", seller.appraisal().await?);
    Ok(())
}

#[test]
fn smoke() {
    main().expect("the example runs");
}
