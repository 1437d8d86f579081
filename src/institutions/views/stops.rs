use super::{PART, TITLE, sheet};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    institutions::{
        desk::{Overview, Stop},
        hours::{Rule, Window},
        sheet::{Day, Month},
        store::Institution,
    },
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use chrono::NaiveDate;
use maud::{Markup, html};

/// What a rule would close.
pub struct Preview {
    pub rule: Rule,
    /// The next times, soonest first.
    pub windows: Vec<Window>,
    pub month: Month,
    /// Of whom; empty for the whole service.
    pub view: String,
    pub days: Vec<Day>,
    pub today: NaiveDate,
}

/// Times that are spelled out beside the calendar.
const SPELLED: usize = 5;

const EXAMPLES: [(&str, &str); 8] = [
    ("毎日 23:55-翌0:05", "毎日、日をまたいで"),
    ("毎週 土・日 21:00-翌7:00", "毎週の決まった曜日"),
    ("第3日曜 21:00-翌7:00", "毎月の第3日曜日"),
    ("第2月曜の前日 23:55-翌6:00", "毎月の第2月曜日の前の日"),
    ("1・4・7・10月 最終火曜 1:00-9:00", "決まった月の最後の火曜日"),
    ("祝日 終日", "休日の終日（銀行休業日、銀行営業日も使えます）"),
    ("毎年 12/31 21:00-1/4 7:00", "毎年の年末年始"),
    ("2026-12-05 22:00-2026-12-06 6:00", "一度だけ"),
];

/// All buttons of the page send this one form, so that what is typed goes along whichever is pressed.
const FORM: &str = "stop";
/// Where it is looked at; nothing is kept there.
const LOOK: &str = "/institutions/stops/new";

/// `unseen`: it was to be announced, but in words that nobody has looked at yet.
pub fn stop(
    site: &Site,
    staff: &Staff,
    institutions: &[Institution],
    typed: &Stop,
    preview: Option<&Preview>,
    unseen: bool,
    errors: &[FieldError],
) -> Markup {
    let title = match typed.replaces.is_empty() {
        true => "休止の予定を登録する",
        false => "休止の規則を置きかえる",
    };
    let main = html! {
        (ui::error_summary(errors))
        (heading(title))
        p { "いつ休むかを書き、暦で確かめてから登録します。" }
        @if !typed.replaces.is_empty() { p { "もとの規則は、置きかえる日の前の日まで使い、その日から新しい規則を使います。" } }
        @if unseen && errors.is_empty() {
            p class="notice notice--warning" role="status" { "まだ登録していません。いまの内容を下の暦で確かめてから、「この予定で登録する」を押してください。" }
        }
        (form(institutions, typed, errors))
        @if let Some(preview) = preview {
            h2 { "この予定で休止する時間" }
            (spelled(preview))
            (view(institutions, typed, preview))
            (sheet(&whose(institutions, preview), &preview.days, preview.today, "終日受付"))
            p class="hint" { "「追加」が、この予定で増える休止です。ほかは、もう決まっている休止です。" }
            (months(preview.month))
            @if errors.is_empty() {
                // What was looked at is what is announced.
                div class="actions noprint" { button class="button" type="submit" form=(FORM) name="seen" value=(typed.digest()) { "この予定で登録する" } }
            }
        }
    };
    ConsolePage::new(title, PART, main)
        .crumbs(&[(TITLE, PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn form(institutions: &[Institution], typed: &Stop, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" id=(FORM) method="post" action="/institutions/stops" novalidate {
            @if typed.replaces.is_empty() { (institution(institutions, typed, errors)) } @else { (replaced(institutions, typed, errors)) }
            (TextField { name: "rule", label: "いつ", hint: "例：第3日曜 21:00-翌7:00　2026-12-05 22:00-2026-12-06 6:00", value: &typed.rule, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            details class="details" {
                summary { "「いつ」の書き方" }
                dl class="summary summary--dense" { @for (rule, what) in EXAMPLES { div class="summary__row" { dt { (what) } dd class="mono" { (rule) } } } }
                p { "始まりと終わりを限るときは、うしろに （2027-04-01から2028-03-31まで） と書きます。" }
            }
            (TextField { name: "reason", label: "理由", hint: "申込みの画面に表示します", value: &typed.reason, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            div class="actions" { button class="button" type="submit" formmethod="get" formaction=(LOOK) { "暦で確かめる" } }
        }
    }
}

fn institution(institutions: &[Institution], typed: &Stop, errors: &[FieldError]) -> Markup {
    html! {
        div class={ "field" @if FieldError::of(errors, "institution").is_some() { " field--error" } } {
            label for="institution" { "金融機関" }
            (ui::error_message("institution", errors))
            select class="input" id="institution" name="institution" {
                option value="" { "サービス全体" }
                @for i in institutions { option value=(i.code) selected[i.code == typed.institution] { (i.name) } }
            }
        }
    }
}

/// What is replaced stays whose it is; from which day on is typed.
fn replaced(institutions: &[Institution], typed: &Stop, errors: &[FieldError]) -> Markup {
    let name = institutions.iter().find(|i| i.code == typed.institution);
    html! {
        input type="hidden" name="institution" value=(typed.institution);
        input type="hidden" name="replaces" value=(typed.replaces);
        p { "金融機関：" strong { (name.map_or("サービス全体", |i| i.name.as_str())) } }
        (TextField { name: "from", label: "置きかえる日", hint: "あすからの日。例：2026-12-01", value: &typed.from, width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
    }
}

fn spelled(preview: &Preview) -> Markup {
    let more = preview.windows.len().saturating_sub(SPELLED);
    html! {
        p { strong { (preview.rule.describe()) } }
        @if preview.windows.is_empty() { p class="notice notice--warning" { "これから1年に、あてはまる日はありません。" } }
        ul { @for w in preview.windows.iter().take(SPELLED) { li { (when(w.starts_at)) " から " (when(w.ends_at)) " まで" } } }
        @if more > 0 { p { "このあと1年に、ほかに" (more) "回あります。" } }
    }
}

fn whose(institutions: &[Institution], preview: &Preview) -> String {
    let name = institutions.iter().find(|i| i.code == preview.view);
    let name = name.map_or("サービス全体", |i| i.name.as_str());
    format!("{name}　{}", preview.month.title())
}

/// For a stop of the whole service: whose calendar is shown with it.
fn view(institutions: &[Institution], typed: &Stop, preview: &Preview) -> Markup {
    html! {
        @if typed.institution.is_empty() {
            div class="filters noprint" {
                div class="field" {
                    label for="view" { "だれの暦で見るか" }
                    select class="input" id="view" name="view" form=(FORM) {
                        option value="" { "サービス全体" }
                        @for i in institutions { option value=(i.code) selected[i.code == preview.view] { (i.name) } }
                    }
                }
                (look(&preview.month.word(), "暦を切り替える"))
            }
        }
    }
}

fn months(month: Month) -> Markup {
    let [before, after] = month.neighbours();
    html! {
        nav class="pager noprint" aria-label="月を選ぶ" {
            @if let Some(before) = before { (look(&before, "前の月")) }
            @if let Some(after) = after { (look(&after, "次の月")) }
        }
    }
}

/// Looks at what is typed in the calendar of a month.
fn look(month: &str, label: &str) -> Markup {
    html! {
        button class="button button--secondary" type="submit" form=(FORM) formmethod="get" formaction=(LOOK) name="month" value=(month) { (label) }
    }
}

/// The announced stops: all, or those that concern one institution.
pub fn list(staff: &Staff, o: &Overview, of: Option<&Institution>) -> Markup {
    let may = staff.may(Permission::ManageInstitutions);
    let concerned = |code: &Option<String>| of.is_none_or(|i| code.as_ref().is_none_or(|code| *code == i.code));
    let stops: Vec<_> = o
        .openings
        .stops
        .iter()
        .filter(|s| concerned(&s.institution_code))
        .collect();
    let regular: Vec<_> = o
        .openings
        .regular
        .iter()
        .filter(|r| concerned(&r.institution_code) && !r.rule.is_past(o.today))
        .collect();
    let undo = |id: &str, what: &str| {
        html! {
            form method="post" action={ "/institutions/stops/" (id) "/withdrawal" } {
                button class="button button--secondary" type="submit" { "取り消す" span class="vh" { "：" (what) } }
            }
        }
    };
    html! {
        @if stops.is_empty() && regular.is_empty() { p { "休止の予定は0件です（確認済み）。" } }
        @else { ul class="rows" {
            @for stop in stops { li class="rows__item" {
                div { strong { (name_of(o, stop.institution_code.as_ref())) } p { (when(stop.starts_at)) " から " (when(stop.ends_at)) " まで　" (stop.reason) } }
                @match &stop.owner {
                    // What a second person agreed to, or an incident needs, is taken back there.
                    Some(owner) if !staff.may(Permission::ReadIncidents) => { (owned(owner)) }
                    Some(owner) => a href={ "/" (owner.replacen('/', "s/", 1)) } { (owned(owner)) },
                    None if may => (undo(&stop.id, &stop.reason)),
                    None => {}
                }
            } }
            @for regular in regular { li class="rows__item" {
                div { strong { (name_of(o, regular.institution_code.as_ref())) } p { (regular.rule.describe()) "　" (regular.reason) } }
                @if may { div class="inline" {
                    a class="button button--secondary" href=(Stop::of(regular).path("", "")) { "これをもとに作る" span class="vh" { "：" (regular.reason) } }
                    a class="button button--secondary" href=(Stop::replacing(regular, o.today).path("", "")) { "ある日から置きかえる" span class="vh" { "：" (regular.reason) } }
                    (undo(&regular.id, &regular.reason))
                } }
            } }
        } }
    }
}

fn owned(owner: &str) -> &'static str {
    match owner.starts_with("outage/") {
        true => "停止予定を開く",
        false => "障害を開く",
    }
}

fn name_of<'a>(o: &'a Overview, code: Option<&'a String>) -> &'a str {
    let Some(code) = code else { return "サービス全体" };
    o.institutions
        .iter()
        .find(|i| i.code == *code)
        .map_or(code, |i| &i.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_a_rule() {
        for (rule, what) in EXAMPLES {
            assert!(Rule::parse(rule).is_ok(), "{what}: {rule}");
        }
    }
}
