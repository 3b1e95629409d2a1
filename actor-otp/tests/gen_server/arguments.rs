//! Handlers of all shapes, and the same methods without a process.

use actor_otp::prelude::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct Ledger {
    accounts: BTreeMap<String, i64>,
}

#[gen_server]
impl Ledger {
    /// What an account holds.
    #[call]
    fn balance(&self, account: String) -> Option<i64> {
        self.accounts.get(&account).copied()
    }

    #[call]
    async fn transfer(&mut self, from: String, to: String, amount: i64) -> Result<i64, String> {
        let source = self.accounts.get_mut(&from).ok_or_else(|| format!("no account {from}"))?;
        if *source < amount {
            return Err(format!("{from} holds {source}"));
        }
        *source -= amount;
        tokio::task::yield_now().await;
        let target = self.accounts.entry(to).or_default();
        *target += amount;
        Ok(*target)
    }

    // The names are those that generated code might use itself.
    #[cast]
    fn deposit(&mut self, caller: String, mut msg: i64, cx: &mut Context<Self>) {
        assert!(cx.deadline().is_none());
        msg = msg.max(0);
        *self.accounts.entry(caller).or_default() += msg;
    }

    #[cast]
    async fn close(&mut self, cx: &mut Context<Self>, accounts: Vec<String>, kind: &'static str) {
        assert_eq!(kind, "all");
        assert_eq!(cx.pid(), cx.me().pid());
        self.accounts.retain(|account, _| !accounts.contains(account));
    }

    #[call]
    fn me(&self, cx: &mut Context<Self>) -> Pid {
        cx.pid()
    }

    #[call]
    fn holders(&self) -> Vec<String> {
        self.names()
    }

    #[call]
    fn apply(&mut self, change: fn(&mut i64), boxed: Box<dyn Fn(&str) -> bool + Send>) {
        self.accounts.iter_mut().filter(|(name, _)| boxed(name)).for_each(|(_, balance)| change(balance));
    }

    fn names(&self) -> Vec<String> {
        self.accounts.keys().cloned().collect()
    }
}

#[tokio::test(start_paused = true)]
async fn calls_and_casts_take_any_arguments() {
    let ledger = Ledger::default().start().await.unwrap();
    ledger.deposit("ann".into(), 10).await.unwrap();
    ledger.deposit("bob".into(), -5).try_send().unwrap();
    assert_eq!(ledger.balance("bob".into()).await, Ok(Some(0)));
    assert_eq!(ledger.transfer("ann".into(), "bob".into(), 4).await, Ok(Ok(4)));
    assert_eq!(ledger.transfer("ann".into(), "bob".into(), 40).await, Ok(Err("ann holds 6".into())));
    ledger.apply(|balance| *balance *= 2, Box::new(|name| name == "ann")).await.unwrap();
    assert_eq!(ledger.balance("ann".into()).await, Ok(Some(12)));
    assert_eq!(ledger.me().await, Ok(ledger.pid()));
    ledger.close(vec!["ann".into()], "all").await.unwrap();
    assert_eq!(ledger.holders().await, Ok(vec!["bob".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_a_value() {
    let ledger = Ledger::default().start().await.unwrap();
    let first = ledger.me().send_request();
    let second = ledger.holders();
    let (second, first) = tokio::join!(second, first);
    assert_eq!((first, second), (Ok(ledger.pid()), Ok(Vec::new())));
    // Across tasks it goes by a clone of the handle, which is small.
    let clone = ledger.clone();
    let elsewhere = tokio::spawn(async move { clone.me().timeout(Duration::from_secs(1)).await });
    assert_eq!(elsewhere.await.unwrap(), Ok(ledger.pid()));
    assert_eq!(size_of::<ServerRef<Ledger>>(), size_of::<usize>());
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_caller_has_gone_is_skipped() {
    let ledger = Ledger::default().start().await.unwrap();
    ledger.deposit("ann".into(), 1).await.unwrap();
    // On this thread the server has not had its turn yet.
    drop(ledger.apply(|balance| *balance = 0, Box::new(|_| true)).send_request());
    drop(ledger.transfer("ann".into(), "bob".into(), 1).send_request());
    assert_eq!(ledger.balance("ann".into()).await, Ok(Some(1)));
}

#[tokio::test]
async fn the_methods_are_ordinary_methods() {
    let mut ledger = Ledger::default();
    ledger.accounts.insert("ann".into(), 3);
    assert_eq!(ledger.balance("ann".into()), Some(3));
    assert_eq!(ledger.transfer("ann".into(), "bob".into(), 1).await, Ok(1));
    assert_eq!(ledger.holders(), ["ann", "bob"]);
}
