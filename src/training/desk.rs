//! One desk: a workspace of its own with a gateway that is played, and what it does by itself.
use super::school::Engine;
use crate::{
    clock::Clock,
    config::{Bureau, Charset, Console, Environment, Gateway, Mail, Settings, Transport},
    crypto::KeyRing,
    db::off_thread,
    gateways::simulator,
    jobs::{Runner, schedule::Planner},
    mail::{MailError, MailFolder},
    web::{Error, Practice},
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Mutex;

/// The gateway's id at every desk.
const GATEWAY: &str = "main";
const MERCHANT: &str = "renshu";

/// A running desk. Cheap to clone; it stops with its last clone.
#[derive(Clone)]
pub struct Desk {
    pub id: String,
    /// Counts the resets: what was made for an older one is of no use.
    pub generation: u32,
    pub workspace: Workspace,
    pub bank: simulator::Running,
    pub mails: MailFolder,
    /// Held while the clock is moved.
    pub moving: Arc<Mutex<()>>,
    planner: Planner,
    runner: Runner,
    _tasks: Arc<Tasks>,
}

struct Tasks(Vec<actix_web::rt::task::JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(actix_web::rt::task::JoinHandle::abort);
    }
}

/// Where a desk's files are.
pub struct Files {
    pub folder: PathBuf,
}

impl Files {
    pub fn database(&self) -> PathBuf {
        self.folder.join("desk.db")
    }
    pub fn keys(&self) -> PathBuf {
        self.folder.join("keys.toml")
    }
    pub fn bank(&self) -> PathBuf {
        self.folder.join("bank.json")
    }
    pub fn mails(&self) -> Result<MailFolder, MailError> {
        MailFolder::open(&self.folder.join("mails"))
    }
}

/// The addresses of a desk as browsers and its own gateway see them.
#[derive(Clone)]
pub struct Faces {
    pub practice: Practice,
    /// Where this process itself reaches the bank's face.
    pub bank_here: String,
}

/// The bureau's own sender, and no way out.
fn nowhere(mail: &Mail) -> Mail {
    Mail {
        transport: Transport::Memory,
        from: mail.from.clone(),
        smtp_url: None,
        folder: None,
    }
}

/// What a learner answers there would count among what citizens say.
fn without_survey(bureau: &Bureau) -> Bureau {
    Bureau {
        survey_url: None,
        ..bureau.clone()
    }
}

/// The settings of a desk: the bureau's own where they make the screens what they are, and nothing of its secrets, its
/// mail server, its gateways, its backups.
pub fn settings(base: &Settings, files: &Files, id: &str, faces: &Faces, key: &str) -> Settings {
    let practice = &faces.practice;
    Settings {
        environment: Environment::Training,
        database: format!("sqlite:{}", files.database().display()),
        keys: files.keys(),
        log_dir: None,
        disk_reserve_mib: Some(0),
        public: crate::config::Public {
            listen: String::new(),
            // Calls of the gateway bring no cookie: the address says whose they are.
            url: format!("{}/desk/{id}", practice.public),
            trusted_proxies: vec![],
            tls: None,
        },
        mail: nowhere(&base.mail),
        operators: vec![],
        limits: crate::config::Limits {
            account_handoffs: i64::MAX,
            application_handoffs: i64::MAX,
            client_refusals: i64::MAX,
            client_accounts_alarm: i64::MAX,
            client_drafts_per_hour: 1_000_000,
            ..base.limits.clone()
        },
        // Days go by in seconds: what nobody could look at is no check that was missed.
        watch: crate::config::Watch {
            check_grace_minutes: 60 * 24 * 366,
            ..base.watch.clone()
        },
        ops: None,
        console: Some(Console {
            listen: String::new(),
            url: practice.console.clone(),
            networks: vec![],
            trusted_proxies: vec![],
            tls: None,
            idle_minutes: 60,
            absolute_hours: 24 * 365,
            export_alone: Console::default_export_alone(),
        }),
        training: None,
        bureau: without_survey(&base.bureau),
        backup: None,
        clamav: None,
        gateways: vec![Gateway {
            id: GATEWAY.into(),
            endpoint: format!("{}/desk/{id}/api", faces.bank_here),
            merchant: MERCHANT.into(),
            charset: Charset::Windows31J,
            signing_keys: vec![key.to_owned()],
            codes: None,
            connect_seconds: 3,
            answer_seconds: 10,
            silence_seconds: 60,
            origins: vec![practice.bank.clone()],
        }],
        ..base.clone()
    }
}

/// The key that desk and bank sign with: of the class's own keys, so that it is nowhere else.
fn gateway_key(keys: &KeyRing) -> String {
    format!("renshu:{}", hex::encode(keys.derive("training gateway")))
}

/// Opens the files of a desk. What is due there is done when asked, until [`Desk::work_alone`].
pub async fn open(
    base: &Settings,
    folder: &Path,
    id: &str,
    generation: u32,
    faces: &Faces,
    clock: Clock,
    engine: &Engine,
) -> Result<Desk, Error> {
    let files = Files {
        folder: folder.to_owned(),
    };
    let fail = |e: &dyn std::fmt::Display| Error::Internal(format!("desk {id}: {e}"));
    let text = std::fs::read_to_string(files.keys()).map_err(|e| fail(&e))?;
    let key = gateway_key(&KeyRing::parse(&text).map_err(|e| fail(&e))?);
    let settings = settings(base, &files, id, faces, &key);
    let (practice, mails) = (faces.practice.clone(), files.mails().map_err(|e| fail(&e))?);
    let (own_clock, own_mails) = (clock.clone(), mails.clone());
    let opening = off_thread(move || Workspace::open_practice(settings, own_clock, own_mails, practice));
    let workspace = opening.await?.map_err(|e| fail(&e))?;
    let keys = vec![key.parse().map_err(|e: String| fail(&e))?];
    let mut options = simulator::Options::new(files.bank(), MERCHANT, keys);
    options.charset = simulator::Charset::Windows31j;
    options.sync = false;
    // Who is left at the institution in an example stays there.
    options.session_minutes = 60 * 24 * 400;
    let bank = simulator::Running::open(options, &faces.practice.bank, clock).await;
    let bank = bank.map_err(|e| fail(&e))?;
    let (planner, runner) = ((engine.planner)(&workspace), (engine.runner)(&workspace));
    Ok(Desk {
        id: id.to_owned(),
        generation,
        workspace,
        bank,
        mails,
        moving: Arc::default(),
        planner,
        runner,
        _tasks: Arc::new(Tasks(vec![])),
    })
}

/// Standing work that looks at the present, or keeps the file in order. Done for each of many days that are invented in a moment, it was most of what
/// making a class took.
const OF_THE_PRESENT: [&str; 9] = [
    "audit.head",
    "incidents.watch",
    "inquiries.scan",
    "inquiries.watch",
    "operations.figures",
    // Writes the whole file anew each night. What is invented is nobody's, and the first night at the desk does it.
    "operations.forget",
    "operations.probe",
    "operations.watch",
    "outages.watch",
];

/// Jobs that follow one another without an end would hold the clock for ever.
const ROUNDS: usize = 50;

impl Desk {
    /// Begins to do what is due by itself.
    pub fn work_alone(mut self) -> Self {
        self._tasks = Arc::new(Tasks(vec![
            actix_web::rt::spawn(self.runner.clone().run()),
            actix_web::rt::spawn(self.planner.clone().run()),
        ]));
        self
    }

    /// When work that comes once a day is due next, after `now`.
    pub fn next_daily(&self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        self.planner.next_daily(now)
    }

    /// Plans what is due and does it, until nothing is. What the desk has taken by itself is waited for: time must not pass
    /// over work that is being done.
    pub async fn work(&self) -> Result<(), Error> {
        self.work_by(&self.planner).await
    }

    /// The same in a past that is invented, where nobody looks at how the program itself is.
    pub async fn work_in_the_past(&self) -> Result<(), Error> {
        self.work_by(&self.planner.without(&OF_THE_PRESENT)).await
    }

    async fn work_by(&self, planner: &Planner) -> Result<(), Error> {
        planner.plan().await?;
        for _ in 0..ROUNDS {
            let done = self.runner.run_due().await?;
            self.runner.rest().await?;
            if done == 0 {
                break;
            }
        }
        Ok(())
    }
}
