//! The figures held against the settings of `[watch]`. A sentence names the setting, the value and the remedy.
use super::{Figure, store};
use crate::{
    alarms::{self, Cause},
    db::Conn,
    institutions,
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// A load that lasts: the mean of the figures of so long.
const LASTS: Duration = Duration::minutes(15);

struct Limit {
    key: String,
    subject: String,
    crossed: bool,
    message: String,
}

/// Raises and ends the alarms of this moment's figures.
pub fn hold(conn: &mut Conn, workspace: &Workspace, figures: &[Figure], now: NaiveDateTime) -> Result<(), Error> {
    let mut limits = vec![];
    for figure in figures {
        let (head, of) = figure.name.split_once(':').unwrap_or((&figure.name, ""));
        match head {
            "gateway_up" => limits.push(gateway_down(conn, figure, of)?),
            "gateway_ms" => limits.push(gateway_slow(workspace, figure, of)),
            "clock_offset" => limits.push(clock(workspace, figure, of)),
            "cpu_load" | "memory_used" => limits.push(machine(conn, workspace, figure, now)?),
            _ => {}
        }
    }
    limits.extend(institutions_failing(conn, workspace, figures)?);
    for limit in &limits {
        let cause = Cause {
            key: &limit.key,
            subject: &limit.subject,
            message: &limit.message,
        };
        alarms::hold(conn, workspace, limit.crossed, &cause, now)?;
    }
    Ok(())
}

/// Twice in a row, so that one lost packet wakes nobody.
fn gateway_down(conn: &mut Conn, figure: &Figure, id: &str) -> Result<Limit, Error> {
    let before = store::newest(conn, &figure.name)?;
    Ok(Limit {
        key: format!("operations.gateway_down:{id}"),
        subject: format!("gateway/{id}"),
        crossed: figure.value == 0 && before == Some(0),
        message: format!(
            "ゲートウェイ {id} が応答しません（5分おきに2回）。設定 gateway.endpoint とネットワーク、ゲートウェイの\
             障害情報を確かめてください。"
        ),
    })
}

fn gateway_slow(workspace: &Workspace, figure: &Figure, id: &str) -> Limit {
    let most = workspace.settings.watch.gateway_ms;
    Limit {
        key: format!("operations.gateway_slow:{id}"),
        subject: format!("gateway/{id}"),
        crossed: figure.value > most,
        message: format!(
            "ゲートウェイ {id} の応答に{}ミリ秒かかっています（設定 watch.gateway_ms = {most}）。ネットワークと\
             ゲートウェイの障害情報を確かめてください。",
            figure.value
        ),
    }
}

fn clock(workspace: &Workspace, figure: &Figure, id: &str) -> Limit {
    let most = workspace.settings.watch.clock_seconds;
    Limit {
        key: format!("operations.clock:{id}"),
        subject: format!("gateway/{id}"),
        crossed: figure.value.abs() > most,
        message: format!(
            "時計がゲートウェイ {id} と{}秒ずれています（設定 watch.clock_seconds = {most}）。時刻の同期（NTP）を\
             確かめてください。",
            figure.value
        ),
    }
}

fn machine(conn: &mut Conn, workspace: &Workspace, figure: &Figure, now: NaiveDateTime) -> Result<Limit, Error> {
    let watch = &workspace.settings.watch;
    let (key, what, setting, most) = match figure.name.as_str() {
        "cpu_load" => ("operations.cpu", "CPUの負荷", "watch.cpu_percent", watch.cpu_percent),
        _ => (
            "operations.memory",
            "メモリの使用",
            "watch.memory_percent",
            watch.memory_percent,
        ),
    };
    let mut values = store::since(conn, &figure.name, now - LASTS)?;
    let is_long = values.len() >= 2;
    values.push(figure.value);
    let mean = values.iter().sum::<i64>() / values.len() as i64;
    Ok(Limit {
        key: key.to_owned(),
        subject: String::new(),
        crossed: is_long && mean > most,
        message: format!(
            "{what}が15分の平均で{mean}％です（設定 {setting} = {most}）。ほかの処理を止めるか、機器を増強してください。"
        ),
    })
}

/// An institution of which too little is heard. One that had nothing to do in the hour is no longer failing.
fn institutions_failing(conn: &mut Conn, workspace: &Workspace, figures: &[Figure]) -> Result<Vec<Limit>, Error> {
    let watch = &workspace.settings.watch;
    let value = |name: String| figures.iter().find(|f| f.name == name).map(|f| f.value);
    let mut limits = vec![];
    let head = "operations.institution_failing:";
    for alarm in alarms::open_alarms(conn)? {
        if let Some(code) = alarm.key.strip_prefix(head)
            && value(format!("begun:{code}")).is_none()
        {
            limits.push(Limit {
                key: alarm.key.clone(),
                subject: alarm.subject,
                crossed: false,
                message: alarm.message,
            });
        }
    }
    for figure in figures {
        let Some(code) = figure.name.strip_prefix("answered:") else {
            continue;
        };
        let begun = value(format!("begun:{code}")).unwrap_or_default();
        let name = institutions::find(conn, code)?.map_or(code.to_owned(), |i| i.name);
        limits.push(Limit {
            key: format!("{head}{code}"),
            subject: format!("institution/{code}"),
            crossed: begun >= watch.answered_of && figure.value < watch.answered_percent,
            message: format!(
                "{name}の手続き{begun}件のうち、結果が届いたのは{}％です（設定 watch.answered_percent = {}）。\
                 金融機関とゲートウェイの障害情報を確かめ、必要なら休止を登録してください。",
                figure.value, watch.answered_percent
            ),
        });
    }
    Ok(limits)
}
