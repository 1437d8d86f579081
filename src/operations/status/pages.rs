//! `/status`: what is well and what is not, with the last day as lines.
use super::{Unit, known, store, views};
use crate::{
    accounts::Staff,
    alarms,
    clock::jst,
    db::Conn,
    institutions::{self, Institution},
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, get},
};
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/status", get().to(index));
}

/// So much of the past is drawn.
const SHOWN: Duration = Duration::hours(24);

/// One line of the board.
pub struct Line {
    pub label: String,
    pub unit: Unit,
    pub now: i64,
    /// Oldest first.
    pub values: Vec<i64>,
    /// Not of the newest moment: nothing is known now.
    pub is_old: bool,
}

pub struct Board {
    /// When the newest figures were written down.
    pub at: Option<NaiveDateTime>,
    pub lines: Vec<Line>,
    pub alarms: Vec<alarms::Alarm>,
}

/// `GET /status`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let read = move |conn: &mut Conn| {
        let all = institutions::all(conn, jst(now).date())?;
        let rows = store::all_since(conn, now - SHOWN)?;
        Ok::<_, Error>(board(&all, rows, alarms::open_alarms(conn)?))
    };
    let board = workspace.db.read(read).await?;
    Ok(html(views::index(&site, &staff, &board)))
}

fn board(all: &[Institution], rows: Vec<(String, NaiveDateTime, i64)>, alarms: Vec<alarms::Alarm>) -> Board {
    let at = rows.iter().map(|(_, at, _)| *at).max();
    let mut by_name: BTreeMap<String, Vec<(NaiveDateTime, i64)>> = BTreeMap::new();
    for (name, at, value) in rows {
        by_name.entry(name).or_default().push((at, value));
    }
    let line = |(name, list): (String, Vec<(NaiveDateTime, i64)>)| {
        let (place, label, unit) = known(&name)?;
        let of = name.split_once(':').map(|(_, of)| of);
        let named = of.map(|of| all.iter().find(|i| i.code == of).map_or(of, |i| i.name.as_str()));
        let last = list.last().copied()?;
        let line = Line {
            label: named.map_or(label.to_owned(), |named| format!("{label}：{named}")),
            unit,
            now: last.1,
            values: list.iter().map(|(_, value)| *value).collect(),
            is_old: Some(last.0) != at,
        };
        Some(((place, name), line))
    };
    let mut lines: Vec<_> = by_name.into_iter().filter_map(line).collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    Board {
        at,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        alarms,
    }
}
