//! The public texts: terms, privacy, accessibility, やさしい日本語, questions, paper route, schedule, planned stops.
mod views;

use crate::{
    clock::jst,
    institutions::{self, Closure, Institution, Mode, Openings, Readiness, Regular},
    web::{Error, Page, Scripts, html, ui::when},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, get, resource},
};

/// Path, title and text of each page.
const TEXTS: [(&str, &str, &str); 6] = [
    (
        "/privacy",
        "個人情報の取扱い",
        include_str!("../../assets/texts/privacy.md"),
    ),
    (
        "/accessibility",
        "アクセシビリティ",
        include_str!("../../assets/texts/accessibility.md"),
    ),
    (
        "/easy",
        "やさしい日本語の案内",
        include_str!("../../assets/texts/easy.md"),
    ),
    ("/faq", "よくある質問", include_str!("../../assets/texts/faq.md")),
    (
        "/paper",
        "紙の申込書で申し込む方法",
        include_str!("../../assets/texts/paper.md"),
    ),
    (
        "/schedule",
        "いつから引き落としになるか",
        include_str!("../../assets/texts/schedule.md"),
    ),
];

pub fn routes(cfg: &mut ServiceConfig) {
    for (path, title, text) in TEXTS {
        let page = move |workspace: Data<Workspace>| async move { show(&workspace, title, text) };
        cfg.service(resource(path).route(get().to(page)));
    }
    cfg.service(resource("/terms").route(get().to(terms)))
        .service(resource("/availability").route(get().to(availability)));
}

fn show(workspace: &Workspace, title: &str, text: &str) -> HttpResponse {
    let body = views::text(title, &workspace.site.fill(text));
    html(Page::new(title, body).back("/").render(&workspace.site))
}

/// `GET /terms`: the whole text, for printing.
async fn terms(workspace: Data<Workspace>) -> HttpResponse {
    let terms = &workspace.terms;
    let body = views::terms(&terms.version, &terms.effective, &workspace.terms_text);
    let page = Page::new("利用規約と個人情報の取扱い", body)
        .back("/")
        .scripts(Scripts::Form);
    html(page.render(&workspace.site))
}

/// `GET /availability`: which institutions can be reached, and the announced stops.
async fn availability(workspace: Data<Workspace>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let today = jst(now).date();
    let (all, openings) = workspace
        .db
        .read(move |conn| Ok::<_, Error>((institutions::all(conn, today)?, Openings::read(conn, now)?)))
        .await?;
    let rows: Vec<views::ReadyRow> = all
        .iter()
        .map(|i| {
            let (class, state) = match openings.readiness(&i.code, now) {
                Readiness::Open | Readiness::ClosingSoon(_) if openings.service.mode != Mode::Open => {
                    ("closed", "手続きを止めています".to_owned())
                }
                Readiness::Open => ("open", "手続きできます".to_owned()),
                Readiness::ClosingSoon(at) => ("soon", format!("{}から停止します", when(at))),
                Readiness::ClosedUntil(at) => ("closed", format!("{}から再開します", when(at))),
            };
            views::ReadyRow {
                name: i.name.clone(),
                class,
                state,
            }
        })
        .collect();
    let shown = views::Availability {
        service: openings.service.notice(),
        rows: &rows,
        stops: openings.stops.iter().map(|c| stop(&all, c)).collect(),
        regular: openings.regular.iter().map(|r| regular(&all, r)).collect(),
    };
    let page = Page::new("停止の予定と、いまの状況", views::availability(&shown)).back("/");
    Ok(html(page.render(&workspace.site)))
}

fn stop(all: &[Institution], closure: &Closure) -> views::Stop {
    views::Stop {
        name: name_of(all, closure.institution_code.as_deref()),
        from: when(closure.starts_at),
        to: when(closure.ends_at),
        reason: closure.reason.clone(),
    }
}

fn regular(all: &[Institution], regular: &Regular) -> views::RegularStop {
    views::RegularStop {
        name: name_of(all, regular.institution_code.as_deref()),
        rhythm: regular.rule.describe(),
        reason: regular.reason.clone(),
    }
}

fn name_of(all: &[Institution], code: Option<&str>) -> String {
    let Some(code) = code else {
        return "すべての金融機関（サービス全体）".to_owned();
    };
    let named = all.iter().find(|i| i.code == code);
    named.map_or(code.to_owned(), |i| i.name.clone())
}
