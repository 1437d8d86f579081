//! What an incident is: how bad, what it touches, where it stands, and who is called next. No I/O.
use crate::db::text_enum;
use chrono::Duration;

text_enum! {
    pub enum Severity {
        Critical = "critical",
        Major = "major",
        Minor = "minor",
    }
}

impl Severity {
    pub fn label(self) -> &'static str {
        match self {
            Severity::Critical => "重大",
            Severity::Major => "中",
            Severity::Minor => "軽微",
        }
    }
    pub fn meaning(self) -> &'static str {
        match self {
            Severity::Critical => "申込みができない、または個人情報に関わる",
            Severity::Major => "一部の手続きができない、または結果が遅れる",
            Severity::Minor => "申込者への影響がない",
        }
    }
    /// Progress is written down at least so often (N8.8: progress reported during recovery).
    pub fn rhythm(self) -> Duration {
        match self {
            Severity::Critical => Duration::minutes(30),
            Severity::Major => Duration::minutes(60),
            Severity::Minor => Duration::hours(4),
        }
    }
}

text_enum! {
    /// 発生, 対応中, 復旧, 完了.
    pub enum State {
        Open = "open",
        Working = "working",
        Restored = "restored",
        Closed = "closed",
    }
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            State::Open => "発生",
            State::Working => "対応中",
            State::Restored => "復旧",
            State::Closed => "完了",
        }
    }
    /// Where an incident may go from here.
    pub fn next(self) -> &'static [State] {
        match self {
            State::Open => &[State::Working, State::Restored],
            State::Working => &[State::Restored],
            State::Restored => &[State::Working, State::Closed],
            State::Closed => &[],
        }
    }
    /// Whether something is broken still.
    pub fn is_burning(self) -> bool {
        matches!(self, State::Open | State::Working)
    }
}

text_enum! {
    /// What of the service is touched.
    pub enum Function {
        Form = "form",
        HandOff = "handoff",
        Results = "results",
        Mails = "mails",
        Deliveries = "deliveries",
        Console = "console",
        Backups = "backups",
        PersonalData = "personal_data",
    }
}

impl Function {
    pub fn label(self) -> &'static str {
        match self {
            Function::Form => "申込みの画面",
            Function::HandOff => "金融機関への引き渡し",
            Function::Results => "結果の受取り",
            Function::Mails => "メール",
            Function::Deliveries => "還元データ",
            Function::Console => "職員の画面",
            Function::Backups => "バックアップ・記録",
            Function::PersonalData => "個人情報",
        }
    }
}

text_enum! {
    /// What a line of the timeline is about.
    pub enum NoteKind {
        Opened = "opened",
        Progress = "progress",
        State = "state",
        Alarm = "alarm",
        Call = "call",
        Switch = "switch",
        Cause = "cause",
        Measure = "measure",
        Accident = "accident",
        Scope = "scope",
    }
}

impl NoteKind {
    pub fn label(self) -> &'static str {
        match self {
            NoteKind::Opened => "登録",
            NoteKind::Progress => "経過",
            NoteKind::State => "状態",
            NoteKind::Alarm => "警報",
            NoteKind::Call => "電話連絡",
            NoteKind::Switch => "切替え・お知らせ",
            NoteKind::Cause => "原因",
            NoteKind::Measure => "再発防止",
            NoteKind::Accident => "個人情報の事故",
            NoteKind::Scope => "重大度・影響",
        }
    }
}

/// What an alarm means when it opens an incident by itself.
pub struct Kind {
    pub key: &'static str,
    pub severity: Severity,
    pub functions: &'static [Function],
    pub title: &'static str,
}

/// Alarms by the part of their key before `:`. Which of them open an incident is in the settings (`incidents.alarms`).
const KINDS: &[Kind] = &[
    kind(
        "operations.gateway_down",
        Severity::Critical,
        &[Function::HandOff, Function::Results],
        "ゲートウェイにつながらない",
    ),
    kind(
        "operations.institution_failing",
        Severity::Major,
        &[Function::HandOff, Function::Results],
        "金融機関からの結果が届かない",
    ),
    kind(
        "operations.mail_waits",
        Severity::Major,
        &[Function::Mails],
        "メールが送れない",
    ),
    kind(
        "operations.disk",
        Severity::Critical,
        &[Function::Form],
        "ディスクの空きが少ない",
    ),
    kind(
        "operations.logs",
        Severity::Major,
        &[Function::Backups],
        "ログの欠け・書き換え",
    ),
    kind(
        "operations.backup_old",
        Severity::Major,
        &[Function::Backups],
        "バックアップができていない",
    ),
    kind(
        "operations.backup_failed",
        Severity::Major,
        &[Function::Backups],
        "バックアップの失敗",
    ),
];

const fn kind(key: &'static str, severity: Severity, functions: &'static [Function], title: &'static str) -> Kind {
    Kind {
        key,
        severity,
        functions,
        title,
    }
}

/// What is known of an alarm; one that the table does not know is of middling severity.
pub fn kind_of(alarm: &str) -> &'static Kind {
    const OTHER: Kind = kind("", Severity::Major, &[], "警報による障害");
    let head = head_of(alarm);
    KINDS.iter().find(|kind| kind.key == head).unwrap_or(&OTHER)
}

/// A key without the part that names one case: `operations.gateway_down:main`.
pub fn head_of(alarm: &str) -> &str {
    alarm.split(':').next().unwrap_or(alarm)
}

/// Who is called next: of those whom nobody has reached, the one who was tried least, in the order of the chart.
/// `calls` are (contact, reached), oldest first.
pub fn next_to_call<'a>(chart: &[&'a str], calls: &[(&str, bool)]) -> Option<&'a str> {
    let tries = |id: &str| calls.iter().filter(|(called, _)| *called == id).count();
    let reached = |id: &str| calls.iter().any(|(called, reached)| *called == id && *reached);
    let open = chart.iter().filter(|id| !reached(id));
    // Of equals `min_by_key` keeps the first.
    open.min_by_key(|id| tries(id)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_is_walked_in_order_and_again_until_everybody_is_reached() {
        let chart = ["a", "b", "c"];
        assert_eq!(next_to_call(&chart, &[]), Some("a"));
        assert_eq!(next_to_call(&chart, &[("a", false)]), Some("b"));
        assert_eq!(next_to_call(&chart, &[("a", false), ("b", true)]), Some("c"));
        let once = [("a", false), ("b", true), ("c", false)];
        assert_eq!(next_to_call(&chart, &once), Some("a"));
        let all = [&once[..], &[("a", true), ("c", true)]].concat();
        assert_eq!(next_to_call(&chart, &all), None);
        assert_eq!(next_to_call(&[], &[]), None);
    }

    #[test]
    fn an_incident_ends_only_after_it_was_restored() {
        for state in State::ALL {
            let closes = state.next().contains(&State::Closed);
            assert_eq!(closes, *state == State::Restored, "{}", state.as_str());
        }
        assert!(State::Closed.next().is_empty());
    }

    #[test]
    fn an_alarm_is_known_by_its_key_without_the_case() {
        assert_eq!(kind_of("operations.gateway_down:main").severity, Severity::Critical);
        assert_eq!(kind_of("something.else").functions, &[]);
    }
}
