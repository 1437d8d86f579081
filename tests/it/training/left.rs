//! What somebody leaves in a world, and the doors at which it is tried: each secret of it opens its own world alone.
use super::be;
use crate::{
    applicant::Applicant,
    authenticator::Passkey,
    browser::{Browser, Page},
    desk::enrol,
    harness::World,
    inquiries::{ask, number_and_code},
};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{db, enrolment, training, web, workspace::Workspace};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A world, as what it does by itself.
pub enum Side<'a> {
    Real(&'a World),
    Desk(&'a training::Desk),
}

impl Side<'_> {
    pub fn workspace(&self) -> &Workspace {
        match self {
            Side::Real(world) => &world.workspace,
            Side::Desk(desk) => &desk.workspace,
        }
    }
    async fn settle(&self) {
        match self {
            Side::Real(world) => world.run_jobs().await,
            Side::Desk(desk) => desk.work().await.unwrap(),
        }
    }
}

/// The ways into a world. At a desk each browser has its seat.
pub struct Doors {
    pub public: Browser,
    pub bank: Browser,
    /// The console, where nobody has signed in.
    pub console: Browser,
    /// Somebody who takes calls there.
    pub clerk: Browser,
}

impl Doors {
    /// Those of a desk, by who has come in.
    pub async fn of_desk(world: &World, learner: &Browser) -> Self {
        let addresses = world.school().addresses();
        let mut clerk = learner.clone();
        be(&mut clerk, "mado").await;
        Self {
            public: seated(&addresses.public, learner),
            bank: seated(&addresses.bank, learner),
            console: seated(&addresses.console, learner),
            clerk,
        }
    }
    /// Those of the real world.
    pub fn of_world(world: &World, staff: &Browser) -> Self {
        Self {
            public: Browser::new(&world.url),
            bank: Browser::new(&world.gateway),
            console: Browser::new(&world.console),
            clerk: staff.clone(),
        }
    }
}

/// The cookie of a seat.
const SEAT: &str = "practice-seat";

/// A browser at a face with the seat of somebody who came in, and nothing else of theirs.
pub fn seated(face: &str, learner: &Browser) -> Browser {
    let mut browser = Browser::new(face);
    browser.cookies.insert(SEAT.into(), learner.cookies[SEAT].clone());
    browser
}

/// What invites a person, and what lets one in who lost their key.
pub struct WaysIn {
    pub invitation: String,
    pub recovery: String,
}

impl WaysIn {
    /// Those of two people of a desk, by its administrator.
    pub async fn at_desk(console: &str, learner: &Browser) -> Self {
        let mut administrator = learner.clone();
        be(&mut administrator, "kanri").await;
        let mut ways = vec![];
        for (code, name) in [("9001", "花見七海"), ("9002", "森三奈")] {
            let person = [("code", code), ("name", name), ("unit", ""), ("role_clerk", "on")];
            let url = administrator.post("/staff", &person).await.first(".invitation .mono");
            ways.push(url.trim().strip_prefix(console).unwrap().to_owned());
        }
        // The browser is that person's from here on.
        let page = enrol(&mut administrator, &ways[0], &mut Passkey::new(console)).await;
        assert_eq!(page.status, 200, "{}", page.html);
        let codes = administrator.post("/account/codes", &[]).await.all(".codes .mono");
        Self {
            invitation: ways.remove(1),
            recovery: codes[0].clone(),
        }
    }
}

/// An application that was decided, a question, a call that goes on, two ways in.
pub struct Left {
    /// By their names in the real world.
    cookies: BTreeMap<String, String>,
    pub application: String,
    pub receipt: String,
    pub tran_id: String,
    status: String,
    /// What the institution's message brought back.
    answer: Value,
    inquiry: (String, String),
    call: String,
    ways: WaysIn,
    family: &'static str,
}

/// What is left by somebody of this name.
pub async fn leave(side: &Side<'_>, doors: &Doors, ways: WaysIn, family: (&'static str, &'static str)) -> Left {
    let applicant = Applicant {
        family,
        customer_number: "7070707070".into(),
        ..Applicant::default()
    };
    let mut citizen = doors.public.clone();
    let left = applicant.hand_off(&mut citizen).await;
    let person = json!({ "tran_id": left.tran_id, "pin": "1234" });
    let answer: Value =
        serde_json::from_str(&doors.bank.clone().json("/control/complete", &person).await.html).unwrap();
    left.come_back(&mut citizen, &answer).await;
    // A desk works by itself as well: what it has in hand is waited for.
    while !citizen.get("/result").await.has("完了しました") {
        side.settle().await;
    }
    let call = citizen.post("/apply/assist", &[]).await.first(".receipt-number");
    let body = format!("{}の問い", family.0);
    let question = [
        ("category", "result"),
        ("body", body.as_str()),
        ("name", family.0),
        ("phone", "０９０-0000-4321"),
        ("email", "asks@example.jp"),
    ];
    let inquiry = number_and_code(&ask(&mut citizen, &question).await);
    side.settle().await;
    let (application, attempt) = ids(side.workspace(), &left.receipt_number).await;
    let plain = |(name, value): (String, String)| (name.trim_start_matches("practice-").to_owned(), value);
    Left {
        cookies: citizen
            .cookies
            .into_iter()
            .filter(|(name, _)| name != SEAT)
            .map(plain)
            .collect(),
        application,
        status: side.workspace().keys.blind("status_links.code", &attempt),
        receipt: left.receipt_number,
        tran_id: left.tran_id,
        answer,
        inquiry,
        call: call.trim().to_owned(),
        ways,
        family: family.0,
    }
}

/// The application of a receipt number, and its attempt.
async fn ids(workspace: &Workspace, receipt: &str) -> (String, String) {
    #[derive(QueryableByName)]
    struct Attempt {
        #[diesel(sql_type = Text)]
        id: String,
    }
    let receipt = receipt.to_owned();
    let read = move |conn: &mut db::Conn| {
        let application = enrolment::id_of_receipt(conn, &receipt)?.ok_or(web::Error::NotFound)?;
        let sql = format!("select id from attempts where application_id = '{application}'");
        let attempt: Attempt = diesel::sql_query(sql).get_result(conn)?;
        Ok::<_, web::Error>((application, attempt.id))
    };
    workspace.db.read(read).await.unwrap()
}

const OVER: &str = "この招待は使えません";

impl Left {
    /// A browser with all cookies that this one had, under the names of either world.
    pub fn disguised(&self, browser: &Browser) -> Browser {
        let mut browser = browser.clone();
        assert!(self.cookies.len() >= 3, "{:?}", self.cookies.keys());
        for (name, value) in &self.cookies {
            browser.cookies.insert(name.clone(), value.clone());
            browser.cookies.insert(format!("practice-{name}"), value.clone());
        }
        browser
    }
    /// Every code, as the fields of whatever form takes it.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("receipt_number", &self.receipt),
            ("phone_last4", "1234"),
            ("number", &self.inquiry.0),
            ("proof", &self.inquiry.1),
            ("code", &self.call),
        ]
    }
    /// The path of a route with this one's ids and codes in it.
    pub fn filled(&self, path: &str) -> String {
        let part = |part: &str| match part {
            "{code}" => self.status.clone(),
            "{step}" => "number".into(),
            "{gateway}" => "main".into(),
            _ if part.starts_with('{') => self.application.clone(),
            _ => part.to_owned(),
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
    /// A form gives back what was typed into it; whatever else a page says of this one is shown.
    pub fn is_shown_on(&self, page: &Page) -> bool {
        let text = page.text();
        let numbers = [&self.receipt, &self.inquiry.0];
        page.has(self.family) || numbers.into_iter().any(|number| text.contains(number.as_str()))
    }
    /// Not even in what was typed.
    pub fn is_named_in(&self, page: &Page) -> bool {
        page.has(self.family) || page.has(&self.receipt) || page.has(&self.inquiry.0)
    }

    async fn come_back_at(&self, public: &mut Browser) -> Page {
        let (path, body) = ("/gateway/main/return", self.answer["body"].as_str().unwrap());
        match self.answer["method"].as_str() {
            Some("GET") => public.get(&format!("{path}?{body}")).await,
            _ => public.post_raw(path, body.as_bytes().to_vec()).await,
        }
    }
    async fn look_up(&self, public: &Browser) -> [Page; 3] {
        let fresh = || public.clone();
        [
            fresh().post("/receipt", &self.fields()[..2]).await,
            fresh().post(&format!("/status/{}", self.status), &[]).await,
            fresh().post("/inquiry/status", &self.fields()[2..4]).await,
        ]
    }

    /// Tries every code at the doors of another world.
    pub async fn assert_useless(&self, doors: &Doors) {
        let pages = self.look_up(&doors.public).await;
        let refused = ["/receipt?error", "/receipt", "/inquiry/status?error"];
        assert_eq!(pages.each_ref().map(|page| page.path.as_str()), refused);
        let back = self.come_back_at(&mut doors.public.clone()).await;
        assert_eq!(back.path, "/receipt?returned");
        for page in pages.iter().chain([&back]) {
            assert!(!self.is_shown_on(page), "{}: {}", page.path, page.text());
        }
        let call = doors.clerk.clone().post("/assist", &[("code", &self.call)]).await;
        assert_eq!(call.status, 422, "{}", call.text());
        let mut console = doors.console.clone();
        let invitation = &self.ways.invitation;
        console.get(invitation).await.expect(OVER);
        assert_eq!(console.post(&format!("{invitation}/options"), &[]).await.status, 404);
        let page = console.post("/sign-in/code", &[("code", &self.ways.recovery)]).await;
        assert_eq!(page.path, "/sign-in/code");
    }

    /// At its own doors each opens what it is for: nothing was used up, and the refusals meant something.
    pub async fn assert_useful(&self, doors: &Doors) {
        for page in self.look_up(&doors.public).await {
            assert!(self.is_shown_on(&page), "{}: {}", page.path, page.text());
        }
        let call = doors.clerk.clone().post("/assist", &[("code", &self.call)]).await;
        assert!(call.path.starts_with("/assist/"), "{}: {}", call.path, call.text());
        let mut console = doors.console.clone();
        console.get(&self.ways.invitation).await.expect("キーを登録する");
        let page = console.post("/sign-in/code", &[("code", &self.ways.recovery)]).await;
        assert!(page.path.starts_with("/enrolments/"), "{}: {}", page.path, page.text());
    }
}
