//! Every setting. The only reader of the environment (`MIZUMADO_…`, `__` between the parts of a name).
//!
//! A file is read strictly: an unknown name, a wrong value or a missing one stops the start with a sentence
//! that names the file, the line and the remedy.
mod checks;
mod environment;
mod items;
mod running;
mod source;
mod terms;
mod training;
mod watching;

pub use environment::log_filter;
pub use items::{Ask, Item, ItemFault, ItemId, Items, LONGEST_HINT, LONGEST_LABEL, PageId};
pub use running::{Backup, Clamav, Console, Deliveries, Limits, Offsite, Ops, Tls, time_of_day};
pub use source::{ConfigError, Source};
pub use terms::Terms;
pub use training::Training;
pub use watching::{Incidents, Watch};

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What kind of world this is: it decides the banner on every page and which settings are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Production,
    Demo,
    Training,
}

impl Environment {
    /// The word in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Environment::Production => "production",
            Environment::Demo => "demo",
            Environment::Training => "training",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub environment: Environment,
    /// `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// The key ring's file (`mizumado keys new`).
    pub keys: PathBuf,
    /// Access and application logs, one file a day; standard error when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_dir: Option<PathBuf>,
    /// How long log files are kept, in days; at least 180 (NS 情報管理).
    #[serde(default = "defaults::log_days")]
    pub log_days: u32,
    /// Free space in MiB under which an alarm is raised; when left out, a tenth of the disk, at most 5 GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_reserve_mib: Option<u64>,
    pub bureau: Bureau,
    pub public: Public,
    pub mail: Mail,
    /// Mail addresses of the operators, told of every alarm.
    #[serde(default)]
    pub operators: Vec<String>,
    #[serde(default)]
    pub form: Form,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub deliveries: Deliveries,
    #[serde(default)]
    pub incidents: Incidents,
    #[serde(default)]
    pub watch: Watch,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ops: Option<Ops>,
    /// The staff's console; none is served when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<Console>,
    /// The practice site; none is served when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    /// The virus check; without it no file is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clamav: Option<Clamav>,
    #[serde(rename = "gateway", default)]
    pub gateways: Vec<Gateway>,
    /// By institution code.
    #[serde(rename = "institution", default)]
    pub institutions: std::collections::BTreeMap<String, Institution>,
}

/// The bureau as citizens see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bureau {
    /// 「長岡市水道局」
    pub name: String,
    /// 「長岡市」; an address outside it is asked about once more.
    pub city: String,
    pub phone: String,
    /// 「平日 8時30分から17時15分まで」
    pub phone_hours: String,
    /// The desk: 「業務課 料金担当」
    pub office: String,
    pub address: String,
    /// Shown with every result (N8.9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey_url: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// `127.0.0.1:8080`
    pub listen: String,
    /// The address citizens use: `https://…`; `http://` only for loopback.
    pub url: String,
    /// Proxies whose `X-Forwarded-For` counts, by address.
    #[serde(default)]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Smtp,
    File,
    Memory,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub transport: Transport,
    /// 「長岡市水道局 <no-reply@example.jp>」
    pub from: String,
    /// With `smtp`: `smtps://user:password@host`; by the environment when it holds a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_url: Option<String>,
    /// With `file`: where the `.eml` files go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    /// Which items are asked, and how; the built-in table when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<PathBuf>,
    /// The terms of use; the built-in text when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<PathBuf>,
    /// Without a sign of life for so long, the page closes (draft kept).
    pub idle_minutes: i64,
    /// A draft is kept so long.
    pub draft_hours: i64,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            items: None,
            terms: None,
            idle_minutes: 60,
            draft_hours: 24,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Charset {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-31j")]
    Windows31J,
}

/// One gateway behind the `redirect` protocol (`docs/GATEWAY.md`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Stands in the return URL: `/gateway/{id}/return`.
    pub id: String,
    pub endpoint: String,
    pub merchant: String,
    pub charset: Charset,
    /// Signing keys, `ID:HEX`; the first signs. By the environment or a file outside the repository.
    pub signing_keys: Vec<String>,
    /// Raw codes to reasons; the built-in table when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<PathBuf>,
    #[serde(default = "defaults::connect_seconds")]
    pub connect_seconds: u64,
    #[serde(default = "defaults::answer_seconds")]
    pub answer_seconds: u64,
    /// The first silent check after the hand-off; a return or a push asks at once.
    #[serde(default = "defaults::silence_seconds")]
    pub silence_seconds: i64,
    /// Origins the hand-off page may post to besides the endpoint's own.
    #[serde(default)]
    pub origins: Vec<String>,
}

mod defaults {
    pub fn log_days() -> u32 {
        365
    }
    pub fn connect_seconds() -> u64 {
        3
    }
    pub fn answer_seconds() -> u64 {
        10
    }
    pub fn silence_seconds() -> i64 {
        300
    }
}

/// Who asks for branch and account number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountCapture {
    /// Our form.
    #[default]
    Form,
    /// The institution's page.
    Gateway,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Institution {
    pub account_capture: AccountCapture,
    /// The gateway's id; the first gateway when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// Deposit types served, by code (1 普通, 2 当座, 3 納税準備, 9 その他).
    pub deposit_types: Vec<String>,
}

/// Whose papers they are: all that printing needs of a settings file, which may be unfinished otherwise.
#[derive(Debug, Deserialize)]
pub struct Letterhead {
    pub bureau: Bureau,
    public: PublicName,
}

#[derive(Debug, Deserialize)]
struct PublicName {
    url: String,
}

impl Letterhead {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Source::read(path)?.parse()
    }
    /// The citizens' address, without a slash at the end.
    pub fn public_url(&self) -> &str {
        self.public.url.trim_end_matches('/')
    }
}

impl Settings {
    /// Reads and checks a settings file, then what the environment overrides.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let source = Source::read(path)?;
        let from_file: Settings = source.parse()?;
        let mut settings = environment::overlay(from_file)?;
        settings.resolve_paths(path.parent().unwrap_or(Path::new(".")));
        settings.check(&source)?;
        Ok(settings)
    }

    /// Paths in a file are relative to the file.
    fn resolve_paths(&mut self, base: &Path) {
        let absolute = |path: &mut PathBuf| *path = base.join(&*path);
        absolute(&mut self.keys);
        let optional = [
            &mut self.log_dir,
            &mut self.mail.folder,
            &mut self.form.items,
            &mut self.form.terms,
        ];
        optional.into_iter().flatten().for_each(absolute);
        self.gateways
            .iter_mut()
            .filter_map(|g| g.codes.as_mut())
            .for_each(absolute);
        if let Some(training) = &mut self.training {
            absolute(&mut training.folder);
            training.exercises.iter_mut().for_each(absolute);
        }
        let console_tls = self.console.as_mut().and_then(|console| console.tls.as_mut());
        let training_tls = self.training.as_mut().and_then(|training| training.tls.as_mut());
        for tls in self.public.tls.iter_mut().chain(console_tls).chain(training_tls) {
            absolute(&mut tls.certificate);
            absolute(&mut tls.key);
        }
        if let Some(backup) = &mut self.backup {
            absolute(&mut backup.folder);
        }
        if let Some(file) = self.database.strip_prefix("sqlite:") {
            self.database = format!("sqlite:{}", base.join(file).display());
        }
    }
}
