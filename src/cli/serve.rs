use super::{ConfigFile, Outcome, staff};
use crate::{
    alarms, app, audit,
    audit::ChainCheck,
    clock::Clock,
    config::{Settings, Tls, Training, log_filter},
    db::{Conn, DbError},
    logs, operations,
    training::{Addresses, Closed, Doors, School},
    web::{Certificate, Error},
    workspace::Workspace,
};
use actix_web::{
    dev::{Server, ServerHandle},
    rt::task::JoinHandle,
};
use listenfd::ListenFd;
use sd_notify::NotifyState;
use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::signal::unix::{SignalKind, signal};

/// Opens the workspace for a command; its own lines go to standard error, because a running server owns the log files.
pub fn open(file: &ConfigFile) -> Result<(Workspace, logs::Guard), Box<dyn std::error::Error>> {
    open_with_logs(file, |_| None)
}

fn open_with_logs(
    file: &ConfigFile,
    folder: impl Fn(&Settings) -> Option<&Path>,
) -> Result<(Workspace, logs::Guard), Box<dyn std::error::Error>> {
    let settings = Settings::load(&file.config)?;
    let guard = start_logs(folder(&settings))?;
    let mut workspace = Workspace::open(settings, Clock::system())?;
    workspace.log_health = guard.health();
    Ok((workspace, guard))
}

/// Begins to log, by the system's clock.
pub fn start_logs(folder: Option<&Path>) -> Result<logs::Guard, logs::StartError> {
    let clock = Clock::system();
    let guard = logs::start(folder, move || clock.now(), &log_filter())?;
    log_panics();
    Ok(guard)
}

/// A panic's text can quote data; its place cannot.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
}

/// Held while a server works on an SQLite file, so that no restore changes it underneath.
pub fn lock_database(settings: &Settings) -> Result<Option<File>, String> {
    let Some(file) = settings.database.strip_prefix("sqlite:") else {
        return Ok(None);
    };
    let name = format!("{file}.serving");
    let lock = File::create(&name).map_err(|e| format!("{name}: {e}"))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(_) => Err(format!("{file} is in use by a running mizumado; stop it first")),
    }
}

pub fn serve(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = open_with_logs(file, |settings| settings.log_dir.as_deref())?;
    let _lock = lock_database(&workspace.settings)?;
    actix_web::rt::System::new().block_on(async {
        app::prepare(&workspace).await?;
        let mut given = ListenFd::from_env();
        let address = workspace.settings.public.listen.clone();
        let public = socket(&mut given, 0, "public.listen", &address)?;
        let ops = match workspace.settings.ops.clone() {
            Some(ops) => Some(socket(&mut given, 1, "ops.listen", &ops.listen)?),
            None => None,
        };
        let console = match workspace.settings.console.clone() {
            Some(console) => Some(socket(&mut given, 2, "console.listen", &console.listen)?),
            None => None,
        };
        tracing::info!(address = %public.local_addr()?, "serving the public site");
        let training = workspace.settings.training.as_ref().map(training_sockets);
        let sockets = Sockets {
            public,
            ops,
            console,
            training,
        };
        run(workspace, sockets).await
    })
}

/// The socket that systemd hands over (the first is public, the second ops, the third the console), or one of our own.
fn socket(given: &mut ListenFd, place: usize, setting: &str, address: &str) -> Result<TcpListener, String> {
    match given.take_tcp_listener(place) {
        Ok(Some(socket)) => Ok(socket),
        _ => TcpListener::bind(address)
            .map_err(|e| format!("{setting} = {address:?} cannot be bound: {e}; is another mizumado running?")),
    }
}

fn training_sockets(training: &Training) -> Result<[TcpListener; 4], String> {
    let bind = |address: SocketAddr| {
        TcpListener::bind(address).map_err(|e| {
            let setting = format!("training.listen = {:?}", training.listen);
            format!("{setting}: {address} cannot be bound: {e}; it needs this port and the three after it")
        })
    };
    let [console, public, bank, mails] = training.sockets().ok_or("training.listen is no address")?;
    Ok([bind(console)?, bind(public)?, bind(bank)?, bind(mails)?])
}

/// The bound sockets of the listeners.
pub struct Sockets {
    pub public: TcpListener,
    pub ops: Option<TcpListener>,
    pub console: Option<TcpListener>,
    /// The four faces of the practice site, in the order of `app::Face::ALL`, or why they cannot be had.
    pub training: Option<Result<[TcpListener; 4], String>>,
}

/// Serves and works until SIGTERM or Ctrl-C, then lets the running requests end.
pub async fn run(workspace: Workspace, sockets: Sockets) -> Outcome {
    operations::start_recorder()?;
    let mut jobs = actix_web::rt::spawn(app::runner(&workspace).run());
    let planner = app::planner(&workspace);
    let mut planning = actix_web::rt::spawn(planner.clone().run());
    let mut renewing = vec![];
    let certificate = certificate(workspace.settings.public.tls.as_ref(), &mut renewing)?;
    let ops = sockets
        .ops
        .map(|socket| app::serve_ops(workspace.clone(), socket))
        .transpose()?;
    let ops_handle = ops.as_ref().map(|server| server.handle());
    let ops = ops.map(actix_web::rt::spawn);
    let (doors, practice) = training(&workspace, sockets.training, &mut renewing).await;
    let console = serve_console(&workspace, sockets.console, &mut renewing, doors)?;
    let public = app::serve_public(workspace, sockets.public, certificate)?;
    let all: Vec<Server> = [Some(public), console].into_iter().flatten().chain(practice).collect();
    let handles: Vec<ServerHandle> = all.iter().map(Server::handle).collect();
    let mut servers = actix_web::rt::spawn(async move { futures_util::future::try_join_all(all).await.map(drop) });
    tell_systemd(NotifyState::Ready);
    let outcome = tokio::select! {
        ended = &mut servers => ended?.map_err(Into::into),
        // They never end by themselves: without them results and mails would stay.
        _ = &mut jobs => Err("the jobs ended; the log says why".into()),
        _ = &mut planning => Err("the planning of the standing work ended; the log says why".into()),
        () = asked_to_stop() => {
            tracing::info!("stopping: running requests may end");
            tell_systemd(NotifyState::Stopping);
            futures_util::future::join_all(handles.iter().map(|handle| handle.stop(true))).await;
            servers.await?.map_err(Into::into)
        }
    };
    planning.abort();
    // Another node may plan at once.
    planner.resign().await?;
    jobs.abort();
    renewing.iter().for_each(JoinHandle::abort);
    if let (Some(handle), Some(server)) = (ops_handle, ops) {
        handle.stop(false).await;
        server.await??;
    }
    outcome
}

/// The practice site, where the settings have one. What is wrong with it is told, and stops nothing else.
async fn training(
    workspace: &Workspace,
    sockets: Option<Result<[TcpListener; 4], String>>,
    renewing: &mut Vec<JoinHandle<()>>,
) -> (Doors, Vec<Server>) {
    let (doors, servers) = match (&workspace.settings.training, sockets) {
        (Some(settings), Some(sockets)) => match open_school(workspace, settings, sockets, renewing).await {
            Ok((school, servers)) => (Doors::Open(school), servers),
            Err(error) => {
                tracing::error!(%error, "the practice site stays closed");
                (Doors::Closed(Closed::by(error.as_ref())), vec![])
            }
        },
        _ => (Doors::None, vec![]),
    };
    if let Err(error) = tell(workspace, &doors).await {
        tracing::error!(%error, "how the practice site is could not be told");
    }
    (doors, servers)
}

/// Raises what is wrong with the practice site at this start, and ends what no longer is.
async fn tell(workspace: &Workspace, doors: &Doors) -> Result<(), Error> {
    let (closed, left_out) = match doors {
        Doors::Closed(Closed(why)) => (Some(why.clone()), 0),
        Doors::Open(school) => (None, school.left_out()),
        Doors::None => (None, 0),
    };
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let why = closed.as_deref().unwrap_or_default();
        let message =
            format!("研修の画面を開けません。{why}本番の画面は動いています。直したら、起動し直してください。");
        let cause = alarms::Cause {
            key: "training.closed",
            subject: "",
            message: &message,
        };
        alarms::hold(conn, &world, closed.is_some(), &cause, now)?;
        let message = format!("開けない研修の教室があります（{left_out}件）。ほかの教室と本番の画面は動いています。");
        let cause = alarms::Cause {
            key: "training.class_closed",
            subject: "",
            message: &message,
        };
        alarms::hold(conn, &world, left_out > 0, &cause, now)
    };
    workspace.db.write(write).await
}

/// The school, and its four listeners.
async fn open_school(
    workspace: &Workspace,
    settings: &Training,
    sockets: Result<[TcpListener; 4], String>,
    renewing: &mut Vec<JoinHandle<()>>,
) -> Result<(School, Vec<Server>), Box<dyn std::error::Error>> {
    let sockets = sockets?;
    let [console, public, bank, mails] = settings.urls().ok_or("training.url is no address")?;
    let addresses = Addresses {
        bank_here: format!("http://{}", sockets[2].local_addr()?),
        console,
        public,
        bank,
        mails,
    };
    let certificate = certificate(settings.tls.as_ref(), renewing)?;
    let clock = Clock::system();
    let school = School::open(&workspace.settings, settings, addresses, app::ENGINE, clock).await?;
    let servers = app::serve_training(&school, sockets, certificate)?;
    Ok((school, servers))
}

fn serve_console(
    workspace: &Workspace,
    socket: Option<TcpListener>,
    renewing: &mut Vec<JoinHandle<()>>,
    doors: Doors,
) -> Result<Option<Server>, Box<dyn std::error::Error>> {
    let (Some(socket), Some(settings)) = (socket, workspace.settings.console.clone()) else {
        return Ok(None);
    };
    let certificate = certificate(settings.tls.as_ref(), renewing)?;
    Ok(Some(app::serve_console(
        workspace.clone(),
        settings,
        socket,
        certificate,
        doors,
    )?))
}

/// A listener's certificate, and the task that takes its successor.
fn certificate(
    files: Option<&Tls>,
    renewing: &mut Vec<JoinHandle<()>>,
) -> Result<Option<Arc<Certificate>>, Box<dyn std::error::Error>> {
    let Some(files) = files else {
        return Ok(None);
    };
    let certificate = Arc::new(Certificate::load(files)?);
    renewing.push(actix_web::rt::spawn(renew(certificate.clone())));
    Ok(Some(certificate))
}

/// Outside systemd nobody listens, and nothing is wrong with that.
fn tell_systemd(state: NotifyState) {
    let _ = sd_notify::notify(false, &[state]);
}

/// Takes a renewed certificate without a restart.
async fn renew(certificate: Arc<Certificate>) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        match certificate.renew() {
            Ok(false) => {}
            Ok(true) => tracing::info!("the renewed certificate is in use"),
            Err(error) => tracing::error!(%error, "the changed certificate is refused; the old one stays in use"),
        }
    }
}

/// Waits for SIGTERM or SIGINT.
pub async fn asked_to_stop() {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

pub fn migrate(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = open(file)?;
    runtime()?.block_on(app::prepare(&workspace))?;
    println!("the database is up to date");
    Ok(())
}

pub fn verify_audit(options: &super::VerifyAudit) -> Outcome {
    let kept = match &options.checkpoints {
        None => vec![],
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
            let lines = text
                .lines()
                .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
            let read = |line: &str| audit::Checkpoint::read(line).ok_or_else(|| format!("{line:?} is no checkpoint"));
            lines.map(read).collect::<Result<Vec<_>, _>>()?
        }
    };
    let (workspace, _logs) = open(&options.config)?;
    let keys = workspace.keys.clone();
    let read = move |conn: &mut Conn| {
        let found = audit::check(conn, &keys, &kept)?;
        Ok::<_, DbError>((found, audit::vouched(conn, &keys)?))
    };
    match runtime()?.block_on(workspace.db.read(read))? {
        (whole @ ChainCheck::Whole(_), vouched) => {
            println!("{whole}");
            println!("{vouched}");
            Ok(())
        }
        (broken, _) => Err(broken.to_string().into()),
    }
}

pub fn reseal_audit(options: &super::Reseal) -> Outcome {
    let (workspace, _logs) = open(&options.config)?;
    let by = staff::decided_by(&workspace, Some(&options.by))?;
    let (keys, now) = (workspace.keys.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        if audit::vouched(conn, &keys)?.sealed > 0 {
            return Ok(false);
        }
        audit::reseal(conn, &keys, staff::typed(by.as_deref()), now)?;
        Ok::<_, DbError>(true)
    };
    match runtime()?.block_on(workspace.db.write(write))? {
        true => println!("the end of the audit chain is sealed anew; `mizumado audit verify` says since which entry"),
        false => println!("the seal fits: there is nothing to do"),
    }
    Ok(())
}

pub fn list_checkpoints(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = open(file)?;
    let list = runtime()?.block_on(
        workspace
            .db
            .read(|conn| audit::checkpoints(conn).map_err(DbError::from)),
    )?;
    println!("# public key (Ed25519): {}", audit::public_key(&workspace.keys));
    list.iter().for_each(|checkpoint| println!("{}", checkpoint.line()));
    Ok(())
}

/// A runtime for a command that serves nothing.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}
