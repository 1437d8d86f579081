use super::{PART, take_home};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    clock::jst,
    incidents::{pages::Report, path_of, report},
    web::{
        FormBody, Site,
        ui::{self, FieldError, TextField},
    },
};
use maud::{Markup, html};

/// The form as it was saved, or as it begins.
pub fn accident_form(r: &Report) -> FormBody {
    let time = |at| jst(at).format("%Y-%m-%d %H:%M").to_string();
    let mut form = FormBody::default();
    let mut put = |name: &str, value: String| drop(form.0.insert(name.to_owned(), value));
    match &r.accident {
        Some(a) => {
            put("contents", a.contents.clone());
            put("place", a.place.clone());
            put("situation", a.situation.clone());
            put("response", a.response.clone());
            put("seen_by", r.seen_by.clone());
            put("seen_from", time(a.seen_from));
            put("seen_to", time(a.seen_to));
            put("rev", a.rev.to_string());
        }
        None => {
            put("seen_from", time(r.shown.incident.happened_at));
            put("seen_to", time(r.shown.now));
        }
    }
    form
}

pub fn accident(site: &Site, staff: &Staff, r: &Report, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let i = &r.shown.incident;
    let (path, name) = (path_of(&i.id), format!("第{}号", i.no));
    let title = format!("個人情報の事故の報告書（障害 第{}号）", i.no);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        @match report::accident(r) {
            Some(document) => { (document.markup()) (take_home(&format!("{path}/accident/word"))) },
            None => p class="lead" { "直ちに水道局に報告する書類です。内容を書き、操作記録を調べる範囲を決めると、件数と申込みの一覧ができます。" },
        }
        details class="details noprint" open[r.accident.is_none() || !errors.is_empty()] {
            summary { "報告書を書く・直す" }
            form class="form" method="post" action={ (path) "/accident" } novalidate {
                input type="hidden" name="rev" value=(typed.get("rev"));
                (ui::text_area("contents", "個人情報の内容", "例：氏名、住所、口座番号", typed.get("contents"), 2, errors))
                (ui::text_area("place", "発生場所", "", typed.get("place"), 2, errors))
                (ui::text_area("situation", "発生状況", "紛失、漏えい、改ざん、破損など。いつ、どのように", typed.get("situation"), 4, errors))
                (ui::text_area("response", "とった対応", "", typed.get("response"), 3, errors))
                h2 { "操作記録を調べる範囲" }
                (TextField { name: "seen_by", label: "だれが", hint: "職員番号。コマンドの操作は「運用担当」。空らんは全員", value: typed.get("seen_by"), width: "w12", autocomplete: "off", optional: true, ..Default::default() }.render(errors))
                (TextField { name: "seen_from", label: "はじめ", hint: "例：2026-11-25 10:00", value: typed.get("seen_from"), width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "seen_to", label: "終わり", hint: "この時刻の前まで。例：2026-11-25 18:00", value: typed.get("seen_to"), width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
                (ui::submit("報告書を保存する"))
            }
        }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("障害・連絡", PART), (&name, &path)])
        .errors(!errors.is_empty())
        .render(site, staff)
}
