//! Does the steps at the real application, on each database, and shows the model what followed.
use super::{
    Step,
    model::{Event, Figures, Model, Told},
};
use crate::{
    applicant::{Applicant, HandedOff},
    browser::{Browser, Page},
    desk::Desk,
    harness::{Wish, World},
    letters::Letter,
    plan::without_limits,
};
use chrono::Duration;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{
    accounts::Role,
    clock::jst,
    db::{Conn, DbError},
    enrolment::{
        self,
        states::{Cause, Registration},
    },
    reconciliation,
};
use serde_json::{Value, json};

/// An application that has a receipt number.
struct Applied {
    id: String,
    applicant: Applicant,
    browser: Browser,
    /// The check page of its newest submission.
    check: Page,
    /// Of its newest attempt.
    left: HandedOff,
    attempt_id: String,
    /// What the browser would bring back.
    way_back: Option<Value>,
}

struct Stage {
    world: World,
    model: Model,
    all: Vec<Applied>,
    events: i64,
    customers: u64,
    is_deaf: bool,
    late_minutes: i64,
    clerk: Option<Desk>,
}

pub async fn play(steps: &[Step]) -> Figures {
    let wish = Wish {
        console: true,
        ..without_limits()
    };
    let mut figures = Figures::default();
    for world in World::all_with(wish).await {
        let mut stage = Stage {
            world,
            model: Model::default(),
            all: vec![],
            events: 0,
            customers: 0,
            is_deaf: false,
            late_minutes: 0,
            clerk: None,
        };
        for step in steps {
            let target = stage.step(step).await;
            stage.look(step, target.as_deref()).await;
            stage.model.figures.steps += 1;
        }
        stage.end().await;
        figures = stage.model.figures;
    }
    figures
}

impl Stage {
    /// Does one step; gives the application that it is about, where it is about one.
    async fn step(&mut self, step: &Step) -> Option<String> {
        match *step {
            Step::Apply { digits, drop } => return self.apply(digits, drop).await,
            Step::Pass { minutes } => self.world.pass(Duration::minutes(minutes)).await,
            Step::DailyFile => self.daily_file().await,
            Step::Deaf(is_deaf) => {
                self.is_deaf = is_deaf;
                self.trouble(false).await;
            }
            Step::LateChange { minutes } => {
                self.late_minutes = minutes;
                self.trouble(false).await;
            }
            Step::ClickAgain(which)
            | Step::Retry { which, .. }
            | Step::Complete(which)
            | Step::Cancel(which)
            | Step::Return(which)
            | Step::Push { which, .. }
            | Step::Forge { which, .. }
            | Step::Ask(which)
            | Step::Withdraw(which) => {
                if self.all.is_empty() {
                    return None;
                }
                let which = which % self.all.len();
                self.step_of(which, step).await;
                return Some(self.all[which].id.clone());
            }
        }
        None
    }

    async fn step_of(&mut self, which: usize, step: &Step) {
        let one = &mut self.all[which];
        match *step {
            Step::Retry { digits, .. } => self.retry(which, digits).await,
            Step::Withdraw(_) => self.withdraw(which).await,
            Step::ClickAgain(_) => {
                let page = one.browser.submit(&one.check, &[]).await;
                assert!(page.status < 500, "{}", page.text());
            }
            Step::Complete(_) => one.way_back = Some(one.left.complete(&self.world).await),
            Step::Cancel(_) => {
                let wish = json!({ "tran_id": one.left.tran_id });
                one.way_back = Some(self.world.control("cancel", wish).await);
            }
            Step::Return(_) => {
                if let Some(way) = one.way_back.clone().filter(|way| way["body"].is_string()) {
                    one.left.come_back(&mut one.browser, &way).await;
                }
            }
            Step::Push { says, .. } => assert_eq!(self.post(which, "push", says).await, 200),
            Step::Forge { kind, .. } => self.forge(which, kind).await,
            Step::Ask(_) => drop(one.browser.post("/result/check", &[]).await),
            _ => unreachable!("{step:?} is about no single application"),
        }
    }

    /// What the gateway does wrong from now on.
    async fn trouble(&self, drop_next: bool) {
        let mut faults = vec![];
        if drop_next {
            faults.push(json!({ "fault": "drop", "at": "create", "times": 1 }));
        }
        if self.is_deaf {
            faults.push(json!({ "fault": "error", "at": "inquire" }));
        }
        if self.late_minutes > 0 {
            faults.push(json!({ "fault": "late_change", "seconds": self.late_minutes * 60, "code": "B01" }));
        }
        self.world.faults(json!(faults)).await;
    }

    async fn apply(&mut self, digits: &str, drop_answer: bool) -> Option<String> {
        self.customers += 1;
        let applicant = Applicant {
            customer_number: format!("{:010}", self.customers),
            account: ("020".into(), format!("{:05}{digits}", self.customers)),
            ..Applicant::default()
        };
        let mut browser = Browser::new(&self.world.url);
        self.trouble(drop_answer).await;
        let check = applicant.fill(&mut browser).await;
        let mut page = browser.submit(&check, &[]).await;
        if page.has("進めません") {
            // The answer was lost; the same transaction again.
            page = browser.submit(&page, &[]).await;
        }
        // At night the institution is closed: a draft.
        if !page.has("ここから先は") {
            return None;
        }
        let left = HandedOff::from(page);
        let number = left.receipt_number.replace('-', "");
        let id = self
            .world
            .write(move |conn| enrolment::id_of_receipt(conn, &number))
            .await
            .unwrap();
        let attempt_id = self.attempt_of(&left).await;
        self.model.figures.applications += 1;
        self.model.figures.attempts += 1;
        self.all.push(Applied {
            id: id.clone(),
            applicant,
            browser,
            check,
            left,
            attempt_id,
            way_back: None,
        });
        Some(id)
    }

    async fn attempt_of(&self, left: &HandedOff) -> String {
        let ledger = self.world.ledger().await;
        let found = ledger.iter().find(|t| t["tran_id"] == left.tran_id.as_str()).unwrap();
        found["attempt_id"].as_str().unwrap().to_owned()
    }

    /// With another account, where the application was refused and the browser still knows it.
    async fn retry(&mut self, which: usize, digits: &str) {
        let one = &mut self.all[which];
        one.applicant.account.1 = format!("{}{digits}", &one.applicant.account.1[..5]);
        let mut page = one.browser.get("/apply/account").await;
        if page.path.starts_with("/apply/timeout") {
            page = one.browser.submit(&page, &[("phone_last4", "1234")]).await;
        }
        if !page.path.starts_with("/apply/account") {
            return;
        }
        let check = one.applicant.fill_account(&mut one.browser, &page).await;
        let page = one.browser.submit(&check, &[]).await;
        if page.has("ここから先は") {
            one.check = check;
            one.left = HandedOff::from(page);
            one.way_back = None;
            let attempt_id = self.attempt_of(&self.all[which].left).await;
            self.all[which].attempt_id = attempt_id;
            self.model.figures.attempts += 1;
        }
    }

    fn letter<'a>(&'a self, which: usize, kind: &'a str, says: &'a str) -> Letter<'a> {
        let one = &self.all[which];
        Letter {
            kind,
            attempt_id: &one.attempt_id,
            tran_id: &one.left.tran_id,
            says,
        }
    }

    async fn post(&self, which: usize, kind: &str, says: &str) -> u16 {
        let body = self.letter(which, kind, says).signed(&self.world);
        let mut browser = Browser::new(&self.world.url);
        browser
            .post_raw(&format!("/gateway/main/{kind}"), body.into_bytes())
            .await
            .status
    }

    async fn forge(&self, which: usize, kind: &str) {
        let body = self.letter(which, kind, "success").forged(&self.world);
        let mut browser = Browser::new(&self.world.url);
        let page = browser
            .post_raw(&format!("/gateway/main/{kind}"), body.into_bytes())
            .await;
        assert!(
            page.status == 400 || page.path == "/receipt?returned",
            "{} {}",
            page.status,
            page.path
        );
    }

    async fn daily_file(&self) {
        let workspace = &self.world.workspace;
        let day = jst(workspace.clock.now()).date();
        let lines = workspace.gateways.find("main").unwrap().fetch_daily(day).await.unwrap();
        reconciliation::take_file(workspace, "main", day, lines).await.unwrap();
    }

    async fn withdraw(&mut self, which: usize) {
        if self.clerk.is_none() {
            self.clerk = Some(Desk::open(&self.world, "c1", &[Role::Clerk]).await);
        }
        let (id, clerk) = (&self.all[which].id, self.clerk.as_mut().unwrap());
        clerk.sign_in().await;
        let page = clerk
            .post(&format!("/applications/{id}/withdrawal"), &[("note", "電話で申し出")])
            .await;
        let could = self.model.state(id) == Some(Registration::Registered);
        assert_eq!(page.status == 200, could, "{}: {}", page.status, page.text());
        self.model.figures.withdrawn += usize::from(could);
    }

    async fn told(&self) -> Told {
        let ledger = self.world.ledger().await.into_iter();
        ledger
            .map(|t| (t["attempt_id"].as_str().unwrap().to_owned(), t))
            .collect()
    }

    /// Shows the model every event since the last look.
    async fn look(&mut self, step: &Step, target: Option<&str>) {
        let fresh = events(&self.world, self.events).await;
        self.events += fresh.len() as i64;
        let told = self.told().await;
        for event in fresh {
            self.model.take(&event, step, target, &told);
        }
    }

    /// The gateway answers again, a week goes by, and everything stands where the gateway says.
    async fn end(&mut self) {
        (self.is_deaf, self.late_minutes) = (false, 0);
        self.trouble(false).await;
        for minutes in std::iter::repeat_n(60, 24).chain(std::iter::repeat_n(6 * 60, 40)) {
            self.world.pass(Duration::minutes(minutes)).await;
            self.look(&Step::Pass { minutes }, None).await;
        }
        let told = self.told().await;
        let alarms = self.world.alarms().await;
        for one in &self.all {
            let attempts = attempts(&self.world, &one.id).await;
            let attempts: Vec<&Value> = attempts.iter().map(|id| &told[id]).collect();
            let state = self.model.state(&one.id).unwrap();
            assert_eq!(
                Some(state),
                self.model.end(&one.id, &attempts),
                "{}: {attempts:?}",
                one.id
            );
            let has = |what: &str| alarms.contains(&format!("enrolment.{what}:{}", one.id));
            assert_eq!(has("needs_a_person"), state == Registration::Unknown, "{alarms:?}");
            let successes = attempts.iter().filter(|told| told["status"] == "success").count();
            assert_eq!(has("second_success"), successes > 1, "a second mandate is a person's");
            self.model.figures.registered += usize::from(state == Registration::Registered);
            self.model.figures.unknown += usize::from(state == Registration::Unknown);
        }
    }
}

/// The events after the first so many, in the order in which they came.
async fn events(world: &World, after: i64) -> Vec<Event> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        application_id: String,
        #[diesel(sql_type = Text)]
        from_state: String,
        #[diesel(sql_type = Text)]
        to_state: String,
        #[diesel(sql_type = Text)]
        cause: String,
        #[diesel(sql_type = Text)]
        evidence: String,
    }
    let sql = format!(
        "select application_id, from_state, to_state, cause, evidence from application_events \
         order by at, application_id, no limit 100000 offset {after}"
    );
    let read = move |conn: &mut Conn| diesel::sql_query(sql).load::<Row>(conn).map_err(DbError::from);
    let rows = world.workspace.db.read(read).await.unwrap();
    let event = |row: Row| Event {
        application: row.application_id,
        from: row.from_state,
        to: *Registration::ALL.iter().find(|s| s.as_str() == row.to_state).unwrap(),
        cause: *Cause::ALL.iter().find(|c| c.as_str() == row.cause).unwrap(),
        evidence: row.evidence,
    };
    rows.into_iter().map(event).collect()
}

/// The ids of an application's attempts, the oldest first.
async fn attempts(world: &World, application: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: String,
    }
    let sql = format!("select id from attempts where application_id = '{application}' order by created_at, id");
    let read = move |conn: &mut Conn| diesel::sql_query(sql).load::<Row>(conn).map_err(DbError::from);
    world
        .workspace
        .db
        .read(read)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect()
}
