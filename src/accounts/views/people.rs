use super::{ConsolePage, account::key_dates, heading, names};
use crate::{
    accounts::{
        Role, Staff,
        periods::{self, Stop},
        staff,
        store::{self, Key, Person, Training},
    },
    clock::jst,
    db::Conn,
    japan::date::wareki,
    web::{
        Error, FormBody, Site,
        ui::{self, FieldError, TextField, when},
    },
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// What is typed about a person.
#[derive(Clone, Debug, Default)]
pub struct PersonForm {
    pub code: String,
    pub name: String,
    pub unit: String,
    pub roles: Vec<Role>,
}

impl PersonForm {
    pub fn read(form: &FormBody) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        let is_on = |role: &&Role| form.has(&format!("role_{}", role.as_str()));
        Self {
            code: text("code"),
            name: text("name"),
            unit: text("unit"),
            roles: Role::ALL.iter().filter(is_on).copied().collect(),
        }
    }
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = vec![];
        if !staff::is_code(&self.code) {
            let message = "職員番号は、英数字とハイフン20文字以内で入力してください";
            errors.push(FieldError::new("code", message));
        }
        if self.name.is_empty() {
            errors.push(FieldError::new("name", "氏名を入力してください"));
        }
        if self.roles.is_empty() {
            errors.push(FieldError::new("roles", "役割を選んでください"));
        }
        errors
    }
}

/// A person with everything the record holds about them.
pub struct FullPerson {
    pub id: String,
    pub code: String,
    pub name: String,
    pub unit: String,
    pub active: bool,
    pub roles: Vec<Role>,
    pub keys: Vec<Key>,
    pub codes: i64,
    pub created_at: NaiveDateTime,
    /// Newest first.
    pub history: Vec<Held>,
    /// Oldest first.
    pub stops: Vec<Stop>,
    pub trainings: Vec<Training>,
    pub last_seen: Option<NaiveDateTime>,
}

/// A role, since when, until when, by whom.
pub struct Held {
    role: &'static str,
    from: NaiveDateTime,
    until: Option<NaiveDateTime>,
    by: String,
}

impl FullPerson {
    pub fn load(conn: &mut Conn, workspace: &Workspace, person: &Person) -> Result<Self, Error> {
        let (mut history, stops) = (vec![], periods::stops(conn, &person.id)?);
        for granted in store::role_history(conn, &person.id)? {
            let by = store::name_of(conn, &workspace.keys, &granted.granted_by)?;
            let parts = periods::held(granted.since, granted.until, &stops);
            history.extend(parts.into_iter().rev().map(|(from, until)| Held {
                role: Role::from_word(&granted.role).map_or("", Role::label),
                from,
                until,
                by: by.clone(),
            }));
        }
        let last = store::sessions_of(conn, &person.id, 1)?;
        Ok(Self {
            id: person.id.clone(),
            code: person.code.clone(),
            name: person.name(&workspace.keys)?,
            unit: person.unit.clone(),
            active: person.active,
            roles: store::roles_of(conn, &person.id)?,
            keys: store::keys_of(conn, &person.id)?,
            codes: store::open_codes(conn, &person.id)?,
            created_at: person.created_at,
            history,
            stops,
            trainings: store::trainings_of(conn, &person.id)?,
            last_seen: last.first().map(|s| s.seen_at),
        })
    }
}

/// What an invitation does to somebody who can come in already.
pub(super) fn what_it_replaces(p: &FullPerson) -> Markup {
    html! { @if p.active && (!p.keys.is_empty() || p.codes > 0) {
        p class="notice" { "この人には、使えるキーかリカバリーコードがあります。招待状が使われると、それらは使えなくなり、すべての端末からログアウトします。招待した人と日時は、30日間、本人の画面に出ます。" }
    } }
}

pub fn people(site: &Site, staff: &Staff, people: &[FullPerson]) -> Markup {
    let main = html! {
        (heading("職員"))
        div class="actions" {
            a class="button" href="/staff/new" { "職員を登録する" }
            a class="button button--secondary" href="/staff/scopes" { "権限の範囲を印刷する" }
        }
        div class="scroll" tabindex="0" role="region" aria-label="職員の一覧" {
            table class="table table--wide" {
                caption class="vh" { "職員の一覧" }
                thead { tr {
                    th scope="col" { "職員番号" } th scope="col" { "氏名" } th scope="col" { "所属" } th scope="col" { "役割" }
                    th scope="col" { "キー" } th scope="col" { "最後の操作" } th scope="col" { "状態" }
                } }
                tbody { @for p in people { tr {
                    th scope="row" { a href={ "/staff/" (p.id) } { (p.code) } }
                    td data-label="氏名" { (p.name) }
                    td data-label="所属" { (p.unit) }
                    td data-label="役割" { (names(&p.roles)) }
                    td data-label="キー" { (p.keys.len()) "個" }
                    td data-label="最後の操作" { @match p.last_seen { Some(at) => (when(at)), None => "まだありません" } }
                    td data-label="状態" { (state(p)) }
                } } }
            }
        }
    };
    ConsolePage::new("職員", "/staff", main).render(site, staff)
}

pub(super) fn state(person: &FullPerson) -> &'static str {
    match (person.active, person.keys.len()) {
        (false, _) => "停止中",
        (true, 0) => "招待が必要",
        _ => "利用中",
    }
}

fn role_boxes(chosen: &[Role], errors: &[FieldError]) -> Markup {
    html! {
        fieldset class="field" id="roles" tabindex="-1" {
            legend { "役割" }
            p class="hint" { "必要なものだけを選びます。役割ごとにできることは " a href="/permissions" { "権限の表" } " にあります" }
            (ui::error_message("roles", errors))
            div class="checks" { @for role in Role::ALL {
                @let name = format!("role_{}", role.as_str());
                div class="checkbox" {
                    input type="checkbox" id=(name) name=(name) checked[chosen.contains(role)];
                    label for=(name) { (role.label()) }
                }
            } }
        }
    }
}

fn name_fields(name: &str, unit: &str, errors: &[FieldError]) -> Markup {
    html! {
        (TextField { name: "name", label: "氏名", value: name, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
        (TextField { name: "unit", label: "所属", value: unit, optional: true, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
    }
}

pub fn new_person(site: &Site, staff: &Staff, form: &PersonForm, errors: &[FieldError]) -> Markup {
    let main = html! {
        (ui::error_summary(errors))
        (heading("職員を登録する"))
        form class="form" method="post" action="/staff" novalidate {
            (TextField { name: "code", label: "職員番号", hint: "局で使っている番号。1人に1つで、あとから変えられません", value: &form.code, width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
            (name_fields(&form.name, &form.unit, errors))
            (role_boxes(&form.roles, errors))
            (ui::submit("登録して、招待状を作る"))
        }
    };
    ConsolePage::new("職員を登録する", "/staff", main)
        .crumbs(&[("職員", "/staff")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// `typed` is kept where `errors` say what is wrong with it.
pub fn person(site: &Site, staff: &Staff, p: &FullPerson, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let path = format!("/staff/{}", p.id);
    let entry = match typed.has("unit") {
        true => PersonForm::read(typed),
        false => PersonForm {
            code: p.code.clone(),
            name: p.name.clone(),
            unit: p.unit.clone(),
            roles: p.roles.clone(),
        },
    };
    let main = html! {
        (ui::error_summary(errors))
        (heading(&p.name))
        p { span class="tag" { (state(p)) } "　職員番号 " (p.code) "　キー " (p.keys.len()) "個　リカバリーコード " (p.codes) "個" }
        div class="actions" id="suspension" tabindex="-1" {
            @if p.active {
                form method="post" action={ (path) "/invitation" } { button class="button" type="submit" { "招待状を作る" } }
                form method="post" action={ (path) "/sign-out" } { button class="button button--secondary" type="submit" { "すべての端末からログアウトさせる" } }
                form method="post" action={ (path) "/suspension" } { button class="button button--secondary" type="submit" { "利用を停止する" } }
            } @else {
                p { "再開すると、役割は「" (names(&p.roles)) "」にもどります。入るには、招待状が要ります。" }
                form method="post" action={ (path) "/reinstatement" } { button class="button" type="submit" { "利用を再開する" } }
            }
        }
        (ui::error_message("suspension", errors))
        (what_it_replaces(p))
        (dates(p))
        (keys(staff, p, errors))
        h2 { "登録内容" }
        form class="form" method="post" action=(path) novalidate {
            (name_fields(&entry.name, &entry.unit, errors))
            (role_boxes(&entry.roles, errors))
            p class="hint" { "役割を変えると、この人はすべての端末からログアウトします" }
            (ui::submit("変更を保存する"))
        }
        h2 { "役割の期間" }
        (history(p))
        h2 { "研修の記録" }
        (trainings(p))
        form class="form" method="post" action={ (path) "/trainings" } novalidate {
            (TextField { name: "held_on", label: "受講日", hint: "例：2026-04-01", value: typed.get("held_on"), width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
            (TextField { name: "title", label: "研修の名前", value: typed.get("title"), width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit("研修を記録する"))
        }
    };
    ConsolePage::new(&p.name, "/staff", main)
        .crumbs(&[("職員", "/staff")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// The keys by which somebody comes in, and the way to stop a lost one. One's own are stopped where one's screen stays open.
fn keys(staff: &Staff, p: &FullPerson, errors: &[FieldError]) -> Markup {
    let is_own = p.id == staff.id;
    html! { @if !p.keys.is_empty() {
        h2 id="keys" tabindex="-1" { "ログインに使うキー" }
        (ui::error_message("keys", errors))
        @if is_own { p { "自分のキーは、" a href="/account" { "自分の設定" } "で停止します。" } }
        ul class="rows" { @for key in &p.keys { li class="rows__item" {
            div {
                p { (key.label) }
                (key_dates(key))
            }
            @if !is_own {
                form method="post" action={ "/staff/" (p.id) "/keys/" (key.id) "/revocation" } {
                    button class="button button--secondary" type="submit" { "停止する" span class="vh" { "：" (key.label) } }
                }
            }
        } } }
        @if !is_own { p class="hint" { "キーを停止すると、この人はすべての端末からログアウトします" } }
    } }
}

fn day(at: NaiveDateTime) -> String {
    wareki(jst(at).date())
}

/// Since when somebody is registered, and when they were let in no more, and again.
pub(super) fn dates(p: &FullPerson) -> Markup {
    html! {
        p {
            "登録：" (day(p.created_at))
            @for stop in &p.stops {
                "　停止：" (day(stop.from))
                @if let Some(at) = stop.until { "　再開：" (day(at)) }
            }
        }
    }
}

pub(super) fn history(p: &FullPerson) -> Markup {
    html! {
        table class="table" {
            caption class="vh" { "役割の期間" }
            thead { tr { th scope="col" { "役割" } th scope="col" { "から" } th scope="col" { "まで" } th scope="col" { "決めた人" } } }
            tbody { @for held in &p.history { tr {
                th scope="row" { (held.role) }
                td data-label="から" { (day(held.from)) }
                td data-label="まで" { @match held.until { Some(at) => (day(at)), None => "現在" } }
                td data-label="決めた人" { @match held.by.as_str() { "operator" => "運用担当（コマンド）", "system" => "システム", by => (by) } }
            } } }
        }
    }
}

fn trainings(p: &FullPerson) -> Markup {
    html! {
        @if p.trainings.is_empty() { p { "まだ記録がありません。" } }
        @else { ul { @for t in &p.trainings { li { (wareki(t.held_on)) "　" (t.title) } } } }
    }
}
