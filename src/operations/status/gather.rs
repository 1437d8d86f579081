use super::Figure;
use crate::{
    alarms, backups,
    clock::Clock,
    db::Conn,
    enrolment::{self, states::Registration},
    jobs, mail,
    operations::{doctor, store as probes},
    web::Error,
    workspace::Workspace,
};
use chrono::{DateTime, Duration, NaiveDateTime};
use std::time::Instant;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The hour that is looked at begins so long ago …
const SINCE: Duration = Duration::minutes(70);
/// … and ends so long ago: who is at the institution's pages has that long.
const UNTIL: Duration = Duration::minutes(10);
/// A gateway that says nothing for so long gives no answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(8);
/// So few calls without an answer are an accident of the network.
const CALLS: u64 = 3;

/// Every figure of this moment.
pub async fn gather(workspace: &Workspace) -> Result<Vec<Figure>, Error> {
    let mut figures = vec![];
    for gateway in &workspace.settings.gateways {
        figures.extend(of_gateway(workspace, &gateway.id, &gateway.endpoint).await);
    }
    let now = workspace.clock.now();
    figures.extend(workspace.db.read(move |conn| of_database(conn, now)).await?);
    figures.extend(of_machine(workspace, now));
    Ok(figures)
}

fn figure(name: impl Into<String>, value: i64) -> Figure {
    Figure {
        name: name.into(),
        value,
    }
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A knock at the gateway, and how our own calls went since the last look.
async fn of_gateway(workspace: &Workspace, id: &str, endpoint: &str) -> Vec<Figure> {
    let calls = workspace.gateways.take_calls(id);
    let began = Instant::now();
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
    let answer = match client {
        Ok(client) => client.get(endpoint).send().await.ok(),
        Err(_) => None,
    };
    let took = whole(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    let Some(answer) = answer else {
        return vec![figure(format!("gateway_up:{id}"), 0)];
    };
    let is_mute = calls.calls >= CALLS && calls.unanswered == calls.calls;
    let millis = calls.millis.checked_div(calls.calls).map_or(took, whole);
    let mut figures = vec![
        figure(format!("gateway_up:{id}"), i64::from(!is_mute)),
        figure(format!("gateway_ms:{id}"), millis),
    ];
    let date = answer.headers().get("date").and_then(|v| v.to_str().ok());
    if let Some(theirs) = date.and_then(|d| DateTime::parse_from_rfc2822(d).ok()) {
        // The machine's clock, which a training class cannot move.
        let offset = (Clock::system().now() - theirs.naive_utc()).num_seconds();
        figures.push(figure(format!("clock_offset:{id}"), offset));
    }
    figures
}

fn of_database(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<Figure>, Error> {
    let minutes = |at: Option<NaiveDateTime>| at.map_or(0, |at| (now - at).num_minutes().max(0));
    let mut figures = vec![];
    for pulse in enrolment::pulse(conn, now - SINCE, now - UNTIL)? {
        let code = &pulse.institution_code;
        figures.push(figure(format!("begun:{code}"), pulse.begun));
        figures.push(figure(format!("answered:{code}"), pulse.answered * 100 / pulse.begun));
        figures.push(figure(
            format!("registered:{code}"),
            pulse.registered * 100 / pulse.begun,
        ));
        if let Some(seconds) = pulse.median_seconds {
            figures.push(figure(format!("decide_seconds:{code}"), seconds));
        }
    }
    let (day, week, older) = unknowns(conn, now)?;
    let (mut due, mut dead) = (0, 0);
    for kind in jobs::kinds(conn)? {
        let queue = jobs::queue_state(conn, &kind, now)?;
        due += queue.due;
        dead += queue.dead;
    }
    figures.extend([
        figure("unknown_day", day),
        figure("unknown_week", week),
        figure("unknown_older", older),
        figure("jobs_due", due),
        figure("jobs_dead", dead),
        figure("mails_wait", minutes(mail::oldest_unsent(conn)?)),
        figure("alarms", whole(alarms::open_alarms(conn)?.len() as u64)),
    ]);
    if let Some(newest) = backups::newest(conn)? {
        figures.push(figure("backup_age", minutes(Some(newest))));
    }
    let probe = probes::probes_between(conn, now - Duration::minutes(10), now + Duration::minutes(1))?;
    if let Some(probe) = probe.last().filter(|probe| probe.ok) {
        figures.push(figure("public_ms", probe.micros / 1000));
    }
    Ok(figures)
}

/// Applications whose result nobody knows: for less than a day, a week, longer.
fn unknowns(conn: &mut Conn, now: NaiveDateTime) -> Result<(i64, i64, i64), Error> {
    let since = enrolment::in_state_since(conn, Registration::Unknown)?;
    let older = |days| whole(since.iter().filter(|at| now - **at > Duration::days(days)).count() as u64);
    let (all, day, week) = (whole(since.len() as u64), older(1), older(7));
    Ok((all - day, day - week, week))
}

fn of_machine(workspace: &Workspace, now: NaiveDateTime) -> Vec<Figure> {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let load = System::load_average().one * 100.0 / cores as f64;
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let mut figures = vec![
        figure("writes_waiting", whole(workspace.db.writes_waiting() as u64)),
        figure("cpu_load", load as i64),
    ];
    if let Some(used) = (system.used_memory() * 100).checked_div(system.total_memory()) {
        figures.push(figure("memory_used", whole(used)));
    }
    if let Some((free, total, _)) = doctor::fullest_disk(workspace)
        && let Some(percent) = (free * 100).checked_div(total)
    {
        figures.push(figure("disk_free", whole(percent)));
    }
    if let Some(tls) = &workspace.settings.public.tls
        && let Ok(end) = crate::web::certificate_end(&tls.certificate)
    {
        figures.push(figure("certificate_days", (end - now).num_days()));
    }
    figures
}
