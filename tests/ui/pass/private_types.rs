//! A public server may have messages and arguments that are private.

#![deny(warnings)]

mod shop {
    use actor_otp::prelude::*;

    struct Price(u32);

    #[derive(Default)]
    pub struct Shop {
        last: Option<Price>,
    }

    #[gen_server]
    impl Shop {
        #[call]
        fn quote(&mut self, price: Price) -> Option<Price> {
            self.last.replace(price)
        }

        #[info]
        fn update(&mut self, price: Price) {
            self.last = Some(price);
        }
    }

    pub async fn last(shop: &ServerRef<Shop>) -> u32 {
        shop.quote(Price(0)).await.ok().flatten().map_or(0, |price| price.0)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    use actor_otp::prelude::*;
    let shop = shop::Shop::default().start().await.unwrap();
    assert_eq!(shop::last(&shop).await, 0);
}
