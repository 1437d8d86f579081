//! One world: its database, keys, clock, mailer, gateways and settings. Production is one; a training class is another (S15).
use crate::{
    audit::HeadSeal,
    clock::Clock,
    config::{ConfigError, Environment, Items, Settings, Terms, Transport},
    crypto::{KeyError, KeyRing},
    db::{Db, DbError, Durability, MarkerError},
    gateways::Gateways,
    logs::LogHealth,
    mail::{MailError, MailFolder, Mailer},
    web::{Practice, Site},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

/// Everything that a request touches hangs on this. Cheap to clone.
#[derive(Clone)]
pub struct Workspace {
    pub settings: Arc<Settings>,
    pub site: Arc<Site>,
    pub db: Db,
    pub keys: Arc<KeyRing>,
    pub clock: Clock,
    // Given once, by which world it is: nobody puts another into a practice desk.
    mailer: Mailer,
    pub gateways: Gateways,
    pub items: Arc<Items>,
    /// The terms of the settings; what the bureau approved since stands in the database (`texts`).
    pub terms: Arc<Terms>,
    /// New applications by client (`web::client_group`), against floods of drafts.
    pub drafts: Arc<DefaultKeyedRateLimiter<String>>,
    /// Whether the log files can be written.
    pub log_health: LogHealth,
    /// Rung when a job was written, so that the runner looks at once.
    pub jobs: Arc<Notify>,
}

/// Why a workspace does not open; each sentence names the setting and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("keys = {path}: {cause}; make a key file with `mizumado keys new --out {path}`")]
    NoKeys { path: String, cause: std::io::Error },
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Marker(#[from] MarkerError),
    #[error(
        "keys = {path}: this key file is for {found:?}, but environment = {asked:?}; name the key file of this world"
    )]
    OtherKeys {
        path: String,
        asked: &'static str,
        found: String,
    },
    #[error(
        "keys = {path}: this key file names no world, and the database is new: write environment = {asked:?} as its \
         first line, or make one with `mizumado keys new --out FILE --environment {asked}`"
    )]
    UnmarkedKeys { path: String, asked: &'static str },
    #[error(transparent)]
    Mail(#[from] MailError),
}

/// Which world a workspace is, and with it where its mails may go.
enum World {
    Real(Mailer),
    /// There is no room for a mail server, whatever the settings say.
    Practice(Practice, MailFolder),
}

impl Workspace {
    /// Opens the world that the settings describe; migrates its database.
    pub fn open(settings: Settings, clock: Clock) -> Result<Self, OpenError> {
        let mailer = mailer(&settings)?;
        Self::assemble(settings, clock, World::Real(mailer))
    }

    /// Opens a practice desk. Its mails are files of its own.
    pub fn open_practice(
        settings: Settings,
        clock: Clock,
        mails: MailFolder,
        practice: Practice,
    ) -> Result<Self, OpenError> {
        Self::assemble(settings, clock, World::Practice(practice, mails))
    }

    /// Where its mails go.
    pub fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    fn assemble(settings: Settings, clock: Clock, world: World) -> Result<Self, OpenError> {
        let (mailer, practice) = match world {
            World::Real(mailer) => (mailer, None),
            World::Practice(practice, mails) => (Mailer::File(mails), Some(practice)),
        };
        let site = Site {
            practice,
            ..Site::new(&settings)
        };
        let text = std::fs::read_to_string(&settings.keys).map_err(|cause| OpenError::NoKeys {
            path: settings.keys.display().to_string(),
            cause,
        })?;
        let keys = KeyRing::parse(&text)?;
        let asked = settings.environment.as_str();
        if let Some(found) = keys.environment().filter(|found| *found != asked) {
            return Err(OpenError::OtherKeys {
                path: settings.keys.display().to_string(),
                asked,
                found: found.to_owned(),
            });
        }
        let key_check = keys.blind("world", "marker");
        let is_claimed = Db::refuse_another_world(&settings.database, asked, &key_check)?;
        let durability = match site.practice {
            Some(_) => Durability::Practice,
            None => Durability::Whole,
        };
        let db = Db::open_with(&settings.database, durability, Arc::new(HeadSeal::new(&keys)))?;
        // Keys from before they named their world go on with the database that they sealed; a new one they would let any
        // world claim.
        if keys.environment().is_none() && !is_claimed && settings.environment != Environment::Demo {
            let path = settings.keys.display().to_string();
            return Err(OpenError::UnmarkedKeys { path, asked });
        }
        db.claim(asked, &key_check, clock.now())?;
        let terms = Terms::load(settings.form.terms.as_deref())?;
        Ok(Self {
            keys: Arc::new(keys),
            terms: Arc::new(terms),
            items: Arc::new(Items::load(settings.form.items.as_deref())?),
            gateways: Gateways::new(&settings, &clock)?,
            mailer,
            db,
            drafts: Arc::new(RateLimiter::keyed(Quota::per_hour(
                NonZeroU32::new(settings.limits.client_drafts_per_hour).unwrap_or(NonZeroU32::MIN),
            ))),
            site: Arc::new(site),
            settings: Arc::new(settings),
            clock,
            log_health: LogHealth::default(),
            jobs: Arc::new(Notify::new()),
        })
    }
}

fn mailer(settings: &Settings) -> Result<Mailer, MailError> {
    let mail = &settings.mail;
    match mail.transport {
        Transport::Smtp if settings.environment != Environment::Training => {
            Mailer::smtp(mail.smtp_url.as_deref().unwrap_or_default())
        }
        Transport::File => {
            let folder = mail.folder.as_deref().unwrap_or(std::path::Path::new("mail"));
            Ok(Mailer::File(MailFolder::open(folder)?))
        }
        // A training has no way out, whatever the settings say.
        Transport::Smtp | Transport::Memory => Ok(Mailer::Memory(Arc::new(Mutex::new(vec![])))),
    }
}
