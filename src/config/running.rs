//! Settings of how the program runs: limits, health, backups, logs.
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, path::PathBuf};

/// Against guessing of accounts and PINs by way of the form (domain page, "Abuse"). Counted over 24 hours.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Hand-offs of one account.
    pub account_handoffs: i64,
    /// Hand-offs of one application.
    pub application_handoffs: i64,
    /// Refusals that look like guessing (PIN, account, name …) of one client …
    pub client_refusals: i64,
    /// … plus so many for each registration of the same client: behind one address of a mobile network are many.
    pub refusals_per_success: i64,
    /// Accounts of one client from which on an alarm is raised.
    pub client_accounts_alarm: i64,
    /// New applications one client may begin in an hour.
    pub client_drafts_per_hour: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            account_handoffs: 5,
            application_handoffs: 8,
            client_refusals: 10,
            refusals_per_success: 2,
            client_accounts_alarm: 20,
            client_drafts_per_hour: 120,
        }
    }
}

impl Limits {
    /// The first limit that would let nobody through.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        if self.refusals_per_success < 0 {
            return Some("limits.refusals_per_success");
        }
        let all = [
            ("limits.account_handoffs", self.account_handoffs),
            ("limits.application_handoffs", self.application_handoffs),
            ("limits.client_refusals", self.client_refusals),
            ("limits.client_accounts_alarm", self.client_accounts_alarm),
            ("limits.client_drafts_per_hour", i64::from(self.client_drafts_per_hour)),
        ];
        all.iter().find(|(_, value)| *value < 1).map(|(name, _)| *name)
    }
}

/// The listener for health and figures; never reachable from outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ops {
    /// `127.0.0.1:9090`
    pub listen: String,
}

/// When results are closed into a numbered file (N8.5ア), on business days of the bureau, JST.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deliveries {
    /// Everything decided before this time of day is in the day's file.
    pub cut: String,
    /// An alarm is raised when nobody has downloaded the file by then.
    pub alarm: String,
}

impl Default for Deliveries {
    fn default() -> Self {
        Self {
            cut: "06:00".into(),
            alarm: "15:00".into(),
        }
    }
}

/// When the bureau's offices open (JST): the day's file is there before.
const OFFICES_OPEN: (u32, u32) = (8, 30);

impl Deliveries {
    /// The first setting that cannot be, and the sentence about it.
    pub(super) fn wrong(&self) -> Option<(&'static str, String)> {
        let no_time = |setting, time: &str| {
            let what = format!("{setting} = {time:?} must be a time of day (JST), such as \"06:00\"");
            Some((setting, what))
        };
        let Some(cut) = time_of_day(&self.cut) else {
            return no_time("deliveries.cut", &self.cut);
        };
        let Some(alarm) = time_of_day(&self.alarm) else {
            return no_time("deliveries.alarm", &self.alarm);
        };
        if cut >= OFFICES_OPEN {
            let what = format!(
                "deliveries.cut = {:?} is not before 08:30, when offices open: set an earlier time, such as \"06:00\"",
                self.cut
            );
            return Some(("deliveries.cut", what));
        }
        if alarm <= cut {
            let what = format!(
                "deliveries.alarm = {:?} is not after deliveries.cut = {:?}: set a later time, such as \"15:00\"",
                self.alarm, self.cut
            );
            return Some(("deliveries.alarm", what));
        }
        None
    }
}

/// Hour and minute of `03:10`.
pub fn time_of_day(text: &str) -> Option<(u32, u32)> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// The staff's listener, for the bureau's closed network alone (N8.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// `10.1.2.3:8443`
    pub listen: String,
    /// The address staff use, by name: passkeys belong to its host, and an IP address can have none.
    pub url: String,
    /// Networks that get an answer, such as `10.20.0.0/16`; everybody else gets nothing.
    pub networks: Vec<IpNet>,
    /// Proxies whose `X-Forwarded-For` counts here.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Without an action for so long the screen locks; what was typed stays (KS18).
    #[serde(default = "Console::default_idle")]
    pub idle_minutes: i64,
    /// After so long a person signs in anew, whatever they do.
    #[serde(default = "Console::default_absolute")]
    pub absolute_hours: i64,
    /// Rows of the list that one person may export in a day; more leave only when a second person agrees (security.md: export
    /// by an insider).
    #[serde(default = "Console::default_export_alone")]
    pub export_alone: i64,
}

impl Console {
    fn default_idle() -> i64 {
        15
    }
    fn default_absolute() -> i64 {
        10
    }
    /// Rows, where no setting says otherwise.
    pub fn default_export_alone() -> i64 {
        1_000
    }
    /// The host of `url`, if it is a name: the relying party of every passkey.
    pub fn host(&self) -> Option<String> {
        match url::Url::parse(&self.url).ok()?.host()? {
            url::Host::Domain(name) => Some(name.to_owned()),
            _ => None,
        }
    }
}

/// TLS in the program; leave it out behind a proxy that does it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and those it hangs on, PEM. Read again when the file changes.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    pub folder: PathBuf,
    /// age keys (`age1…`); whoever has the secret half of one can restore. Keep that half off this machine.
    pub recipients: Vec<String>,
    /// When the daily backup is made, JST: `03:10`.
    #[serde(default = "Backup::default_at")]
    pub at: String,
    /// How many of the newest days, weeks and months are kept.
    #[serde(default = "Backup::default_days")]
    pub keep_days: usize,
    #[serde(default = "Backup::default_weeks")]
    pub keep_weeks: usize,
    #[serde(default = "Backup::default_months")]
    pub keep_months: usize,
    /// A second place: S3-compatible storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offsite: Option<Offsite>,
}

impl Backup {
    fn default_at() -> String {
        "03:10".into()
    }
    fn default_days() -> usize {
        14
    }
    fn default_weeks() -> usize {
        8
    }
    fn default_months() -> usize {
        12
    }
    /// Hour and minute of the daily backup (JST).
    pub fn time(&self) -> Option<(u32, u32)> {
        time_of_day(&self.at)
    }
}

/// S3-compatible storage. The secrets come by the environment: `MIZUMADO_BACKUP__OFFSITE__SECRET_KEY`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offsite {
    pub endpoint: String,
    pub bucket: String,
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub prefix: String,
    #[serde(default)]
    pub access_key: String,
    #[serde(default)]
    pub secret_key: String,
}

crate::hidden::hidden_debug!(Offsite);

/// ClamAV's daemon, which looks at every file that somebody brings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clamav {
    /// `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`.
    pub address: String,
}

impl Clamav {
    /// Files go there unencrypted, so a TCP address is one of this machine.
    pub fn is_right(&self) -> bool {
        let local = |address: &str| {
            address
                .parse::<std::net::SocketAddr>()
                .is_ok_and(|a| a.ip().is_loopback())
        };
        match (self.address.strip_prefix("tcp://"), self.address.strip_prefix("unix:")) {
            (Some(address), _) => local(address),
            (None, Some(path)) => path.starts_with('/'),
            (None, None) => false,
        }
    }
}
