//! Every ten minutes thresholds are held against the figures; what is over one raises an alarm, and ends it when it is not.
use super::{doctor, figures};
use crate::{
    alarms,
    clock::jst,
    db::Conn,
    enrolment::states::Registration,
    institutions,
    jobs::{
        self, Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    tasks,
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};
use std::sync::Arc;

const WATCH_JOB: &str = "operations.watch";
pub const STANDING: Standing = Standing {
    kind: WATCH_JOB,
    every: Every::Minutes(10),
    make_up: 1,
};
/// A mail that waits so long is an incident of the mail server.
const MAIL_AGE: Duration = Duration::hours(1);
/// The daily backup may be late by so much.
const BACKUP_AGE: Duration = Duration::hours(26);
/// Done jobs are kept so long, for the timeline.
const JOBS_KEPT: Duration = Duration::days(30);

pub fn handler(workspace: &Workspace) -> (&'static str, Handler) {
    let workspace = workspace.clone();
    (WATCH_JOB, Arc::new(move |job| Box::pin(watch(workspace.clone(), job))))
}

/// One threshold: its alarm's key, whether it is crossed, and what to say then.
struct Threshold {
    key: &'static str,
    crossed: bool,
    message: String,
}

async fn watch(workspace: Workspace, _: Job) -> Result<(), JobError> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    figures::tidy();
    let standing = figures::standing(&workspace).await?;
    let today = jst(now).date();
    let (_, holidays_end) = workspace
        .db
        .read(move |conn| Ok::<_, Error>(institutions::table_ends(conn, today)?))
        .await?;
    let mut thresholds = of_figures(&workspace, &standing, now);
    thresholds.push(Threshold {
        key: "operations.holidays_end",
        crossed: holidays_end,
        message: "休日の表があと90日以内で終わります。職員用の画面の「営業日と休日」で、新しい表を取り込んでください。"
            .into(),
    });
    thresholds.extend(of_machine(&workspace, now).await);
    workspace
        .db
        .write(move |conn| {
            for threshold in &thresholds {
                settle(conn, &world, threshold, now)?;
            }
            tasks::purge(conn, now - JOBS_KEPT)?;
            Ok::<_, Error>(jobs::purge_finished(conn, now - JOBS_KEPT, 500).map(drop)?)
        })
        .await?;
    Ok(())
}

fn of_figures(workspace: &Workspace, standing: &figures::Standing, now: NaiveDateTime) -> Vec<Threshold> {
    let dead: i64 = standing.queues.iter().map(|(_, queue)| queue.dead).sum();
    let unknown = standing.states.iter().find(|s| s.state == Registration::Unknown);
    let unknown = unknown.map_or(0, |s| s.count);
    let is_old = |at: Option<NaiveDateTime>, limit| at.is_some_and(|at| now - at > limit);
    vec![
        Threshold {
            key: "operations.dead_jobs",
            crossed: dead > 0,
            message: format!("止まった処理が{dead}件あります。運用担当は、コマンド mizumado jobs list --dead で確かめてください。"),
        },
        Threshold {
            key: "operations.unknown_results",
            crossed: unknown > 0,
            message: format!("結果不明の申込みが{unknown}件あります。金融機関に確かめてください。"),
        },
        Threshold {
            key: "operations.mail_waits",
            crossed: is_old(standing.oldest_unsent_mail, MAIL_AGE),
            message: "1時間以上、送れていないメールがあります。メールサーバーを確かめてください。".into(),
        },
        Threshold {
            key: "operations.backup_old",
            crossed: workspace.settings.backup.is_some()
                && standing.newest_backup.is_none_or(|at| now - at > BACKUP_AGE),
            message: "検証済みのバックアップが26時間以上ありません。運用担当は、コマンド mizumado backup を実行してください。".into(),
        },
    ]
}

/// What the doctor would call wrong on this machine: disk, certificate, log files.
async fn of_machine(workspace: &Workspace, now: NaiveDateTime) -> Vec<Threshold> {
    let disk = doctor::disk(workspace).await;
    let certificate = doctor::certificate(workspace, now);
    vec![
        Threshold {
            key: "operations.disk",
            crossed: disk.verdict == doctor::Verdict::Wrong,
            message: "ディスクの空きが少なくなっています。運用担当は、コマンド mizumado doctor で確かめてください。"
                .into(),
        },
        Threshold {
            key: "operations.logs_fail",
            crossed: workspace.log_health.is_failing(),
            message: "ログを書き込めません。ディスクの空きと権限を確かめてください。".into(),
        },
        Threshold {
            key: "operations.logs_lost",
            // Counted since the start: seen once, it is quiet until then.
            crossed: workspace.log_health.lost() > 0,
            message: format!(
                "書けなかったログが{}行あります。ディスクを確かめてください。",
                workspace.log_health.lost()
            ),
        },
        Threshold {
            key: "operations.clock_behind",
            crossed: workspace.log_health.clock_is_behind(),
            message: "時計が、いちばん新しいログより前を指しています。時刻の同期を確かめてください。".into(),
        },
        Threshold {
            key: "operations.certificate",
            crossed: certificate.verdict != doctor::Verdict::Good,
            message: "TLSの証明書の期限が近いか、読めません。運用担当は、コマンド mizumado doctor で確かめてください。"
                .into(),
        },
    ]
}

fn settle(conn: &mut Conn, workspace: &Workspace, threshold: &Threshold, now: NaiveDateTime) -> Result<(), Error> {
    let cause = alarms::Cause {
        key: threshold.key,
        subject: "",
        message: &threshold.message,
    };
    alarms::hold(conn, workspace, threshold.crossed, &cause, now)
}
