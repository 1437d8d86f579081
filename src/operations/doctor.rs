//! `mizumado doctor`: every part the service hangs on, whether it is well, and what to do if not.
use crate::{
    alarms,
    audit::{self, ChainCheck},
    backups,
    config::Transport,
    db::DbError,
    institutions, jobs,
    uploads::{self, Clamd},
    web::Error,
    workspace::Workspace,
};
use chrono::{DateTime, Duration, NaiveDateTime};
use std::{path::Path, time::Instant};
use url::Url;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Good,
    /// Works, but somebody should look.
    Look,
    Wrong,
}

/// One part: what was found, and the remedy where something is to be done.
#[derive(Clone, Debug)]
pub struct Check {
    pub part: String,
    pub verdict: Verdict,
    pub found: String,
    pub remedy: &'static str,
}

impl Check {
    fn new(part: &str, verdict: Verdict, found: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            part: part.to_owned(),
            verdict,
            found: found.into(),
            remedy,
        }
    }
    fn good(part: &str, found: impl Into<String>) -> Self {
        Self::new(part, Verdict::Good, found, "")
    }
}

/// Looks at everything. Settings and keys were read before; a wrong one of those stops earlier, with its name.
pub async fn examine(workspace: &Workspace) -> Vec<Check> {
    let now = workspace.clock.now();
    let mut checks = vec![
        database(workspace).await,
        audit_chain(workspace).await,
        mail(workspace).await,
    ];
    for gateway in &workspace.settings.gateways {
        checks.extend(reach_gateway(workspace, &gateway.id, &gateway.endpoint).await);
    }
    checks.extend(virus_check(workspace).await);
    checks.push(disk(workspace).await);
    checks.push(certificate(workspace, now));
    checks.push(backup(workspace, now).await);
    checks.push(holidays(workspace, now).await);
    checks.push(dead_jobs(workspace).await);
    checks.push(open_alarms(workspace).await);
    checks
}

async fn database(workspace: &Workspace) -> Check {
    let (began, now) = (Instant::now(), workspace.clock.now());
    match workspace
        .db
        .write(move |conn| Ok::<_, Error>(jobs::touch(conn, now)?))
        .await
    {
        Ok(()) => Check::good(
            "database",
            format!("takes a write in {} ms", began.elapsed().as_millis()),
        ),
        Err(error) => Check::new(
            "database",
            Verdict::Wrong,
            error.to_string(),
            "check `database`, the disk and the server; the log says more",
        ),
    }
}

async fn audit_chain(workspace: &Workspace) -> Check {
    let keys = workspace.keys.clone();
    match workspace
        .db
        .read(move |conn| audit::check(conn, &keys, &[]).map_err(DbError::from))
        .await
    {
        Ok(ChainCheck::Whole(count)) => Check::good("audit", format!("the chain of {count} entries is whole")),
        Ok(broken) => Check::new(
            "audit",
            Verdict::Wrong,
            broken.to_string(),
            "keep the database as it is and call whoever is responsible for security (docs/OPERATIONS.md, Emergency)",
        ),
        Err(error) => Check::new("audit", Verdict::Wrong, error.to_string(), "check the database"),
    }
}

async fn mail(workspace: &Workspace) -> Check {
    let mail = &workspace.settings.mail;
    let url = match (mail.transport, mail.smtp_url.as_deref().map(Url::parse)) {
        (Transport::Smtp, Some(Ok(url))) => url,
        (Transport::Smtp, _) => {
            return Check::new(
                "mail",
                Verdict::Wrong,
                "mail.smtp_url is no URL",
                "set mail.smtp_url to smtps://user:password@host",
            );
        }
        _ => return Check::good("mail", "no server is used"),
    };
    let port = url.port().unwrap_or(if url.scheme() == "smtps" { 465 } else { 25 });
    let host = url.host_str().unwrap_or_default().to_owned();
    match connect(&host, port).await {
        Ok(()) => Check::good("mail", format!("{host}:{port} answers")),
        Err(why) => Check::new(
            "mail",
            Verdict::Wrong,
            format!("{host}:{port}: {why}"),
            "check mail.smtp_url, the firewall and the mail server; mails wait meanwhile",
        ),
    }
}

async fn connect(host: &str, port: u16) -> Result<(), String> {
    let connecting = tokio::net::TcpStream::connect((host, port));
    match tokio::time::timeout(std::time::Duration::from_secs(5), connecting).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer in 5 s".into()),
    }
}

/// Whether the gateway can be reached, and how far its clock is from ours: signatures live ten minutes.
async fn reach_gateway(workspace: &Workspace, id: &str, endpoint: &str) -> Vec<Check> {
    let part = format!("gateway {id}");
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(std::time::Duration::from_secs(5))
        .build();
    let answer = match client {
        Ok(client) => client.get(endpoint).send().await,
        Err(error) => Err(error),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let found = error.without_url().to_string();
            return vec![Check::new(
                &part,
                Verdict::Wrong,
                found,
                "check gateway.endpoint, the firewall and the gateway's notices; applications wait meanwhile",
            )];
        }
    };
    let reached = Check::good(&part, format!("{endpoint} answers"));
    let date = answer.headers().get("date").and_then(|v| v.to_str().ok());
    let Some(theirs) = date.and_then(|d| DateTime::parse_from_rfc2822(d).ok()) else {
        return vec![reached];
    };
    let offset = (workspace.clock.now() - theirs.naive_utc()).num_seconds();
    let clock = match offset.abs() {
        0..=30 => Check::good("clock", format!("{offset} s from the gateway's")),
        _ => Check::new(
            "clock",
            Verdict::Wrong,
            format!("{offset} s from the gateway's"),
            "let this machine follow NTP (timedatectl set-ntp true)",
        ),
    };
    vec![reached, clock]
}

/// Lets clamd look at a few bytes; without `[clamav]` no file is taken and nothing is asked.
async fn virus_check(workspace: &Workspace) -> Option<Check> {
    let clamav = workspace.settings.clamav.as_ref()?;
    Some(match Clamd(&clamav.address).scan(b"mizumado").await {
        Ok(uploads::Verdict::Clean) => Check::good("virus check", format!("clamd at {} answers", clamav.address)),
        Ok(uploads::Verdict::Infected(name)) => Check::new(
            "virus check",
            Verdict::Wrong,
            format!("clamd finds {name} in eight plain letters"),
            "look at clamd's own signatures; files wait meanwhile",
        ),
        Err(error) => Check::new(
            "virus check",
            Verdict::Wrong,
            error.to_string(),
            "start clamd and let it listen at clamav.address; files wait meanwhile",
        ),
    })
}

/// The disk with the least room of those where the database, the logs and the backups are: free and all bytes, a folder.
pub fn fullest_disk(workspace: &Workspace) -> Option<(u64, u64, String)> {
    let settings = &workspace.settings;
    let database = settings
        .database
        .strip_prefix("sqlite:")
        .map(Path::new)
        .and_then(Path::parent);
    let backups = settings.backup.as_ref().map(|b| b.folder.as_path());
    let mut worst: Option<(u64, u64, String)> = None;
    for folder in [database, settings.log_dir.as_deref(), backups].into_iter().flatten() {
        // A folder that is not there yet has no disk.
        let Ok(disk) = rustix::fs::statvfs(folder) else {
            continue;
        };
        let (free, total) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
        let is_worse = |(f, t, _): &(u64, u64, String)| margin(workspace, free, total) < margin(workspace, *f, *t);
        if worst.as_ref().is_none_or(is_worse) {
            worst = Some((free, total, folder.display().to_string()));
        }
    }
    worst
}

/// What is free beyond the reserve: ten percent, but a large disk need not keep more than 5 GiB.
fn margin(workspace: &Workspace, free: u64, total: u64) -> i128 {
    let set = workspace.settings.disk_reserve_mib;
    let reserve = set.map_or((total / 10).min(5 << 30), |mib| mib << 20);
    i128::from(free) - i128::from(reserve)
}

/// Free space where the database, the logs and the backups are.
pub async fn disk(workspace: &Workspace) -> Check {
    let Some((free, total, folder)) = fullest_disk(workspace) else {
        return Check::good("disk", "nothing is kept on this machine");
    };
    let found = format!("{} MiB of {} MiB free at {folder}", free >> 20, total >> 20);
    match margin(workspace, free, total) < 0 {
        true => Check::new(
            "disk",
            Verdict::Wrong,
            found,
            "make room; without space no application can be accepted (`disk_reserve_mib` says from where on)",
        ),
        false => Check::good("disk", found),
    }
}

/// How long the program's own certificate is good for.
pub fn certificate(workspace: &Workspace, now: NaiveDateTime) -> Check {
    let Some(tls) = &workspace.settings.public.tls else {
        return Check::good("certificate", "TLS is done by a proxy");
    };
    match crate::web::certificate_end(&tls.certificate) {
        Ok(end) => {
            let days = (end - now).num_days();
            let found = format!("{days} days left");
            match days {
                ..=7 => Check::new(
                    "certificate",
                    Verdict::Wrong,
                    found,
                    "renew public.tls.certificate; the new file is taken without a restart",
                ),
                8..=30 => Check::new("certificate", Verdict::Look, found, "renew public.tls.certificate soon"),
                _ => Check::good("certificate", found),
            }
        }
        Err(why) => Check::new("certificate", Verdict::Wrong, why, "check public.tls.certificate"),
    }
}

async fn backup(workspace: &Workspace, now: NaiveDateTime) -> Check {
    if workspace.settings.backup.is_none() {
        return Check::new(
            "backup",
            Verdict::Look,
            "no [backup] is set",
            "set [backup], or back the database up by other means every day (N8.8)",
        );
    }
    match workspace.db.read(|conn| Ok::<_, Error>(backups::newest(conn)?)).await {
        Ok(Some(at)) if now - at <= Duration::hours(26) => {
            Check::good("backup", format!("the newest is {} h old", (now - at).num_hours()))
        }
        Ok(newest) => {
            let found = newest.map_or("none was made".to_owned(), |at| {
                format!("the newest is {} h old", (now - at).num_hours())
            });
            Check::new(
                "backup",
                Verdict::Wrong,
                found,
                "run `mizumado backup` and read what it says",
            )
        }
        Err(error) => Check::new("backup", Verdict::Wrong, error.to_string(), "check the database"),
    }
}

async fn holidays(workspace: &Workspace, now: NaiveDateTime) -> Check {
    let remedy = "take in a newer table of holidays at the console (「営業日と休日」)";
    let today = crate::clock::jst(now).date();
    match workspace
        .db
        .read(move |conn| Ok::<_, Error>(institutions::table_ends(conn, today)?))
        .await
    {
        Ok((Some(last), false)) => Check::good("holidays", format!("known until {last}")),
        Ok((last, _)) => Check::new("holidays", Verdict::Look, format!("known until {last:?}"), remedy),
        Err(error) => Check::new("holidays", Verdict::Wrong, error.to_string(), remedy),
    }
}

async fn dead_jobs(workspace: &Workspace) -> Check {
    match workspace
        .db
        .read(|conn| Ok::<_, Error>(jobs::dead(conn, 100)?.len()))
        .await
    {
        Ok(0) => Check::good("jobs", "none was laid aside"),
        Ok(count) => Check::new(
            "jobs",
            Verdict::Look,
            format!("{count} were laid aside"),
            "mizumado jobs list --dead, mend the cause, mizumado jobs retry --by NUMBER ID",
        ),
        Err(error) => Check::new("jobs", Verdict::Wrong, error.to_string(), "check the database"),
    }
}

async fn open_alarms(workspace: &Workspace) -> Check {
    match workspace
        .db
        .read(|conn| Ok::<_, Error>(alarms::open_alarms(conn)?.len()))
        .await
    {
        Ok(0) => Check::good("alarms", "none is open"),
        Ok(count) => Check::new("alarms", Verdict::Look, format!("{count} open"), "mizumado alarms list"),
        Err(error) => Check::new("alarms", Verdict::Wrong, error.to_string(), "check the database"),
    }
}
