//! What a well-formed file can still have wrong.
use super::{ConfigError, Environment, Gateway, Settings, Source, Transport};
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

impl Settings {
    pub(super) fn check(&self, source: &Source) -> Result<(), ConfigError> {
        let wrong = |setting: &str, what: String| Err(source.at_setting(setting, what));
        if self.public.listen.parse::<SocketAddr>().is_err() {
            return wrong(
                "public.listen",
                format!(
                    "public.listen = {:?} must be an address and a port, such as \"127.0.0.1:8080\"",
                    self.public.listen
                ),
            );
        }
        if !is_safe_url(&self.public.url) {
            return wrong(
                "public.url",
                format!(
                    "public.url = {:?} must begin with https:// (http:// is for loopback only)",
                    self.public.url
                ),
            );
        }
        if !self.database.starts_with("sqlite:") && !self.database.starts_with("postgres") {
            return wrong(
                "database",
                "database must be \"sqlite:FILE\" or \"postgres://…\"".into(),
            );
        }
        if self.database.starts_with("postgres") && !is_safe_database(&self.database) {
            let what = "database: a PostgreSQL on another machine needs ?sslmode=verify-full (and sslrootcert=…)";
            return wrong("database", what.into());
        }
        if let Some(survey) = &self.bureau.survey_url
            && !is_safe_url(survey)
        {
            return wrong(
                "bureau.survey_url",
                format!("bureau.survey_url = {survey:?} must begin with https://"),
            );
        }
        self.check_running(source)?;
        self.check_console(source)?;
        if let Some(training) = &self.training {
            training.check(source)?;
        }
        self.check_production(source)?;
        self.check_mail(source)?;
        self.check_form(source)?;
        self.check_gateways(source)
    }

    fn check_running(&self, source: &Source) -> Result<(), ConfigError> {
        if let Some(setting) = self.limits.wrong() {
            return Err(source.at_setting(setting, format!("{setting} must be at least 1")));
        }
        if let Some((setting, what)) = self.watch.wrong() {
            return Err(source.at_setting(setting, what));
        }
        if self.log_days < 180 {
            return Err(source.at_setting("log_days", "log_days must be at least 180 (NS 情報管理)"));
        }
        if let Some(ops) = &self.ops
            && ops.listen.parse::<SocketAddr>().is_err()
        {
            let what = format!("ops.listen = {:?} must be an address and a port", ops.listen);
            return Err(source.at_setting("ops.listen", what));
        }
        if let Some((setting, what)) = self.deliveries.wrong() {
            return Err(source.at_setting(setting, what));
        }
        if let Some(clamav) = &self.clamav
            && !clamav.is_right()
        {
            let what = format!(
                "clamav.address = {:?} must be \"tcp://127.0.0.1:3310\" (this machine alone) or \"unix:/run/clamav/clamd.ctl\"",
                clamav.address
            );
            return Err(source.at_setting("clamav.address", what));
        }
        let Some(backup) = &self.backup else {
            return Ok(());
        };
        if backup.time().is_none() {
            return Err(source.at_setting("backup.at", "backup.at must be a time of day (JST), such as \"03:10\""));
        }
        let looks_right = |key: &String| key.starts_with("age1") && key.len() == 62;
        if backup.recipients.is_empty() || !backup.recipients.iter().all(looks_right) {
            let what = "backup.recipients must hold age public keys (age1…, 62 characters; `age-keygen` makes a pair)";
            return Err(source.at_setting("backup.recipients", what));
        }
        if backup.keep_days == 0 {
            return Err(source.at_setting("backup.keep_days", "backup.keep_days must be at least 1"));
        }
        if let Some(offsite) = &backup.offsite
            && !is_safe_url(&offsite.endpoint)
        {
            let what = "backup.offsite.endpoint must begin with https:// (http:// is for loopback only)";
            return Err(source.at_setting("backup.offsite.endpoint", what));
        }
        Ok(())
    }

    fn check_console(&self, source: &Source) -> Result<(), ConfigError> {
        let Some(console) = &self.console else {
            return Ok(());
        };
        let wrong = |setting: &str, what: String| Err(source.at_setting(setting, what));
        let Ok(listen) = console.listen.parse::<SocketAddr>() else {
            let what = format!("console.listen = {:?} must be an address and a port", console.listen);
            return wrong("console.listen", what);
        };
        if !is_safe_url(&console.url) || console.host().is_none() {
            let what = format!(
                "console.url = {:?} must begin with https:// and name a host (passkeys need a name, no IP address; \
                 http://localhost is for a demo)",
                console.url
            );
            return wrong("console.url", what);
        }
        if console.networks.is_empty() {
            let what = "console.networks must list the networks of the staff, such as [\"10.20.0.0/16\"]";
            return wrong("console.networks", what.into());
        }
        if !(1..=60).contains(&console.idle_minutes) {
            return wrong("console.idle_minutes", "console.idle_minutes must be 1 to 60".into());
        }
        if !(1..=24).contains(&console.absolute_hours) {
            return wrong(
                "console.absolute_hours",
                "console.absolute_hours must be 1 to 24".into(),
            );
        }
        if !(0..=1_000_000).contains(&console.export_alone) {
            let what = "console.export_alone must be 0 to 1000000 (rows)";
            return wrong("console.export_alone", what.into());
        }
        if self.environment == Environment::Production && console.tls.is_none() && !listen.ip().is_loopback() {
            let what = "console.listen without [console.tls] must be a loopback address, behind a proxy that does TLS";
            return wrong("console.listen", what.into());
        }
        Ok(())
    }

    /// What a demo or a class may do, and production must not.
    fn check_production(&self, source: &Source) -> Result<(), ConfigError> {
        if self.environment != Environment::Production {
            return Ok(());
        }
        let is_loopback = |listen: &str| listen.parse::<SocketAddr>().is_ok_and(|a| a.ip().is_loopback());
        if self.public.tls.is_none() && !is_loopback(&self.public.listen) {
            let what = "public.listen without [public.tls] must be a loopback address, behind a proxy that does TLS";
            return Err(source.at_setting("public.listen", what));
        }
        if self.ops.as_ref().is_some_and(|ops| !is_loopback(&ops.listen)) {
            let what = "ops.listen must be a loopback address: health and figures are for this machine";
            return Err(source.at_setting("ops.listen", what));
        }
        if self.mail.transport == Transport::File {
            let what = "mail.transport = \"file\" sends nothing: use \"smtp\" in production";
            return Err(source.at_setting("mail.transport", what));
        }
        if let Some(training) = &self.training {
            let console = self.console.iter().map(|console| ("console.url", console.url.as_str()));
            let real: Vec<(&str, &str)> = console.chain([("public.url", self.public.url.as_str())]).collect();
            training.check_host(&real, source)?;
        }
        let of_one_byte = |key: &[u8]| key.windows(2).all(|pair| pair[0] == pair[1]);
        for (index, gateway) in self.gateways.iter().enumerate() {
            if gateway
                .parsed_keys()
                .unwrap_or_default()
                .iter()
                .any(|(_, key)| of_one_byte(key))
            {
                let what = "signing_keys: this is the example's key; set the one agreed with the gateway";
                return Err(source.at_setting(&format!("gateway.{index}.signing_keys"), what));
            }
        }
        Ok(())
    }

    fn check_mail(&self, source: &Source) -> Result<(), ConfigError> {
        let plain = self.mail.smtp_url.as_deref().is_some_and(|url| !is_safe_smtp(url));
        if plain && self.environment == Environment::Production {
            let what = "mail.smtp_url must be smtps://…, or smtp://…?tls=required (plain smtp:// is for loopback only)";
            return Err(source.at_setting("mail.smtp_url", what));
        }
        let missing = match self.mail.transport {
            Transport::Smtp if self.environment == Environment::Training => {
                "mail.transport = \"smtp\" would send real mails from environment = \"training\": \
                 use \"file\" with mail.folder, or \"memory\""
            }
            Transport::Smtp if self.mail.smtp_url.is_none() => {
                "mail.smtp_url is missing: set it, or MIZUMADO_MAIL__SMTP_URL, to \"smtps://user:password@host\""
            }
            Transport::File if self.mail.folder.is_none() => {
                "mail.folder is missing: name the folder for the .eml files"
            }
            Transport::Memory if self.environment == Environment::Production => {
                "mail.transport = \"memory\" would lose every mail: use \"smtp\" in production"
            }
            _ => return Ok(()),
        };
        Err(source.at_setting("mail.transport", missing))
    }

    fn check_form(&self, source: &Source) -> Result<(), ConfigError> {
        if !(10..=240).contains(&self.form.idle_minutes) {
            return Err(source.at_setting("form.idle_minutes", "form.idle_minutes must be 10 to 240"));
        }
        if !(1..=72).contains(&self.form.draft_hours) {
            return Err(source.at_setting("form.draft_hours", "form.draft_hours must be 1 to 72"));
        }
        Ok(())
    }

    fn check_gateways(&self, source: &Source) -> Result<(), ConfigError> {
        if self.gateways.is_empty() {
            return Err(source.at(0..0, "no [[gateway]] is set; without one no account can be registered"));
        }
        for (index, gateway) in self.gateways.iter().enumerate() {
            if let Some((setting, what)) = gateway.wrong() {
                return Err(source.at_setting(&format!("gateway.{index}.{setting}"), what));
            }
        }
        for (code, institution) in &self.institutions {
            let known = |id: &String| self.gateways.iter().any(|g| g.id == *id);
            if institution.gateway.as_ref().is_some_and(|id| !known(id)) {
                return Err(source.at_setting(
                    &format!("institution.{code}.gateway"),
                    format!("institution {code}: no [[gateway]] has this id"),
                ));
            }
            let codes = ["1", "2", "3", "9"];
            if institution.deposit_types.iter().any(|t| !codes.contains(&t.as_str())) {
                return Err(source.at_setting(
                    &format!("institution.{code}.deposit_types"),
                    format!("institution {code}: deposit_types holds only \"1\", \"2\", \"3\", \"9\""),
                ));
            }
        }
        Ok(())
    }
}

impl Gateway {
    fn wrong(&self) -> Option<(&'static str, String)> {
        if !self.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) || self.id.is_empty() {
            return Some(("id", format!("gateway id {:?} must be of a–z and 0–9", self.id)));
        }
        if !is_safe_url(&self.endpoint) {
            let what = format!(
                "endpoint = {:?} must begin with https:// (http:// is for loopback only)",
                self.endpoint
            );
            return Some(("endpoint", what));
        }
        if let Some(origin) = self.origins.iter().find(|origin| !is_safe_url(origin)) {
            let what = format!("origins: {origin:?} must begin with https:// (http:// is for loopback only)");
            return Some(("origins", what));
        }
        if self.signing_keys.is_empty() || self.parsed_keys().is_none() {
            let what = "signing_keys must hold \"ID:HEX\" with at least 32 hexadecimal digits each";
            return Some(("signing_keys", what.into()));
        }
        if !(10..=3600).contains(&self.silence_seconds) {
            return Some(("silence_seconds", "silence_seconds must be 10 to 3600".into()));
        }
        if self.connect_seconds == 0 || self.answer_seconds < self.connect_seconds || self.answer_seconds > 60 {
            let what = "answer_seconds must be 1 to 60 and not below connect_seconds";
            return Some(("answer_seconds", what.into()));
        }
        None
    }
    /// The signing keys by id, in the order of the file; `None` when one is malformed.
    pub fn parsed_keys(&self) -> Option<Vec<(String, Vec<u8>)>> {
        let parse = |key: &String| {
            let (id, secret) = key.split_once(':')?;
            let bytes = hex::decode(secret).ok()?;
            (bytes.len() >= 16 && !id.is_empty()).then(|| (id.to_owned(), bytes))
        };
        self.signing_keys.iter().map(parse).collect()
    }
}

/// Mails leave the machine only under TLS.
fn is_safe_smtp(text: &str) -> bool {
    let plain = text.strip_prefix("smtp://").filter(|_| !text.contains("tls=required"));
    plain.is_none() || is_safe_url(&text.replacen("smtp://", "http://", 1))
}

/// A database on this machine, or one whose certificate is checked.
fn is_safe_database(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    // libpq lets the query name another host than the URL.
    let elsewhere = url.query_pairs().any(|(name, _)| name == "host" || name == "hostaddr");
    let is_local = host.is_empty()
        || host == "localhost"
        || host.starts_with("%2F")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    (is_local && !elsewhere)
        || url
            .query_pairs()
            .any(|(name, value)| name == "sslmode" && value == "verify-full")
}

/// TLS on every path that leaves the machine (NS ネットワーク).
pub(super) fn is_safe_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

#[cfg(test)]
mod tests;
