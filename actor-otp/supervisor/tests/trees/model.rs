//! Random lives of supervisors, compared with a model that is a plain list.

use crate::kit::{self, SECOND, World};
use actor_core::ExitReason;
use actor_supervisor::*;

/// A child as the model knows it.
#[derive(Clone)]
struct Row {
    id: String,
    restart: Restart,
    runs: bool,
}

/// What a supervisor is expected to look like, and to have done.
struct Model {
    strategy: Strategy,
    rows: Vec<Row>,
    diary: Vec<String>,
}

impl Model {
    fn stop(&mut self, at: usize) {
        if std::mem::take(&mut self.rows[at].runs) {
            self.diary.push(format!("-{}", self.rows[at].id));
        }
    }

    fn start(&mut self, at: usize) {
        self.rows[at].runs = true;
        self.diary.push(format!("+{}", self.rows[at].id));
    }

    /// The child at this place has ended by itself.
    fn ended(&mut self, at: usize, clean: bool) {
        self.rows[at].runs = false;
        match (self.rows[at].restart, clean) {
            (Restart::Temporary, _) => drop(self.rows.remove(at)),
            (Restart::Transient, true) => {}
            (Restart::Transient, false) | (Restart::Permanent, _) => self.bring_back(at),
        }
    }

    fn bring_back(&mut self, dead: usize) {
        let first = match self.strategy {
            Strategy::OneForOne => return self.start(dead),
            Strategy::OneForAll => 0,
            Strategy::RestForOne => dead,
        };
        for at in (first..self.rows.len()).rev() {
            self.stop(at);
        }
        let dead = self.rows[dead].id.clone();
        let kept = |row: &Row| row.id == dead || row.restart != Restart::Temporary;
        let rest = self.rows.split_off(first);
        self.rows.extend(rest.into_iter().filter(kept));
        for at in first..self.rows.len() {
            self.start(at);
        }
    }

    fn shown(&self) -> String {
        let show = |row: &Row| if row.runs { row.id.clone() } else { format!("({})", row.id) };
        self.rows.iter().map(show).collect::<Vec<_>>().join(" ")
    }
}

/// Numbers that look random, from a seed that a failure prints.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn spec(world: &World, row: &Row) -> ChildSpec {
    world.polite(&row.id).restart(row.restart)
}

async fn live(seed: u64) {
    let mut dice = Dice(seed);
    let strategy = [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne][dice.below(3)];
    let mut row = {
        let mut next = 0;
        move |dice: &mut Dice| {
            next += 1;
            let restart = [Restart::Permanent, Restart::Transient, Restart::Temporary][dice.below(3)];
            Row { id: format!("c{next}"), restart, runs: true }
        }
    };
    let rows: Vec<Row> = (0..dice.below(6)).map(|_| row(&mut dice)).collect();
    let world = World::default();
    let children: Vec<_> = rows.iter().map(|row| spec(&world, row)).collect();
    let supervisor = kit::start(Supervisor::new(strategy).intensity(u32::MAX, SECOND).children(children)).await;
    world.diary();
    let mut model = Model { strategy, rows, diary: Vec::new() };

    for step in 0..60 {
        let at = dice.below(model.rows.len().max(1));
        let what = dice.below(8);
        let Some(Row { id, restart, runs }) = model.rows.get(at).cloned() else {
            let new = row(&mut dice);
            supervisor.start_child(spec(&world, &new)).await.expect("the id is new");
            model.rows.push(new);
            let at = model.rows.len() - 1;
            model.start(at);
            continue;
        };
        match what {
            0 if model.rows.len() < 9 => {
                let new = row(&mut dice);
                supervisor.start_child(spec(&world, &new)).await.expect("the id is new");
                model.rows.push(new);
                let at = model.rows.len() - 1;
                model.start(at);
            }
            1 => {
                supervisor.terminate_child(&id).await.expect("it is there");
                model.stop(at);
                if restart == Restart::Temporary {
                    model.rows.remove(at);
                }
            }
            2 => match supervisor.restart_child(&id).await {
                Ok(started) => {
                    assert!(!runs && started.is_some(), "seed {seed}, step {step}");
                    model.start(at);
                }
                Err(error) => assert!(runs, "seed {seed}, step {step}: {error}"),
            },
            3 => match supervisor.delete_child(&id).await {
                Ok(()) => {
                    assert!(!runs, "seed {seed}, step {step}");
                    model.rows.remove(at);
                }
                Err(error) => assert!(runs, "seed {seed}, step {step}: {error}"),
            },
            _ if runs => {
                let reason =
                    [ExitReason::Normal, ExitReason::Shutdown, kit::broken(), ExitReason::Kill][what % 4].clone();
                let clean = reason.is_clean();
                match reason {
                    ExitReason::Kill => kit::kill(world.latest(&id)).await,
                    reason => kit::end(world.latest(&id), reason).await,
                }
                model.ended(at, clean);
            }
            _ => {}
        }
        assert_eq!(kit::shown(&supervisor).await, model.shown(), "seed {seed}, step {step}, {strategy:?}");
        let diary = std::mem::take(&mut model.diary).join(" ");
        assert_eq!(world.diary(), diary, "seed {seed}, step {step}, {strategy:?}");
    }
    for at in (0..model.rows.len()).rev() {
        model.stop(at);
    }
    kit::shut_down(&supervisor).await;
    assert_eq!(world.diary(), model.diary.join(" "), "seed {seed}, at the end");
}

#[tokio::test(start_paused = true)]
async fn five_hundred_random_lives() {
    for seed in 0..500 {
        live(seed).await;
    }
}
