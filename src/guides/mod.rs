//! The public texts: terms, privacy, accessibility, やさしい日本語, questions, paper route, schedule, planned stops.
mod views;

use crate::{
    clock::jst,
    db::Conn,
    institutions::{self, Closure, Institution, Mode, Openings, Readiness, Regular},
    texts::{self, TextId},
    web::{Error, Page, Scripts, html, ui::when},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, get, resource},
};

/// The pages that are a text and nothing else, each under its own name. The questions have entries besides (`inquiries`).
const TEXTS: [TextId; 5] = [
    TextId::Privacy,
    TextId::Accessibility,
    TextId::Easy,
    TextId::Paper,
    TextId::Schedule,
];

pub fn routes(cfg: &mut ServiceConfig) {
    for id in TEXTS {
        let page = move |workspace: Data<Workspace>| show(workspace, id);
        cfg.service(resource(id.path().unwrap_or_default()).route(get().to(page)));
    }
    cfg.service(resource("/terms").route(get().to(terms)))
        .service(resource("/availability").route(get().to(availability)));
}

async fn show(workspace: Data<Workspace>, id: TextId) -> Result<HttpResponse, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let read = move |conn: &mut Conn| texts::words(conn, &world, id, now);
    let words = workspace.db.read(read).await?;
    let body = views::text(id.title(), &workspace.site.fill(&words));
    Ok(html(Page::new(id.title(), body).back("/").render(&workspace.site)))
}

/// `GET /terms`: the whole text, for printing.
async fn terms(workspace: Data<Workspace>) -> Result<HttpResponse, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let read = move |conn: &mut Conn| texts::terms(conn, &world, now);
    let terms = workspace.db.read(read).await?.terms;
    let page = Page::new(TextId::Terms.title(), views::terms(&terms))
        .back("/")
        .scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `GET /availability`: which institutions can be reached, and the announced stops.
async fn availability(workspace: Data<Workspace>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let today = jst(now).date();
    let (all, openings, leaving) = workspace
        .db
        .read(move |conn| {
            let all = institutions::all(conn, today)?;
            Ok::<_, Error>((all, Openings::read(conn, now)?, institutions::leaving(conn, today)?))
        })
        .await?;
    // A stop of an institution that retired concerns nobody.
    let serves = |code: &Option<String>| code.as_ref().is_none_or(|code| all.iter().any(|i| i.code == *code));
    let stops = openings.stops.iter().filter(|c| serves(&c.institution_code));
    let regulars = openings
        .regular
        .iter()
        .filter(|r| serves(&r.institution_code) && !r.rule.is_past(today));
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
        stops: stops.map(|c| stop(&all, c)).collect(),
        regular: regulars.map(|r| regular(&all, r)).collect(),
        leaving: &leaving,
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
