use super::{SettingsForm, comparison, day, findings};
use crate::{
    accounts::{ConsolePage, Permission, Staff, VersionState, decision, heading, only_waiting, refusal},
    deliveries::{
        layout::{Change, Layout, PreviewRecord, Problem, READY, RecordKind, Totals, describe_column},
        pages::Outcome,
        store::Version,
    },
    web::{
        Site,
        ui::{self, FieldError, when},
    },
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// A comparison that somebody made of this version.
pub struct Compared {
    pub by: String,
    pub at: NaiveDateTime,
    pub outcome: Outcome,
    /// The draft was changed since.
    pub is_old: bool,
}

/// What a layout was tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedOn {
    /// So many results of the last days; where there are more, the newest.
    Results { count: usize, is_cut: bool },
    /// An invented one: there is no result.
    NoResult,
    /// An invented one: who looks may not read applications, and hears nothing of them.
    Invented,
}

impl TriedOn {
    pub fn is_real(self) -> bool {
        matches!(self, Self::Results { .. })
    }

    /// What a page says of it.
    fn sentence(self) -> String {
        match self {
            Self::Results { count, is_cut: false } => format!("この30日の結果{count}件で試しました。"),
            Self::Results { count, .. } => {
                format!(
                    "この30日の結果のうち、新しい{},{:03}件で試しています。",
                    count / 1_000,
                    count % 1_000
                )
            }
            Self::NoResult => "この30日に結果がないため、架空の1件で試しています。".to_owned(),
            Self::Invented => "実際の結果は、申込みを見られる人だけが試せます。架空の1件で試しています。".to_owned(),
        }
    }
}

/// One version of the layout with everything that the studio shows of it.
pub struct Studio {
    pub version: Version,
    pub layout: Layout,
    pub made_by: String,
    pub decided_by: Option<String>,
    pub may_edit: bool,
    pub file_name: String,
    pub is_in_use: bool,
    /// The version that this one follows, from which it differs by `changes`.
    pub before: Option<i32>,
    pub changes: Vec<Change>,
    pub problems: Vec<Problem>,
    pub records: Vec<PreviewRecord>,
    /// What the layout was tried on, and what came of it.
    pub tried: Option<(TriedOn, Totals)>,
    pub compared: Vec<Compared>,
    /// It is what stands in the form now; nobody keeps it yet.
    pub is_tried: bool,
}

/// The versions; only those that are `waiting` for a second person, or all.
pub fn layouts(site: &Site, staff: &Staff, list: &[(Version, String)], in_use: Option<&str>, waiting: bool) -> Markup {
    let shown: Vec<_> = list
        .iter()
        .filter(|(v, _)| !waiting || v.state == VersionState::Proposed)
        .collect();
    let main = html! {
        (heading("還元データのレイアウト"))
        p class="lead" { "料金システムに合わせて、項目・並び・文字コードを変えられます。案を作り、ほかの承認者が承認すると、使い始める日から使われます。" }
        @if waiting { (only_waiting("承認待ちのレイアウト", "/layouts")) }
        @if shown.is_empty() { p { "0件（確認済み）" } } @else { (versions(&shown, in_use)) }
        @if staff.may(Permission::EditLayouts) {
            h2 { "新しい案を作る" }
            form class="form" method="post" action="/layouts" {
                div class="field" {
                    label for="from" { "もとにするもの" }
                    select class="input" id="from" name="from" {
                        @for (v, _) in list { option value=(v.id) selected[in_use == Some(v.id.as_str())] { "第" (v.version) "版 " (v.note) } }
                        @for r in READY { option value={ "ready:" (r.name) } { "ひな形：" (r.name) "（" (r.meaning.trim_end_matches('。')) "）" } }
                    }
                }
                (ui::submit("案を作る"))
            }
        }
    };
    ConsolePage::new("還元データのレイアウト", "/deliveries", main)
        .crumbs(&[("還元データ", "/deliveries")])
        .render(site, staff)
}

fn versions(list: &[&(Version, String)], in_use: Option<&str>) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="レイアウトの版" {
            table class="table table--wide table--dense" {
                caption class="vh" { "レイアウトの版（新しい順）" }
                thead { tr { th scope="col" { "版" } th scope="col" { "状態" } th scope="col" { "使い始める日" } th scope="col" { "作った人" } th scope="col" { "メモ" } } }
                tbody { @for (v, by) in list { tr {
                    th scope="row" { a href={ "/layouts/" (v.id) } { "第" (v.version) "版" } }
                    td data-label="状態" { (v.state.label()) @if in_use == Some(v.id.as_str()) { " " span class="tag tag--good" { "使用中" } } }
                    td data-label="使い始める日" class="time" { @if v.made_by == "system" { "はじめから" } @else { (day(v.effective_from)) } }
                    td data-label="作った人" { @if by == "system" { "出荷時" } @else { (by) } }
                    td data-label="メモ" { (v.note) }
                } } }
            }
        }
    }
}

pub fn studio(site: &Site, staff: &Staff, s: &Studio, form: &SettingsForm, errors: &[FieldError]) -> Markup {
    let path = format!("/layouts/{}", s.version.id);
    let title = format!("レイアウト 第{}版", s.version.version);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        p {
            span class="tag" { (s.version.state.label()) } @if s.is_in_use { " " span class="tag tag--good" { "使用中" } }
            "　" (s.made_by) "　" (when(s.version.made_at)) "　使い始める日 " (day(s.version.effective_from))
        }
        @if let (Some(by), Some(at)) = (&s.decided_by, s.version.decided_at) { p { (by) "　" (when(at)) "　に決めました。" } }
        (refusal(s.version.refusal.as_deref()))
        @if !s.version.note.is_empty() { p { (s.version.note) } }
        // What is kept is proposed, so that is not offered while something else is looked at.
        @if !s.is_tried { (steps(staff, s, form, &path, errors)) }
        @else {
            p class="notice" id="seen" { "いまの入力で書いたものです。まだ保存していません。" }
            (problems(s, &path))
            (without_corrections(s))
        }
        h2 { "前の版とのちがい" }
        (changes(s))
        h2 { "ためし書き" }
        (preview(s))
        h2 id="columns" { "項目" }
        (columns(s, &path))
        @if s.may_edit {
            h2 { "ファイルの形" }
            (form.render(&path, errors))
        }
        h2 { "料金システムの見本と比べる" }
        (comparison::before(s))
        @if !s.is_tried { (comparison_form(&path, errors)) }
        @if !s.is_tried { (whole(s, &path, form, errors)) }
        (ui::print_button())
    };
    ConsolePage::new(&title, "/deliveries", main)
        .crumbs(&[("還元データ", "/deliveries"), ("レイアウト", "/layouts")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn problems(s: &Studio, path: &str) -> Markup {
    html! {
        @if !s.problems.is_empty() {
            div class="notice notice--warning" {
                h2 { "直すところが" (s.problems.len()) "件あります" }
                ul { @for p in &s.problems { li {
                    @if let Some(place) = p.column { a href={ (path) "/columns/" (place) } { (place + 1) "番目の項目" } "：" }
                    (p.sentence)
                } } }
            }
        }
    }
}

/// A correction is a later truth about a row that the billing system has: whoever leaves it out must tell it otherwise.
fn without_corrections(s: &Studio) -> Markup {
    html! {
        @if !s.layout.holds("corrected") {
            p class="notice notice--warning" { "このレイアウトは「訂正済」の結果を書き出しません。訂正があったときは、料金システムに別の方法で伝えてください。" }
        }
    }
}

/// What may be done with the version now.
fn steps(staff: &Staff, s: &Studio, form: &SettingsForm, path: &str, errors: &[FieldError]) -> Markup {
    let is_own = s.version.made_by == staff.word();
    html! {
        (problems(s, path))
        (without_corrections(s))
        @match s.version.state {
            VersionState::Draft if s.may_edit && s.problems.is_empty() => {
                form method="post" action={ (path) "/proposal" } { button class="button" type="submit" { "承認者に提案する" } }
            }
            VersionState::Proposed if is_own => { p class="notice" { "ほかの承認者が決めます。" } }
            VersionState::Proposed if staff.may(Permission::ApproveLayouts) => {
                (decision(&format!("{path}/decision"), "ちがいと、ためし書きを確かめてから決めてください。", &form.refusal, errors))
            }
            _ => {}
        }
    }
}

fn changes(s: &Studio) -> Markup {
    html! {
        @match s.before {
            None => p { "これより前に使う版はありません。" },
            Some(version) if s.changes.is_empty() => p { "第" (version) "版とのちがいはありません（確認済み）。" },
            Some(version) => {
                p { "第" (version) "版から変わること：" (s.changes.len()) "件" }
                ul { @for c in &s.changes { li { @if !c.column.is_empty() { "「" (c.column) "」：" } (c.sentence) } } }
            }
        }
    }
}

fn preview(s: &Studio) -> Markup {
    html! {
        @if let Some((on, totals)) = &s.tried {
            p { "ファイル名の例：" span class="mono" { (s.file_name) } }
            p {
                (on.sentence())
                @if on.is_real() { "書き出すのは" (totals.rows) "件、そのまま書けないものは" (totals.findings_total) "件です。下の表では、個人の項目を伏せています。" }
            }
            @if !totals.findings.is_empty() {
                details class="details" {
                    summary { "そのまま書けないもの（" (totals.findings_total) "件）" }
                    (findings::of_the_draft(totals))
                }
            }
        }
        @if !s.records.is_empty() {
            div class="scroll" tabindex="0" role="region" aria-label="ためし書き" {
                table class="table table--preview" {
                    caption class="vh" { "ためし書き" }
                    thead { tr { th scope="col" { "行" } th scope="col" { "バイト" } @for c in &s.layout.columns { th scope="col" { (c.header) } } } }
                    tbody { @for r in &s.records { tr {
                        th scope="row" { (record_name(r)) }
                        td class="number" { (r.bytes) }
                        @for cell in &r.cells { td class={ @if !cell.findings.is_empty() { "found" } } { (cell.text) } }
                    } } }
                }
            }
            details class="details" {
                summary { "バイトで見る" }
                @for r in &s.records { p class="bytes mono" { strong { (record_name(r)) } " " @for cell in &r.cells { span class="bytes__cell" title=(cell.text) { (cell.hex()) } " " } } }
            }
        }
    }
}

/// What the column writes for the rows that the layout is tried on: as it is kept, or as it was typed to be tried.
pub(super) fn tried(s: &Studio, place: usize) -> Markup {
    let problems: Vec<_> = s.problems.iter().filter(|p| p.column == Some(place)).collect();
    let rows = s.records.iter().filter(|r| r.kind == RecordKind::Row);
    html! {
        h2 id="tried" { "この項目のためし書き" }
        p class="hint" { "「試しに見る」を押すと、保存せずに、いまの入力で書いたものを見られます。個人の項目は伏せています" }
        @if !problems.is_empty() { ul { @for p in problems { li { (p.sentence) } } } }
        @else if !s.problems.is_empty() { p { "ほかの項目か、ファイルの形に、直すところがあります。直すと、ここにためし書きが出ます。" } }
        @else {
            div class="scroll" tabindex="0" role="region" aria-label="この項目のためし書き" {
                table class="table table--preview" {
                    caption class="vh" { "この項目のためし書き" }
                    thead { tr { th scope="col" { "行" } th scope="col" { "書かれる文字" } th scope="col" { "バイト" } th scope="col" { "そのまま書けないもの" } } }
                    tbody { @for (row, cell) in rows.filter_map(|r| Some((r, r.cells.get(place)?))) { tr {
                        th scope="row" { (row.name) }
                        td class={ @if !cell.findings.is_empty() { "found" } } { (cell.text) }
                        td class="mono" { (cell.hex()) }
                        td { @for kind in &cell.findings { (kind.discreet()) " " } }
                    } } }
                }
            }
        }
    }
}

fn record_name(r: &PreviewRecord) -> String {
    match r.kind {
        RecordKind::Header => "項目名".into(),
        _ => r.name.clone(),
    }
}

fn columns(s: &Studio, path: &str) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="項目の一覧" {
            table class="table table--dense" {
                caption class="vh" { "項目の一覧" }
                thead { tr { th scope="col" { "項目名" } th scope="col" { "内容" } } }
                tbody { @for (place, c) in s.layout.columns.iter().enumerate() { tr {
                    th scope="row" class="who" { (place + 1) ". " (c.header) }
                    td { @for (label, value) in describe_column(c).into_iter().filter(|(_, value)| !value.is_empty()) { span class="part" { (label) "：" (value) } " " }
                    @if s.may_edit { div class="acts" {
                        a class="small" href={ (path) "/columns/" (place) } { "直す" span class="vh" { "：" (c.header) } }
                        (mover(path, place, "up", "↑", &format!("{}を上へ", c.header)))
                        (mover(path, place, "down", "↓", &format!("{}を下へ", c.header)))
                        (mover(path, place, "remove", "削除", &format!("：{}", c.header)))
                    } } }
                } } }
            }
        }
        @if s.may_edit {
            form method="post" action={ (path) "/columns" } {
                input type="hidden" name="action" value="add";
                button class="button button--secondary" type="submit" { "項目を追加する" }
            }
        }
    }
}

fn mover(path: &str, place: usize, action: &str, label: &str, spoken: &str) -> Markup {
    html! {
        form method="post" action={ (path) "/columns" } {
            input type="hidden" name="action" value=(action);
            input type="hidden" name="place" value=(place);
            button class="small" type="submit" { (label) span class="vh" { (spoken) } }
        }
    }
}

fn comparison_form(path: &str, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" method="post" action={ (path) "/comparison" } enctype="multipart/form-data" {
            div class="field" {
                label for="sample" { "見本のファイル" }
                p class="hint" id="sample-hint" { "料金システムの会社から受け取った取込ファイルの見本（10MBまで）。保存されません" }
                (ui::error_message("sample", errors))
                input class="input" type="file" id="sample" name="sample" aria-describedby="sample-hint";
            }
            button class="button button--secondary" type="submit" { "ちがいを調べる" }
        }
    }
}

fn whole(s: &Studio, path: &str, form: &SettingsForm, errors: &[FieldError]) -> Markup {
    html! {
        details class="details" id="whole" open[FieldError::of(errors, "text").is_some()] {
            summary { "設定の全文（TOML）" }
            @if s.may_edit {
                form class="form" method="post" action={ (path) "/text" } {
                    div class="field" {
                        label for="text" { "設定の全文" }
                        (ui::error_message("text", errors))
                        textarea class="input mono" id="text" name="text" rows="20" spellcheck="false" { (form.text) }
                    }
                    button class="button button--secondary" type="submit" { "全文を保存する" }
                }
            } @else { pre class="mono" tabindex="0" role="region" aria-label="設定の全文" { (s.version.body) } }
        }
    }
}
