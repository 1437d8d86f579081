//! 稼働状況: figures of the running service, written down every five minutes, held against thresholds, and shown as a
//! board (NS データセンター).
mod gather;
mod limits;
mod pages;
mod store;
mod views;

pub use pages::routes;
pub use store::{begun_at, newest_all};

use gather::gather;

use crate::{
    db::Conn,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    web::Error,
    workspace::Workspace,
};
use chrono::Duration;
use std::sync::Arc;

const JOB: &str = "operations.figures";
pub const STANDING: Standing = Standing {
    kind: JOB,
    every: Every::Minutes(5),
    make_up: 1,
};

/// One figure of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is of: `disk_free`, `gateway_ms:main`.
    pub name: String,
    pub value: i64,
}

/// How a figure is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    Percent,
    Millis,
    Seconds,
    Minutes,
    Days,
    /// 1 is well.
    Well,
}

impl Unit {
    pub fn show(self, value: i64) -> String {
        match self {
            Unit::Count => format!("{value}件"),
            Unit::Percent => format!("{value}％"),
            Unit::Millis => format!("{value}ミリ秒"),
            Unit::Seconds => format!("{value}秒"),
            Unit::Minutes => match value {
                0..=119 => format!("{value}分"),
                _ => format!("{}時間", value / 60),
            },
            Unit::Days => format!("{value}日"),
            Unit::Well if value == 1 => "正常".to_owned(),
            Unit::Well => "応答なし".to_owned(),
        }
    }
}

/// The figures in the order of the board: the name without the part after `:`, its label, its unit.
pub const CATALOGUE: &[(&str, &str, Unit)] = &[
    ("gateway_up", "ゲートウェイ", Unit::Well),
    ("gateway_ms", "ゲートウェイの応答時間", Unit::Millis),
    ("clock_offset", "時計のずれ（ゲートウェイと比べて）", Unit::Seconds),
    ("begun", "金融機関への手続き（1時間）", Unit::Count),
    ("answered", "結果が届いた割合", Unit::Percent),
    ("registered", "登録できた割合", Unit::Percent),
    ("decide_seconds", "手続きにかかった時間（中央値）", Unit::Seconds),
    ("unknown_day", "結果不明（24時間以内）", Unit::Count),
    ("unknown_week", "結果不明（7日以内）", Unit::Count),
    ("unknown_older", "結果不明（7日を超える）", Unit::Count),
    ("public_ms", "申込みの画面の応答時間", Unit::Millis),
    ("jobs_due", "待っている処理", Unit::Count),
    ("jobs_dead", "あきらめた処理", Unit::Count),
    ("mails_wait", "送れていないメールの待ち時間", Unit::Minutes),
    ("writes_waiting", "書込みの待ち", Unit::Count),
    ("alarms", "終わっていない警報", Unit::Count),
    ("backup_age", "バックアップからの時間", Unit::Minutes),
    ("disk_free", "ディスクの空き", Unit::Percent),
    ("cpu_load", "CPUの負荷", Unit::Percent),
    ("memory_used", "メモリの使用", Unit::Percent),
    ("certificate_days", "証明書の残り", Unit::Days),
];

/// Place on the board, label and unit of a figure.
pub fn known(name: &str) -> Option<(usize, &'static str, Unit)> {
    let head = name.split(':').next().unwrap_or(name);
    let place = CATALOGUE.iter().position(|(known, ..)| *known == head)?;
    let (_, label, unit) = CATALOGUE[place];
    Some((place, label, unit))
}

/// Old rows that are deleted at once.
const TIDIED: i64 = 5000;

pub fn handler(workspace: &Workspace) -> (&'static str, Handler) {
    let workspace = workspace.clone();
    (JOB, Arc::new(move |job| Box::pin(note(workspace.clone(), job))))
}

async fn note(workspace: Workspace, _: Job) -> Result<(), JobError> {
    let figures = gather(&workspace).await?;
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let keep = Duration::days(workspace.settings.watch.keep_days);
    let write = move |conn: &mut Conn| {
        limits::hold(conn, &world, &figures, now)?;
        super::checks::hold(conn, &world, now)?;
        store::add(conn, &figures, now)?;
        Ok::<_, Error>(store::forget(conn, now - keep, TIDIED)?)
    };
    Ok(workspace.db.write(write).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_found_by_its_name_without_the_case() {
        assert_eq!(known("gateway_ms:main").map(|(_, _, unit)| unit), Some(Unit::Millis));
        assert_eq!(known("nothing"), None);
        assert_eq!(Unit::Minutes.show(119), "119分");
        assert_eq!(Unit::Minutes.show(120), "2時間");
    }
}
