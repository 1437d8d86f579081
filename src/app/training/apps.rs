//! The apps that answer at the practice site: the room where nobody has a seat yet, and a desk's four faces, made of the very
//! routes and guards of production.
use super::{Answering, ready};
use crate::{
    accounts::Relying,
    app::{LARGEST_BODY, console, public_routes, rules},
    gateways::simulator,
    mail::viewer,
    training::{self, Desk, Doors, School},
    web::{self as pages, Networks, Practice, Site, Unread},
};
use actix_service::ServiceFactory;
use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{AppConfig, ServiceRequest, ServiceResponse},
    middleware::{Compress, Condition, from_fn},
    web::{Data, PayloadConfig, ServiceConfig, get},
};
use maud::Markup;

/// Before the title of every page of a practice desk that is not the program's own: its bank's and its mailbox's.
const TITLE_MARK: &str = "【研修】";

pub(super) fn room_site(school: &School) -> Site {
    let addresses = school.addresses();
    Site {
        surface: pages::Surface::Console,
        environment: crate::config::Environment::Training,
        url: addresses.console.clone(),
        trusted_proxies: school.trusted_proxies(),
        practice: Some(Practice {
            place: String::new(),
            console: addresses.console.clone(),
            public: addresses.public.clone(),
            bank: addresses.bank.clone(),
            mails: addresses.mails.clone(),
            unread: Unread::default(),
        }),
        ..Site::new(school.base())
    }
}

pub(super) fn networks(school: &School) -> Data<Networks> {
    let training = school.base().training.as_ref();
    Data::new(Networks(
        training.map(|training| training.networks.clone()).unwrap_or_default(),
    ))
}

type Listed = Option<Data<Networks>>;

/// Other networks get nothing; the gateway's calls come from this machine and carry their own proof.
macro_rules! guarded {
    ($app:expr, $listed:expr) => {{
        let listed = $listed;
        let guard = Condition::new(listed.is_some(), from_fn(pages::listed_networks_only));
        let app = match listed {
            Some(networks) => $app.app_data(networks),
            None => $app,
        };
        app.wrap(from_fn(pages::render_errors))
            .wrap(guard)
            .wrap(from_fn(pages::headers))
            .wrap(from_fn(pages::access_log))
    }};
}

macro_rules! an_app {
    () => {
        App<impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody>,
            Error = Error,
            InitError = (),
        >>
    };
}

pub(super) fn room(school: School) -> an_app!() {
    let app = App::new()
        .app_data(Data::new(room_site(&school)))
        .app_data(PayloadConfig::new(LARGEST_BODY))
        .wrap(Compress::default())
        .wrap(from_fn(pages::same_origin_only))
        .wrap(from_fn(pages::no_nul));
    let listed = Some(networks(&school));
    guarded!(app.app_data(Data::new(school)), listed).configure(training::room_routes)
}

/// Everything leads to where one takes a seat.
pub(super) fn to_the_room(school: School) -> an_app!() {
    let place = format!("{}/training/", school.addresses().console);
    let lead = move || {
        let place = place.clone();
        async move { pages::see_other(&place) }
    };
    let app = App::new().app_data(Data::new(room_site(&school)));
    guarded!(app, Some(networks(&school))).default_service(actix_web::web::to(lead))
}

pub(super) async fn ready_console(school: &School, desk: &Desk, config: AppConfig) -> Result<Answering, ()> {
    let settings = desk.workspace.settings.console.clone().ok_or(())?;
    let site = Site {
        surface: pages::Surface::Console,
        url: settings.url.clone(),
        idle_minutes: settings.idle_minutes,
        trusted_proxies: school.trusted_proxies(),
        ..desk.workspace.site.as_ref().clone()
    };
    let relying = Relying::new(&settings, &desk.workspace.settings.bureau).map_err(drop)?;
    let parts = console::Parts {
        workspace: desk.workspace.clone(),
        site: Data::new(site),
        relying: Data::new(relying),
        networks: networks(school),
        plan: rules::PRACTICE_PLAN,
        doors: Doors::None,
    };
    ready(console::console_app(parts).configure(training::desk_routes), config).await
}

/// A desk's site as browsers see it: its own address in the site is for the gateway and for mails.
pub(super) fn site_of(desk: &Desk, trusted_proxies: Vec<std::net::IpAddr>) -> Data<Site> {
    let practice = desk.workspace.site.practice.as_ref();
    let origin = practice.map(|practice| practice.public.clone());
    Data::new(Site {
        url: origin.unwrap_or_default(),
        trusted_proxies,
        ..desk.workspace.site.as_ref().clone()
    })
}

pub(super) fn public(site: Data<Site>, desk: Desk, listed: Listed) -> an_app!() {
    let app = App::new()
        .app_data(site)
        .app_data(Data::new(desk.workspace))
        .app_data(PayloadConfig::new(LARGEST_BODY))
        .wrap(Compress::default())
        .wrap(from_fn(pages::same_origin_only))
        .wrap(from_fn(pages::no_nul));
    guarded!(app, listed).configure(public_routes)
}

/// For pages that know nothing of a site.
fn banner_of(site: &Data<Site>) -> Box<dyn Fn() -> Markup> {
    let site = site.clone();
    Box::new(move || pages::environment_banner(&site))
}

pub(super) fn bank(site: Data<Site>, desk: Desk, listed: Listed) -> an_app!() {
    let running = desk.bank;
    let guard = Condition::new(listed.is_some(), from_fn(pages::listed_networks_only));
    let mark = simulator::Mark {
        title: TITLE_MARK,
        above: banner_of(&site),
    };
    let app = App::new().app_data(site).app_data(Data::new(mark));
    let app = match listed {
        Some(networks) => app.app_data(networks),
        None => app,
    };
    app.wrap(from_fn(simulator::mark_pages))
        .wrap(guard)
        .wrap(simulator::default_headers())
        .configure(|cfg: &mut ServiceConfig| running.configure(cfg))
}

pub(super) fn mails(site: Data<Site>, desk: Desk, listed: Listed) -> an_app!() {
    let folder = viewer::Folder(desk.mails.path().to_owned());
    let above = viewer::Above {
        title: TITLE_MARK,
        bar: banner_of(&site),
        stylesheet: pages::asset_path("app.css"),
    };
    let app = App::new()
        .app_data(site)
        .app_data(Data::new(folder))
        .app_data(Data::new(above));
    guarded!(app, listed)
        .configure(viewer::routes)
        .route("/favicon.ico", get().to(pages::favicon))
        .route("/assets/{file}", get().to(pages::asset))
}
