//! The other side of the `redirect` protocol (`docs/GATEWAY.md`), for demos, training and tests: a gateway,
//! thirteen look-alike institutions and a control page. It shares no code with the adapter, so that a mistake
//! in one of them is not repeated in the other.

mod api;
mod autopilot;
mod control;
mod faults;
mod institutions;
mod journey;
mod messages;
mod outcome;
mod person;
mod push;
mod scenarios;
mod site;
mod state;
mod typing;
mod views;
mod wire;

use crate::clock::Clock;
use actix_web::{
    App, HttpResponse, HttpServer, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{Server, ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::{DefaultHeaders, Next},
    web,
};
pub use messages::{Charset, SharedKey};
use messages::{Desk, Refusal};
use rand::RngExt;
pub use scenarios::ALL as SCENARIOS;
use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
};
use tokio::task::JoinHandle;
pub use views::Mark;

/// Settings of `mizumado gateway-simulator`.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub listen: String,
    /// File that keeps all transactions: a log of JSON lines, added to before each answer, tidied at each start.
    #[arg(long, value_name = "FILE")]
    pub state: PathBuf,
    /// The bureau's id at this gateway, at most 20 ASCII characters.
    #[arg(long, value_name = "ID")]
    pub merchant: String,
    /// A shared key: its id, a colon, and at least 16 bytes in hex. Repeatable; the first one signs, all are accepted.
    #[arg(long = "key", value_name = "ID:HEX", required = true)]
    pub keys: Vec<SharedKey>,
    /// Charset of all messages.
    #[arg(long, value_enum, default_value = "utf-8")]
    pub charset: Charset,
    /// Address under which browsers and the bureau reach this server; default: http:// and the listen address.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Scenario 22: seconds until the result is known.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub late_seconds: u32,
    /// Scenario 23: seconds until the push that makes the result known.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pub push_seconds: u32,
    /// Whether every result is pushed, not only that of scenario 23.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub push_after_result: bool,
    /// Seconds between a result and its push.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub push_after_seconds: u32,
    /// Seconds until a refused push is sent again, try by try; the last one repeats for a day.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = [10, 60, 600, 3600])]
    pub push_backoff_seconds: Vec<u32>,
    /// Minutes until an unused token dies.
    #[arg(long, value_name = "MINUTES", default_value_t = 30)]
    pub token_minutes: u32,
    /// Minutes until an opened but unfinished transaction ends as a session time-out.
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    pub session_minutes: u32,
    /// Where the choices of faults and of the autopilot begin; default: as it was, at first by chance.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Whether every transaction ends by itself, so many milliseconds after its begin, as its account number wants it.
    #[arg(long, value_name = "MS")]
    pub autopilot_ms: Option<u32>,
    /// Whether what was begun and decided waits for the disk, so that not even a power cut loses it.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub sync: bool,
}

impl Options {
    /// The defaults of the command line, for callers that start a simulator in their own process.
    pub fn new(state: PathBuf, merchant: &str, keys: Vec<SharedKey>) -> Options {
        Options {
            listen: "127.0.0.1:0".to_owned(),
            state,
            merchant: merchant.to_owned(),
            keys,
            charset: Charset::Utf8,
            public_url: None,
            late_seconds: 120,
            push_seconds: 20,
            push_after_result: true,
            push_after_seconds: 3,
            push_backoff_seconds: vec![10, 60, 600, 3600],
            token_minutes: 30,
            session_minutes: 60,
            seed: None,
            autopilot_ms: None,
            sync: true,
        }
    }
}

/// What every handler of the simulator needs.
pub(crate) struct Simulator {
    desk: Desk,
    store: state::Store,
    /// `http://ADDR` without a slash at the end.
    origin: String,
}

/// Why a request got no ordinary answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("no such page")]
    Missing,
    #[error("the state file could not be written: {0}")]
    Storage(#[from] std::io::Error),
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Failure::Refused(_) => StatusCode::BAD_REQUEST,
            Failure::Missing => StatusCode::NOT_FOUND,
            Failure::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        tracing::info!(reason = %self, "simulator refused a request");
        match self {
            Failure::Missing => site::page(StatusCode::NOT_FOUND, views::missing(), None),
            other => HttpResponse::build(self.status_code())
                .content_type("text/plain; charset=utf-8")
                .body(format!("{other}\n")),
        }
    }
}

/// A background task; it ends when the last handle is dropped.
#[derive(Clone)]
pub(crate) struct Task {
    _handle: Arc<Abort>,
}

struct Abort(JoinHandle<()>);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Task {
    fn of(handle: JoinHandle<()>) -> Task {
        Task {
            _handle: Arc::new(Abort(handle)),
        }
    }
}

/// Binds, prints `listening on http://ADDR` and `seed NUMBER`, and serves until SIGTERM or SIGINT.
pub async fn run(options: Options, clock: Clock) -> std::io::Result<()> {
    let (address, server, seed) = begin(options, clock).await?;
    let mut out = std::io::stdout();
    // One write: whoever reads only the first line may then close the other end.
    out.write_all(format!("listening on http://{address}\nseed {seed}\n").as_bytes())?;
    out.flush()?;
    server.await
}

/// Binds and returns the address with the server, which works once it is awaited or spawned.
/// `server.handle().stop(false)` ends it; so does a signal.
pub async fn start(options: Options, clock: Clock) -> std::io::Result<(SocketAddr, Server)> {
    let (address, server, _) = begin(options, clock).await?;
    Ok((address, server))
}

/// Sets what the command line says, and returns the seed.
async fn set(store: &state::Store, options: &Options) -> std::io::Result<u64> {
    let (wished, after_ms) = (options.seed, options.autopilot_ms);
    let change = store.change(move |ledger, _, _| {
        let known = ledger.settings().seed;
        // A number that people can read out. 0 is the one of a ledger that has none yet.
        let seed = wished.unwrap_or(if known == 0 {
            rand::rng().random_range(1..=999_999)
        } else {
            known
        });
        if seed != known {
            let faults = ledger.settings().faults.clone();
            ledger.set_faults(faults, Some(seed));
        }
        if let Some(after_ms) = after_ms {
            let shares = Default::default();
            ledger.set().autopilot = Some(autopilot::Autopilot { after_ms, shares });
        }
        Ok(seed)
    });
    change.await
}

/// A simulator that works without a socket of its own: whoever holds it serves its pages. It ends when the last clone is
/// dropped.
#[derive(Clone)]
pub struct Running {
    simulator: web::Data<Simulator>,
    tasks: web::Data<[Task; 2]>,
}

impl Running {
    /// `origin` is where browsers and the bureau reach its pages.
    pub async fn open(options: Options, origin: &str, clock: Clock) -> std::io::Result<Running> {
        Ok(Self::with_seed(options, origin, clock).await?.0)
    }

    async fn with_seed(options: Options, origin: &str, clock: Clock) -> std::io::Result<(Running, u64)> {
        let simulator = web::Data::new(Simulator {
            desk: Desk::new(&options, clock.clone()),
            store: state::Store::open(&options, clock)?,
            origin: origin.trim_end_matches('/').to_owned(),
        });
        let seed = set(&simulator.store, &options).await?;
        let tasks = web::Data::new([
            push::spawn(simulator.clone(), options.push_backoff_seconds)?,
            autopilot::spawn(simulator.clone()),
        ]);
        Ok((Running { simulator, tasks }, seed))
    }

    /// Its data and routes.
    pub fn configure(self, cfg: &mut web::ServiceConfig) {
        // The tasks live as long as the workers do: when the server is dropped, they end with it.
        cfg.app_data(self.simulator)
            .app_data(self.tasks)
            .app_data(web::PayloadConfig::new(messages::BODY_LIMIT))
            .app_data(web::FormConfig::default().limit(messages::BODY_LIMIT))
            .configure(api::routes)
            .configure(site::routes)
            .configure(control::routes)
            .default_service(web::to(|| async { Err::<HttpResponse, _>(Failure::Missing) }));
    }

    /// Opens a transaction's first page and leaves it there: begun, and not decided.
    pub async fn open_page(&self, tran_id: &str) -> std::io::Result<()> {
        let tran_id = tran_id.to_owned();
        let change = self.simulator.store.change(move |ledger, now, rules| {
            if let Some(token) = ledger.by_tran(&tran_id).map(|it| it.token.clone()) {
                ledger.open(&tran_id, &token, now, rules);
            }
            Ok(())
        });
        change.await
    }

    /// Plays the person of a transaction to the end of its pages, as its account number wants it; `false` when the person
    /// can only leave, and leaves.
    pub async fn play(&self, tran_id: &str) -> std::io::Result<bool> {
        let (tran_id, person) = (tran_id.to_owned(), person::Person::default());
        let change = self.simulator.store.change(move |ledger, now, rules| {
            if let Some(token) = ledger.by_tran(&tran_id).map(|it| it.token.clone()) {
                ledger.open(&tran_id, &token, now, rules);
            }
            let walked = person::walk(ledger, &tran_id, &person, now, rules).is_ok();
            if !walked {
                ledger.cancel(&tran_id, now, rules);
            }
            Ok(walked)
        });
        change.await
    }
}

/// The headers of every page of it.
pub fn default_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("Cache-Control", "no-store"))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
}

/// Puts the [`Mark`] of the app on every page, whatever its status.
pub async fn mark_pages(
    mark: web::Data<Mark>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(req).await?.map_into_boxed_body();
    let page = response.response_mut().extensions_mut().remove::<views::Page>();
    Ok(match page {
        Some(page) => response.map_body(|_, _| BoxBody::new(page.render(Some(&mark)).into_string())),
        None => response,
    })
}

async fn begin(options: Options, clock: Clock) -> std::io::Result<(SocketAddr, Server, u64)> {
    let listener = TcpListener::bind(&options.listen)?;
    let address = listener.local_addr()?;
    let origin = options
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let (running, seed) = Running::with_seed(options, &origin, clock).await?;
    let server = HttpServer::new(move || {
        App::new()
            .wrap(default_headers())
            .configure(|cfg| running.clone().configure(cfg))
    })
    .workers(2)
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    Ok((address, server, seed))
}

#[cfg(test)]
mod tests;
