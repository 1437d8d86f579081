//! The gateway's result exactly once (R3): returns, pushes and inquiries are lost, doubled, late, forged, unanswered.
//! At the end our rows are the gateway's ledger and the rows of the delivered files. `make results` is the long one
//! (RESULTS_APPLICATIONS, RESULTS_SILENT, RESULTS_SEED).
mod journey;
mod judge;

use crate::{
    chaos::apply,
    harness::{Wish, World},
    letters::Letter,
    plan::{number, without_limits},
};
use chrono::Duration;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use futures_util::future::join_all;
use journey::{End, Journey, Way};
use mizumado::{
    app,
    db::{Conn, DbError},
};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

const CLIENTS: usize = 8;
/// So many apply, then leave for the institution: a token that is not used dies after half an hour.
const WAVE: u64 = 300;
/// Workers of this process, so that those who wait for a silent gateway do not hold up the others.
const WORKERS: usize = 4;

/// What the browsers brought.
#[derive(Default)]
struct Brought {
    dropped: u64,
    honest: u64,
    repeated: u64,
    late: u64,
    forged: u64,
}

struct Campaign {
    world: World,
    chance: StdRng,
    brought: Brought,
    http: reqwest::Client,
    /// Attempts whose person has left.
    left: BTreeSet<String>,
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Text)]
    attempt_id: String,
    #[diesel(sql_type = Text)]
    tran_id: String,
}

/// A return that waits until others have overtaken it.
struct Held {
    url: String,
    body: String,
}

impl Campaign {
    async fn run(world: World, name: &str) {
        let (began, seed) = (Instant::now(), number("RESULTS_SEED", 20_261_128));
        println!("results on {name}: seed {seed}");
        world.faults(journey::faults(seed, number("RESULTS_SILENT", 2))).await;
        let redirect = reqwest::redirect::Policy::none();
        let mut campaign = Self {
            world,
            chance: StdRng::seed_from_u64(seed),
            brought: Brought::default(),
            http: reqwest::Client::builder().redirect(redirect).build().unwrap(),
            left: BTreeSet::new(),
        };
        let applications = number("RESULTS_APPLICATIONS", 120);
        for wave in 0..applications.div_ceil(WAVE) {
            campaign
                .apply(wave * WAVE + 1, applications.min((wave + 1) * WAVE))
                .await;
            campaign.leave_and_come_back().await;
        }
        let hours = campaign.reconcile().await;
        let figures = judge::judge(&campaign).await;
        println!(
            "results on {name}: {figures}; all known {hours} hours of the clock after the last journey; {:.0} s",
            began.elapsed().as_secs_f64()
        );
    }

    /// These whole applications, up to the page that leads to the institution.
    async fn apply(&self, first: u64, last: u64) {
        let next = AtomicU64::new(first);
        let client = || async {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n > last {
                    return;
                }
                apply(&self.http, &self.world.url, n).await.unwrap();
            }
        };
        join_all((0..CLIENTS).map(|_| client())).await;
        let given = self
            .world
            .count("select count(*) as n from applications where receipt_number is not null");
        assert_eq!(given.await, last as i64);
    }

    /// Whose person has not left yet, in the order of the receipt numbers.
    async fn begun(&mut self) -> Vec<Begun> {
        let sql = "select t.id as attempt_id, coalesce(t.tran_id, '') as tran_id \
                   from applications a join attempts t on t.application_id = a.id order by a.receipt_number";
        let read = move |conn: &mut Conn| diesel::sql_query(sql).load(conn).map_err(DbError::from);
        let mut all: Vec<Begun> = self.world.workspace.db.read(read).await.unwrap();
        all.retain(|one| self.left.insert(one.attempt_id.clone()));
        all
    }

    /// Each person goes through the institution, and the browser comes back as the plan says.
    async fn leave_and_come_back(&mut self) {
        let mut begun = self.begun().await;
        begun.shuffle(&mut self.chance);
        let mut held = vec![];
        for (turn, one) in begun.into_iter().enumerate() {
            let journey = Journey::any(&mut self.chance);
            if let Some(return_) = self.walk(&one, &journey).await {
                self.come_back(&one, &journey, return_, &mut held).await;
            }
            // Those who come late are overtaken by many, but a message counts for ten minutes only.
            if turn % 50 == 49 {
                self.world.workspace.clock.advance(Duration::seconds(20));
                self.bring_late(&mut held).await;
                self.work().await;
            }
        }
        self.bring_late(&mut held).await;
    }

    /// At the institution; gives address and message of the way back.
    async fn walk(&self, one: &Begun, journey: &Journey) -> Option<Held> {
        let scenario = journey.scenario()?;
        let wish = json!({ "tran_id": one.tran_id, "scenario": scenario });
        self.world.control("transaction", wish).await;
        let (act, wish) = match journey.end {
            End::Cancelled => ("cancel", json!({ "tran_id": one.tran_id })),
            _ => ("complete", json!({ "tran_id": one.tran_id, "pin": "1234" })),
        };
        let answer = self.world.control(act, wish).await;
        Some(Held {
            url: answer["return_url"].as_str()?.to_owned(),
            body: answer["body"].as_str()?.to_owned(),
        })
    }

    async fn come_back(&mut self, one: &Begun, journey: &Journey, honest: Held, held: &mut Vec<Held>) {
        if journey.is_forged {
            self.forge(one, &honest).await;
        }
        match journey.way {
            Way::Lost => self.brought.dropped += 1,
            Way::Late => held.push(honest),
            Way::Once => self.bring(&honest).await,
            Way::Twice => {
                self.bring(&honest).await;
                self.post(&honest.url, &honest.body).await;
                self.brought.repeated += 1;
            }
        }
    }

    async fn bring(&mut self, honest: &Held) {
        let to = self.post(&honest.url, &honest.body).await;
        assert_eq!(to, "/result");
        self.brought.honest += 1;
    }

    /// The last comes first.
    async fn bring_late(&mut self, held: &mut Vec<Held>) {
        while let Some(late) = held.pop() {
            self.bring(&late).await;
            self.brought.late += 1;
        }
    }

    /// Three messages that the gateway never wrote.
    async fn forge(&mut self, one: &Begun, honest: &Held) {
        let letter = Letter {
            kind: "return",
            attempt_id: &one.attempt_id,
            tran_id: &one.tran_id,
            says: "success",
        };
        let other = regex::Regex::new("hint=[a-z]+")
            .unwrap()
            .replace(&honest.body, "hint=success0");
        let of_a_push = Letter {
            kind: "push",
            ..letter.clone()
        };
        for body in [
            letter.forged(&self.world),
            other.into_owned(),
            of_a_push.signed(&self.world),
        ] {
            assert_eq!(self.post(&honest.url, &body).await, "/receipt?returned", "{body}");
            self.brought.forged += 1;
        }
    }

    /// A browser without a cookie; gives where it is sent.
    async fn post(&self, url: &str, body: &str) -> String {
        let form = "application/x-www-form-urlencoded";
        let request = self.http.post(url).header("content-type", form).body(body.to_owned());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 303, "{body}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Everything that is due, by several workers.
    async fn work(&self) {
        app::planner(&self.world.workspace).plan().await.unwrap();
        let runner = app::runner(&self.world.workspace);
        loop {
            let done = join_all((0..WORKERS).map(|_| runner.run_due())).await;
            if done.into_iter().map(Result::unwrap).sum::<usize>() == 0 {
                return;
            }
        }
    }

    /// Lets the time pass until every result is in, then two nights and the cut after them; gives the hours it took.
    async fn reconcile(&self) -> i64 {
        let open = "select count(*) as n from applications where state in ('at_institution', 'checking', 'unknown')";
        let clock = &self.world.workspace.clock;
        let begin = clock.now();
        self.work().await;
        while self.world.count(open).await > 0 {
            let passed = clock.now() - begin;
            assert!(passed < Duration::hours(24), "all is known within a day");
            let early = passed < Duration::hours(1);
            clock.advance(Duration::minutes(if early { 2 } else { 20 }));
            self.work().await;
        }
        let hours = (clock.now() - begin).num_hours();
        for _ in 0..2 * 48 {
            clock.advance(Duration::minutes(30));
            self.work().await;
        }
        hours
    }

    /// How often each fault struck at the gateway.
    async fn struck(&self) -> BTreeMap<String, u64> {
        let url = format!("{}/control/faults", self.world.gateway);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        let all: Value = serde_json::from_str(&text).unwrap();
        let word = |fault: &Value| {
            format!(
                "{} {}",
                fault["fault"].as_str().unwrap(),
                fault["at"][0].as_str().unwrap()
            )
        };
        let faults = all["faults"].as_array().unwrap().iter();
        faults.map(|f| (word(f), f["struck"].as_u64().unwrap())).collect()
    }
}

fn wish() -> Wish {
    Wish {
        pushes: true,
        ..without_limits()
    }
}

#[actix_web::test]
async fn every_result_is_in_once_whatever_the_way_does_to_it_on_sqlite() {
    Campaign::run(World::sqlite_with(wish()).await, "SQLite").await;
}

#[actix_web::test]
async fn every_result_is_in_once_whatever_the_way_does_to_it_on_postgresql() {
    if let Some(world) = World::postgres_with(wish()).await {
        Campaign::run(world, "PostgreSQL").await;
    }
}
