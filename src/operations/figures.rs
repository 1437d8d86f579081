//! The figures for Prometheus. Counters are counted where things happen; what stands in the database is read at each scrape.
use crate::{alarms, backups, enrolment, institutions, jobs, mail, web::Error, workspace::Workspace};
use chrono::NaiveDateTime;
use metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Seconds: what a citizen notices, and what a gateway takes.
const BUCKETS: [f64; 9] = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0];

/// Begins to count. Once per process; a second call changes nothing.
pub fn start_recorder() -> Result<(), BuildError> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS)?;
    match builder.install_recorder() {
        Ok(handle) => drop(RECORDER.set(handle)),
        // Two workspaces of one process begin together; one of them was first.
        Err(BuildError::FailedToSetGlobalRecorder(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Folds old samples of histograms, whether anybody scrapes or not.
pub fn tidy() {
    if let Some(recorder) = RECORDER.get() {
        recorder.run_upkeep();
    }
}

/// What stands in the database and in the process at this moment.
pub struct Standing {
    pub states: Vec<enrolment::StateCount>,
    pub queues: Vec<(String, jobs::QueueState)>,
    pub oldest_unsent_mail: Option<NaiveDateTime>,
    pub newest_backup: Option<NaiveDateTime>,
    pub alarms: usize,
    pub mode: institutions::Mode,
}

/// Reads them at once.
pub async fn standing(workspace: &Workspace) -> Result<Standing, Error> {
    let now = workspace.clock.now();
    workspace
        .db
        .read(move |conn| {
            let mut queues = vec![];
            for kind in jobs::kinds(conn)? {
                let state = jobs::queue_state(conn, &kind, now)?;
                queues.push((kind, state));
            }
            Ok(Standing {
                states: enrolment::state_counts(conn)?,
                queues,
                oldest_unsent_mail: mail::oldest_unsent(conn)?,
                newest_backup: backups::newest(conn)?,
                alarms: alarms::open_alarms(conn)?.len(),
                mode: institutions::current_mode(conn)?.mode,
            })
        })
        .await
}

/// The Prometheus text.
pub async fn render(workspace: &Workspace) -> Result<String, Error> {
    let now = workspace.clock.now();
    let age = |at: Option<NaiveDateTime>| at.map_or(0.0, |at| (now - at).as_seconds_f64().max(0.0));
    let standing = standing(workspace).await?;
    for count in &standing.states {
        let state = count.state.as_str();
        gauge!("mizumado_applications", "state" => state).set(count.count as f64);
        gauge!("mizumado_applications_oldest_age_seconds", "state" => state).set(age(count.oldest));
    }
    for (kind, queue) in &standing.queues {
        gauge!("mizumado_jobs_due", "kind" => kind.clone()).set(queue.due as f64);
        gauge!("mizumado_jobs_dead", "kind" => kind.clone()).set(queue.dead as f64);
        gauge!("mizumado_jobs_oldest_due_age_seconds", "kind" => kind.clone()).set(age(queue.oldest));
    }
    gauge!("mizumado_mails_oldest_unsent_age_seconds").set(age(standing.oldest_unsent_mail));
    gauge!("mizumado_backup_age_seconds").set(standing.newest_backup.map_or(-1.0, |at| age(Some(at))));
    gauge!("mizumado_alarms_open").set(standing.alarms as f64);
    for mode in institutions::Mode::ALL {
        let is_on = if standing.mode == *mode { 1.0 } else { 0.0 };
        gauge!("mizumado_service_mode", "mode" => mode.as_str()).set(is_on);
    }
    gauge!("mizumado_writes_waiting").set(workspace.db.writes_waiting() as f64);
    Ok(RECORDER.get().map(PrometheusHandle::render).unwrap_or_default())
}
