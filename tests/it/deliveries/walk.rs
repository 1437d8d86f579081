//! Exactly once: results, cuts, races, reissues and deaths in random orders.
use super::{
    Item,
    death::{self, Death},
    deliveries, items,
};
use crate::{
    desk::anybody,
    harness::World,
    rows::{self, Row},
};
use chrono::{NaiveDate, NaiveDateTime};
use mizumado::{
    accounts::Verdict,
    app,
    audit::Actor,
    clock::jst,
    config::Settings,
    db::{Conn, DbError},
    deliveries::{self as feature, Asked},
    enrolment::{
        CorrectedResult,
        correction::{self, By, Proposal},
        states::{EDGES, Registration},
    },
    web::Error,
    workspace::Workspace,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::collections::{BTreeMap, BTreeSet};

const APPLICATIONS: usize = 3;
const STEPS: usize = 24;
const RUNS: u64 = 24;
/// A batch is written in about so many statements.
const STATEMENTS: i64 = 18;

struct Walk<'a> {
    world: &'a mut World,
    chance: StdRng,
    ids: Vec<String>,
    /// A moment between two results.
    earlier: NaiveDateTime,
    /// The clock closes one batch for each of them.
    day: &'a mut NaiveDate,
}

impl Walk<'_> {
    fn now(&self) -> NaiveDateTime {
        self.world.workspace.clock.now()
    }

    async fn step(&mut self) {
        match self.chance.random_range(0..15) {
            0..7 => self.move_one().await,
            7 => drop(self.close(self.now(), Some(&anybody())).await),
            8 => drop(self.close(self.earlier, Some(&anybody())).await),
            9 => self.by_the_clock().await,
            10 => self.race().await,
            11 => self.reissue().await,
            12 => self.die().await,
            _ => self.earlier = self.now(),
        }
    }

    async fn close(&self, until: NaiveDateTime, by: Option<&Asked>) -> Option<i64> {
        self.try_to_close(until, by).await.unwrap()
    }

    async fn try_to_close(&self, until: NaiveDateTime, by: Option<&Asked>) -> Result<Option<i64>, Error> {
        feature::close(&self.world.workspace, *self.day, until, by).await
    }

    /// The program dies somewhere in a write, is started anew and does the same again.
    async fn die(&mut self) {
        let (before, by_clock) = (self.kept().await, self.chance.random_bool(0.5));
        if by_clock {
            *self.day = self.day.succ_opt().unwrap();
        }
        let person = (!by_clock).then(anybody);
        let how = match self.chance.random_range(0..4) {
            0 => Death::AfterCommit,
            _ => Death::At(self.chance.random_range(1..=STATEMENTS)),
        };
        let deaths = death::live();
        death::die(how);
        let answer = self.try_to_close(self.now(), person.as_ref()).await;
        let has_died = death::live() != deaths;
        assert_eq!(answer.is_err(), has_died, "{answer:?}");
        if has_died {
            self.world.workspace = started_anew(self.world).await;
        }
        let after = self.kept().await;
        assert_eq!(
            after.0 + after.1,
            before.0 + before.1,
            "nothing is lost and nothing doubled"
        );
        assert!(
            after == before || after.0 == 0,
            "whole or absent: {how:?} {before:?} {after:?}"
        );
        // Whoever does not know whether it was done does it again.
        self.close(self.now(), person.as_ref()).await;
        if by_clock {
            assert_eq!(self.close(self.now(), None).await, None, "one a day");
        }
    }

    /// Results that wait and can be delivered, and those that are.
    async fn kept(&self) -> (i64, i64) {
        let items = "select count(*) as n from delivery_items";
        (self.ready().await, self.world.count(items).await)
    }

    async fn by_the_clock(&mut self) {
        *self.day = self.day.succ_opt().unwrap();
        assert!(self.close(self.now(), None).await.is_some(), "an empty day has a file");
        assert_eq!(self.close(self.now(), None).await, None, "one a day");
    }

    /// Several nodes and people close at the same moment.
    async fn race(&mut self) {
        *self.day = self.day.succ_opt().unwrap();
        let (world, now, day) = (&self.world.workspace, self.now(), *self.day);
        let person = anybody();
        let (one, two, three) = tokio::join!(
            feature::close(world, day, now, None),
            feature::close(world, day, now, None),
            feature::close(world, day, now, Some(&person)),
        );
        let by_clock = [one.unwrap(), two.unwrap()];
        assert_eq!(by_clock.iter().flatten().count(), 1, "{by_clock:?}");
        three.unwrap();
    }

    async fn reissue(&mut self) {
        let list = deliveries(self.world).await;
        if list.is_empty() {
            return;
        }
        let no = list[self.chance.random_range(0..list.len())].no;
        let sql = "select id from layout_versions where state = 'approved'";
        let version = self.world.write(move |conn| Ok(text(conn, sql)?)).await.remove(0);
        let waiting = self.waiting().await;
        let made = feature::reissue(&self.world.workspace, no, &version, &anybody()).await;
        assert!(made.unwrap() > no);
        assert_eq!(self.waiting().await, waiting, "a reissue takes nothing");
    }

    /// Of an application that is under way again nothing is delivered.
    async fn ready(&self) -> i64 {
        let ready = "select count(*) as n from result_outbox o join applications a on a.id = o.application_id \
                     where a.state not in ('confirmed', 'at_institution', 'checking', 'unknown')";
        self.world.count(ready).await
    }

    async fn waiting(&self) -> i64 {
        self.world.count("select count(*) as n from result_outbox").await
    }

    /// One application goes along one of its edges; a correction is proposed by one and approved by another.
    async fn move_one(&mut self) {
        let id = self.ids[self.chance.random_range(0..self.ids.len())].clone();
        let state = self.state_of(&id).await;
        let ways: Vec<_> = EDGES.iter().filter(|e| e.from == state).map(|e| e.to).collect();
        if !ways.is_empty() {
            let to = ways[self.chance.random_range(0..ways.len())];
            self.take(id, to).await;
        }
    }

    async fn state_of(&self, id: &str) -> Registration {
        let id = id.to_owned();
        let found = self.world.write(move |conn| Ok(rows::place_of(conn, &id)?)).await;
        found.0
    }

    async fn take(&self, id: String, to: Registration) {
        let (workspace, now) = (self.world.workspace.clone(), self.now());
        if to != Registration::Corrected {
            self.world
                .write(move |conn| Ok(rows::advance(conn, &id, to, now)?))
                .await;
            return;
        }
        let write = move |conn: &mut Conn| {
            let proposal = Proposal {
                application_id: &id,
                result: CorrectedResult::NotRegistered,
                note: "通帳",
                evidence: "電話",
                by: By {
                    name: "staff/x",
                    actor: Actor::Operator,
                },
            };
            let made = correction::propose(conn, &workspace, &proposal, now)?;
            let by = By {
                name: "staff/y",
                actor: Actor::Operator,
            };
            correction::decide(conn, &workspace, (&made, &Verdict::Approved), by, now)
        };
        self.world.workspace.db.write(write).await.unwrap();
    }

    /// What is under way comes to an end, and the last cut takes it.
    async fn end(&mut self) {
        use Registration::{AtInstitution, Checking, Confirmed, Expired, Registered, Unknown};
        for id in self.ids.clone() {
            loop {
                let next = match self.state_of(&id).await {
                    Confirmed => Expired,
                    AtInstitution => Checking,
                    Checking | Unknown => Registered,
                    _ => break,
                };
                self.take(id.clone(), next).await;
            }
        }
        self.close(self.now(), Some(&anybody())).await;
        assert_eq!(self.waiting().await, 0, "nothing is left behind");
    }
}

/// The program again, over the files of the one that died.
async fn started_anew(world: &World) -> Workspace {
    let settings = Settings::load(&world.dir.path().join("mizumado.toml")).unwrap();
    let workspace = Workspace::open(settings, world.workspace.clock.clone()).unwrap();
    app::prepare(&workspace).await.unwrap();
    workspace
}

fn text(conn: &mut Conn, sql: &str) -> diesel::QueryResult<Vec<String>> {
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Word {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let found: Vec<Word> = diesel::sql_query(sql).load(conn)?;
    Ok(found.into_iter().map(|w| w.id).collect())
}

const RESULTS: &str = "select application_id || '/' || no as id from application_events where to_state in \
                       ('registered', 'rejected', 'cancelled', 'expired', 'corrected', 'withdrawn', 'paper')";

/// Every result event stands in one batch; what was delivered before is a correction.
async fn check_items(world: &World, seed: u64) -> Vec<Item> {
    let items = items(world).await;
    let results = world
        .workspace
        .db
        .read(|conn| text(conn, RESULTS).map_err(DbError::from));
    let results: BTreeSet<String> = results.await.unwrap().into_iter().collect();
    let taken: Vec<String> = items
        .iter()
        .map(|i| format!("{}/{}", i.application_id, i.event_no))
        .collect();
    assert_eq!(taken.len(), results.len(), "seed {seed}");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), results, "seed {seed}");
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for item in &items {
        let first = *first.entry(&item.application_id).or_insert(item.delivery_no);
        let kind = if first == item.delivery_no {
            "result"
        } else {
            "correction"
        };
        assert_eq!(item.kind, kind, "seed {seed}: {item:?}");
    }
    items
}

/// Numbers have no gap, and every file holds a row for each of its places, with the newest result there.
async fn check_files(world: &World, items: &[Item]) {
    let list = deliveries(world).await;
    let numbers: Vec<i64> = list.iter().map(|d| d.no).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    for delivery in &list {
        let rows = delivery.rows(&world.workspace.keys);
        assert_eq!(rows.len() as i64, delivery.row_count);
        if let Some(original) = delivery.reissue_of {
            let held: Vec<_> = list[original as usize - 1].rows(&world.workspace.keys);
            let receipts = |rows: &[(String, String)]| rows.iter().map(|(r, _)| r.clone()).collect::<Vec<_>>();
            assert_eq!(receipts(&rows), receipts(&held), "{} is {original} again", delivery.no);
            continue;
        }
        let mut expected: BTreeMap<i32, (String, String)> = BTreeMap::new();
        for item in items.iter().filter(|i| i.delivery_no == delivery.no) {
            let state = Registration::ALL.iter().find(|s| s.as_str() == item.to_state).unwrap();
            // Items come in the order of their events: the last one of a place counts.
            expected.insert(item.position, (item.receipt_number.clone(), state.label().to_owned()));
        }
        assert_eq!(
            expected.keys().copied().collect::<Vec<_>>(),
            (0..rows.len() as i32).collect::<Vec<_>>()
        );
        assert_eq!(rows, expected.into_values().collect::<Vec<_>>(), "file {}", delivery.no);
    }
}

#[actix_web::test]
async fn every_result_ends_in_exactly_one_batch_in_any_order() {
    death::make_mortal();
    for mut world in World::all().await {
        let deaths = death::live();
        let (mut day, mut n) = (jst(world.workspace.clock.now()).date(), 0);
        for seed in 0..RUNS {
            let new: Vec<Row> = (n..n + APPLICATIONS)
                .map(|n| Row::new(n, world.workspace.clock.now()))
                .collect();
            n += APPLICATIONS;
            let ids = new.iter().map(|row| row.id.clone()).collect();
            let keys = world.workspace.keys.clone();
            world.write(move |conn| Ok(rows::confirm(conn, &keys, &new)?)).await;
            let earlier = world.workspace.clock.now();
            let mut walk = Walk {
                world: &mut world,
                chance: StdRng::seed_from_u64(seed),
                ids,
                earlier,
                day: &mut day,
            };
            for _ in 0..STEPS {
                walk.step().await;
            }
            walk.end().await;
            check_items(&world, seed).await;
        }
        let (within, unheard) = death::live();
        assert!(within > deaths.0 && unheard > deaths.1, "{within} {unheard} {deaths:?}");
        let items = check_items(&world, RUNS).await;
        assert!(items.iter().any(|i| i.kind == "correction") && items.len() > n);
        check_files(&world, &items).await;
        let chain = world.write(|conn| Ok(mizumado::audit::verify(conn)?)).await;
        assert!(matches!(chain, mizumado::audit::ChainCheck::Whole(_)), "{chain:?}");
    }
}
