//! `mizumado demo`: the whole thing on loopback, with nothing to set up.
mod past;
mod sample;
mod setup;

use super::{Outcome, serve};
use crate::{app, clock::Clock, config::Settings, mail::viewer, workspace::Workspace};
use actix_web::{App, HttpServer, dev::Server, web};
use setup::Addresses;
use std::{net::TcpListener, path::PathBuf};
use tokio::process::{Child, Command};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where the demo keeps its database, keys and mails; a second start goes on with them
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
    /// Public site; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    public: String,
    /// Staff console
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    console: String,
    /// Gateway simulator
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8082")]
    gateway: String,
    /// Mail viewer
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8083")]
    mail: String,
    /// Practice site: this port and the three after it; port 0 takes free ones
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    training: String,
    /// Begin without the invented applications and inquiries that a fresh demo holds
    #[arg(long)]
    empty: bool,
    /// Let the clock stand so many days ahead, so that what the days after bring by themselves can be seen now
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    days_ahead: u16,
}

pub fn run(options: Options) -> Outcome {
    let _logs = serve::start_logs(Some(&options.dir.join("logs")))?;
    actix_web::rt::System::new().block_on(start(options))
}

async fn start(options: Options) -> Outcome {
    let public = bind("--public", &options.public)?;
    let console = bind("--console", &options.console)?;
    let mail = bind("--mail", &options.mail)?;
    let training =
        setup::four_sockets(&options.training).map_err(|e| format!("--training {}: {e}", options.training))?;
    let gateway = setup::free_address(&options.gateway).map_err(|e| format!("--gateway {}: {e}", options.gateway))?;
    let addresses = Addresses {
        public: format!("http://{}", public.local_addr()?),
        // By name: passkeys belong to a host name, and an IP address is none.
        console: format!("http://localhost:{}", console.local_addr()?.port()),
        // By name, so that it is another site than ours, as a real gateway is.
        gateway: format!("http://localhost:{}", gateway.port()),
        mail: format!("http://{}", mail.local_addr()?),
        training: format!("http://localhost:{}", training[0].local_addr()?.port()),
    };
    let files = setup::prepare(&options.dir, &addresses, gateway, &console.local_addr()?.to_string())?;
    let clock = Clock::days_ahead(options.days_ahead);
    let workspace = Workspace::open(Settings::load(&files.settings)?, clock)?;
    app::prepare(&workspace).await?;
    sample::closures(&workspace).await?;
    // The staff are what tells a fresh demo: one that was cut off in its past goes on with what it has.
    let is_fresh = past::is_fresh(&workspace).await?;
    let invitations = sample::staff(&workspace).await?;
    if !options.empty && is_fresh {
        past::invent(&workspace, &files, gateway, &addresses).await?;
    }
    let mut simulator = start_simulator(&files, gateway, &addresses, options.days_ahead).await?;
    // Waiting for a child closes its input, and that would end it; held here, it closes when we end.
    let _input = simulator.stdin.take();
    let mails = side_server(mail, files.mails.clone())?;
    setup::announce(&options.dir, &addresses, &invitations)?;
    let sockets = serve::Sockets {
        public,
        ops: None,
        console: Some(console),
        training: Some(Ok(training)),
    };
    let outcome = tokio::select! {
        outcome = serve::run(workspace, sockets) => outcome,
        ended = simulator.wait() => Err(format!("the gateway simulator ended: {}", ended?).into()),
        ended = mails => ended.map_err(Into::into),
    };
    // Its state is on disk at every answer, so it may simply be ended.
    let _ = simulator.kill().await;
    outcome
}

fn bind(option: &str, address: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|e| format!("{option} {address}: {e}; name another address, or port 0"))
}

async fn start_simulator(
    files: &setup::Files,
    address: std::net::SocketAddr,
    addresses: &Addresses,
    days_ahead: u16,
) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let child = Command::new(program)
        .arg("gateway-simulator")
        .args(["--listen", &address.to_string()])
        .args(["--public-url", &addresses.gateway])
        .arg("--state")
        .arg(&files.simulator)
        .args(["--merchant", setup::MERCHANT, "--charset", "windows-31j"])
        .args(["--key", &files.gateway_key])
        // It answers nothing that was sent at another time than its own.
        .args(["--days-ahead", &days_ahead.to_string()])
        // Its input closes with us, whatever ends us.
        .arg("--end-with-stdin")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| format!("the gateway simulator cannot be started: {e}"))?;
    setup::wait_for(address)
        .await
        .map_err(|e| format!("the gateway simulator does not answer: {e}"))?;
    Ok(child)
}

fn side_server(socket: TcpListener, mails: PathBuf) -> std::io::Result<Server> {
    let folder = web::Data::new(viewer::Folder(mails));
    let server = HttpServer::new(move || App::new().app_data(folder.clone()).configure(viewer::routes));
    Ok(server.workers(1).disable_signals().listen(socket)?.run())
}
