use super::institution;
use crate::{
    clock::jst,
    db::Conn,
    incidents, inquiries, outages,
    papers::store,
    reconciliation,
    web::{Error, ui::when},
    workspace::Workspace,
};
use chrono::NaiveDate;

/// 議題: what was left to do at the last meeting, and what is open now; a line for each.
pub fn agenda(conn: &mut Conn, workspace: &Workspace, day: NaiveDate) -> Result<String, Error> {
    let (keys, today) = (&workspace.keys, jst(workspace.clock.now()).date());
    let mut lines = vec![];
    if let Some(last) = store::minutes_before(conn, day)? {
        let typed = last.typed(keys)?;
        let actions = typed.get("actions").lines().filter(|line| !line.trim().is_empty());
        lines.extend(actions.map(|line| format!("前回の宿題：{line}")));
    }
    for incident in incidents::not_closed(conn)? {
        lines.push(format!(
            "障害 第{}号：{}（{}）",
            incident.no,
            incident.title,
            incident.state.label()
        ));
    }
    for (no, measure) in incidents::open_measures(conn, keys)? {
        let late = if measure.due < today {
            "、期限を過ぎています"
        } else {
            ""
        };
        lines.push(format!(
            "再発防止策（障害 第{no}号）：{}（{}、期限 {}{late}）",
            measure.body, measure.unit, measure.due
        ));
    }
    for outage in outages::unsettled(conn)? {
        let scope = institution(conn, outage.institution_code.as_deref())?;
        let (no, state) = (outage.no, outage.state.label());
        lines.push(format!(
            "停止予定 第{no}号：{scope}、{}から（{state}）",
            when(outage.starts_at)
        ));
    }
    for wish in inquiries::open_improvements(conn, keys)? {
        lines.push(format!("改善の要望：{}（{}）", wish.title, wish.state.label()));
    }
    let differences = reconciliation::count_open_differences(conn)?;
    if differences > 0 {
        lines.push(format!("照合のくいちがい：{differences}件"));
    }
    Ok(lines.join("\n"))
}
