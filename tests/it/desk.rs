//! Somebody at the console: a person with roles, a key of their own and a browser.
use crate::{
    authenticator::Passkey,
    browser::{Browser, Page},
    harness::World,
};
use mizumado::{
    accounts::{self, PersonForm, Role},
    audit::{Actor, Person},
    deliveries::Asked,
    tasks::Progress,
};
use serde_json::{Value, json};
use std::ops::{Deref, DerefMut};

/// Everybody's name in the tests; it must stand nowhere but on screens.
pub const NAME: &str = "水野　花子";

/// Somebody at the console, where it does not matter who.
pub fn anybody() -> Asked {
    let by = Person {
        id: "x".into(),
        address: "127.0.0.1".into(),
    };
    Asked {
        by,
        task: None,
        progress: Progress::default(),
    }
}

/// A person who has an invitation and no key.
pub struct Invited {
    pub id: String,
    pub token: String,
}

/// A person at the console with a key. Is used as the browser that it holds: `clerk.get("/staff").await`.
pub struct Desk {
    pub browser: Browser,
    pub key: Passkey,
    /// Of the person.
    pub id: String,
    /// The recovery codes that were shown.
    pub codes: Vec<String>,
}

impl Deref for Desk {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}
impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }
}

impl Desk {
    /// A person who is signed in and has a second way in, so that every page of the roles opens.
    pub async fn open(world: &World, code: &str, roles: &[Role]) -> Desk {
        let mut desk = Desk::with_one_key(world, code, roles).await;
        desk.renew_codes().await;
        desk
    }
    /// A person who is signed in and has one key and no codes.
    pub async fn with_one_key(world: &World, code: &str, roles: &[Role]) -> Desk {
        let invited = invite(world, code, roles).await;
        let (mut browser, mut key) = (Browser::new(&world.console), passkey(world));
        let page = enrol(&mut browser, &invited.way(), &mut key).await;
        assert_eq!(page.status, 200, "{}", page.html);
        Desk {
            browser,
            key,
            id: invited.id,
            codes: vec![],
        }
    }
    /// Recovery codes in place of those that were.
    pub async fn renew_codes(&mut self) {
        let page = self.post("/account/codes", &[]).await;
        self.codes = page.all(".codes .mono");
        assert_eq!(self.codes.len(), 8, "{}", page.text());
    }
    /// A further key of this person.
    pub async fn add_key(&mut self, world: &World) -> Passkey {
        let mut key = passkey(world);
        let page = enrol(&mut self.browser, "/account/keys", &mut key).await;
        assert_eq!(page.status, 200, "{}", page.html);
        key
    }
    /// Sends a file as a browser does, and goes where that leads.
    pub async fn upload(&mut self, path: &str, field: &str, file: &[u8]) -> Page {
        let head = format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.csv\"\r\n\r\n");
        let body = [head.as_bytes(), file, b"\r\n--X--\r\n"].concat();
        let page = self
            .once("POST", path, Some(("multipart/form-data; boundary=X", body)))
            .await;
        match page.headers.get("location").map(|to| to.to_str().unwrap().to_owned()) {
            Some(to) => self.get(&to).await,
            None => page,
        }
    }
    /// Asks for long work, which is done then; the page that it leads to.
    pub async fn ask_for(&mut self, world: &World, path: &str, fields: &[(&str, &str)]) -> Page {
        let asked = self.post(path, fields).await;
        if !asked.path.starts_with("/tasks/") {
            return asked;
        }
        world.run_due().await;
        self.get(&asked.path).await
    }
    /// Asks for the list that a query means as a file; the path of the newest file that can be fetched.
    pub async fn ask_for_export(&mut self, query: &str) -> String {
        self.prove().await;
        self.post("/exports", &[("list", query), ("purpose", "report")]).await;
        self.newest_export().await
    }
    /// The same where another person must agree.
    pub async fn export_agreed_to(&mut self, approver: &mut Desk, query: &str) -> String {
        self.prove().await;
        let waiting = self.post("/exports", &[("list", query), ("purpose", "report")]).await;
        assert_eq!(waiting.status, 200, "{}", waiting.text());
        approver.prove().await;
        let waiting = approver.get("/exports").await;
        for way in waiting.attributes("form[action$='/decision']", "action") {
            assert_eq!(approver.post(&way, &[("decision", "approve")]).await.status, 200);
        }
        self.newest_export().await
    }
    async fn newest_export(&mut self) -> String {
        let page = self.get("/exports").await;
        let files = page.attributes("a[href^='/exports/'][href$='/file']", "href");
        files.into_iter().next().unwrap_or_else(|| panic!("{}", page.text()))
    }
    pub async fn sign_in(&mut self) -> Page {
        sign_in(&mut self.browser, &mut self.key).await
    }
    /// Proves to be there: unlocks, and counts as step-up.
    pub async fn prove(&mut self) -> Page {
        prove(&mut self.browser, &mut self.key).await
    }
    pub async fn sign_out(&mut self) -> Page {
        self.post("/sign-out", &[]).await
    }
    /// The same person at another machine.
    pub async fn elsewhere(&mut self, world: &World) -> Browser {
        let mut browser = Browser::new(&world.console);
        let page = sign_in(&mut browser, &mut self.key).await;
        assert_eq!(page.status, 200, "{}", page.html);
        browser
    }
}

impl Invited {
    /// Where the invitation leads.
    pub fn way(&self) -> String {
        format!("/enrolments/{}", self.token)
    }
}

/// Whether a browser is signed in: it is sent elsewhere from the page to sign in.
pub async fn is_signed_in(browser: &Browser) -> bool {
    let page = browser.clone().once("GET", "/sign-in", None).await;
    assert!([200, 303].contains(&page.status), "{}", page.html);
    page.status == 303
}

/// A key of nobody, in a browser that shows the console.
pub fn passkey(world: &World) -> Passkey {
    Passkey::new(&world.workspace.settings.console.as_ref().unwrap().url)
}

/// Adds a person and invites them, as the command line does.
pub async fn invite(world: &World, code: &str, roles: &[Role]) -> Invited {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let form = PersonForm {
        code: code.into(),
        name: NAME.into(),
        unit: "業務課".into(),
        roles: roles.to_vec(),
    };
    let write = move |conn: &mut mizumado::db::Conn| {
        let id = accounts::add_person(conn, &workspace, &Actor::Operator, &form, now)?;
        let token = accounts::invite(conn, &workspace, &id, Actor::Operator, now)?;
        Ok(Invited { id, token })
    };
    world.write(write).await
}

/// Asks for a challenge: the ceremony and its options.
pub async fn ask(browser: &mut Browser, path: &str) -> Value {
    let page = browser.post(&format!("{path}/options"), &[]).await;
    assert_eq!(page.status, 200, "{path}: {}", page.html);
    serde_json::from_str(&page.html).unwrap()
}

/// Answers what was asked.
pub async fn answer(browser: &mut Browser, path: &str, asked: &Value, credential: &Value) -> Page {
    let body = json!({ "ceremony": asked["ceremony"], "credential": credential, "label": "試験のキー" });
    browser.json(&format!("{path}/answer"), &body).await
}

/// `path` is an invitation's way, or `/account/keys`.
pub async fn enrol(browser: &mut Browser, path: &str, key: &mut Passkey) -> Page {
    let asked = ask(browser, path).await;
    let credential = key.register(&asked["publicKey"]);
    answer(browser, path, &asked, &credential).await
}

pub async fn sign_in(browser: &mut Browser, key: &mut Passkey) -> Page {
    prove_at(browser, "/sign-in", key).await
}

pub async fn prove(browser: &mut Browser, key: &mut Passkey) -> Page {
    prove_at(browser, "/proof", key).await
}

async fn prove_at(browser: &mut Browser, path: &str, key: &mut Passkey) -> Page {
    let asked = ask(browser, path).await;
    let credential = key.answer(&asked["publicKey"]);
    answer(browser, path, &asked, &credential).await
}
