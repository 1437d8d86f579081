//! What a fresh demo holds of the days before: applications of invented people, by the demo's own gateway, and questions.
//! Nobody is asked for anything; the clock is moved back for it and stands at the present again at the end.
use super::setup::{self, Addresses, Files};
use crate::{
    accounts, app,
    clock::{Clock, jst, utc_from_jst},
    db::Conn,
    enrolment::invented,
    gateways::simulator::{self, Running},
    inquiries, institutions,
    japan::phone,
    training::{People, filled_in},
    web::Error,
    workspace::Workspace,
};
use actix_web::{App, HttpServer, dev::ServerHandle};
use chrono::{Duration, NaiveDateTime, NaiveTime};
use std::{
    io,
    net::{SocketAddr, TcpListener},
};

/// The same people in every demo.
const SEED: u64 = 20_260_401;

/// When an application came (JST) and the last two digits of its account, which say what the institution makes of it:
/// registered, refused for different reasons, given up, and two of which nobody knows the result.
const RECEIVED: [(u32, u32, &str); 12] = [
    (9, 4, "67"),
    (9, 31, "67"),
    (10, 12, "03"),
    (10, 47, "67"),
    (11, 20, "24"),
    (11, 58, "10"),
    (13, 9, "67"),
    (13, 40, "04"),
    (14, 25, "67"),
    (15, 2, "01"),
    (15, 36, "24"),
    (16, 18, "67"),
];

/// What was asked, in hours after the first application of the day.
const ASKED: [(i64, &str); 2] = [
    (
        2,
        "受付番号を書いた紙をなくしました。手続きが終わったかどうかを知りたいです。",
    ),
    (5, "引っこしをする予定です。口座振替は、そのまま続きますか。"),
];

/// Whether nobody has begun this demo before: its people are added at the first start.
pub async fn is_fresh(workspace: &Workspace) -> Result<bool, Error> {
    let read = |conn: &mut Conn| Ok::<_, Error>(accounts::everybody(conn)?.is_empty());
    workspace.db.read(read).await
}

/// The gateway of the demo for as long as the past is made: with the clock that is moved, on the demo's own state file,
/// so that what is asked later is answered as it was then.
struct Bank {
    running: Running,
    handle: ServerHandle,
    ended: actix_web::rt::task::JoinHandle<io::Result<()>>,
}

impl Bank {
    async fn open(files: &Files, address: SocketAddr, addresses: &Addresses, clock: Clock) -> Result<Self, Error> {
        let fail = |e: &dyn std::fmt::Display| Error::Internal(format!("the gateway of the past: {e}"));
        let key = files.gateway_key.parse().map_err(|e: String| fail(&e))?;
        let mut options = simulator::Options::new(files.simulator.clone(), setup::MERCHANT, vec![key]);
        options.charset = simulator::Charset::Windows31j;
        // What was decided then was told then.
        options.push_after_result = false;
        options.sync = false;
        let running = Running::open(options, &addresses.gateway, clock).await;
        let running = running.map_err(|e| fail(&e))?;
        let served = running.clone();
        let server = HttpServer::new(move || App::new().configure(|cfg| served.clone().configure(cfg)));
        let socket = TcpListener::bind(address).map_err(|e| fail(&e))?;
        let server = server.workers(1).disable_signals().shutdown_timeout(1).listen(socket);
        let server = server.map_err(|e| fail(&e))?.run();
        Ok(Self {
            running,
            handle: server.handle(),
            ended: actix_web::rt::spawn(server),
        })
    }

    /// Its address is free again afterwards, and its file at rest.
    async fn close(self) {
        self.handle.stop(false).await;
        let _ = self.ended.await;
    }
}

/// Invents the past; only for a demo that [`is_fresh`].
pub async fn invent(
    workspace: &Workspace,
    files: &Files,
    gateway: SocketAddr,
    addresses: &Addresses,
) -> Result<(), Error> {
    let clock = &workspace.clock;
    let began = clock.now();
    let read = move |conn: &mut Conn| {
        let calendar = institutions::calendar(conn, began)?;
        Ok::<_, Error>(calendar.previous_bureau_business_day(jst(began).date()))
    };
    let day = workspace.db.read(read).await?;
    let at = |hour, minute| {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        utc_from_jst(day.and_time(time))
    };
    let bank = Bank::open(files, gateway, addresses, clock.clone()).await?;
    let mut people = People::new(SEED);
    let mut moved = Duration::zero();
    for (hour, minute, digits) in RECEIVED {
        let step = at(hour, minute) - clock.now();
        clock.advance(step);
        moved += step;
        apply(workspace, &bank, &mut people, digits).await?;
        work(workspace).await?;
    }
    bank.close().await;
    clock.advance(-moved);
    for (hours, body) in ASKED {
        ask(workspace, &mut people, body, at(9, 0) + Duration::hours(hours)).await?;
    }
    Ok(())
}

/// What follows by itself, at its own time.
async fn work(workspace: &Workspace) -> Result<(), Error> {
    /// Jobs that follow one another without an end would hold the start for ever.
    const ROUNDS: usize = 50;
    let runner = app::runner(workspace);
    for _ in 0..ROUNDS {
        if runner.run_due().await? == 0 {
            break;
        }
    }
    Ok(())
}

async fn apply(workspace: &Workspace, bank: &Bank, people: &mut People, digits: &str) -> Result<(), Error> {
    let (_, fields) = filled_in(workspace, &people.another(), digits).await?;
    let sent = invented::hand_off(workspace, &fields).await?;
    let Some(tran_id) = &sent.tran_id else {
        return Err(Error::Internal("the demo's own gateway did not begin".into()));
    };
    let played = bank.running.play(tran_id).await;
    played.map_err(|e| Error::Internal(e.to_string()))?;
    invented::come_back(workspace, &sent).await.map(drop)
}

async fn ask(workspace: &Workspace, people: &mut People, body: &'static str, at: NaiveDateTime) -> Result<(), Error> {
    let person = people.another();
    let name = format!("{}{}", person.family.0, person.given.0);
    let mobile = phone::parse(&person.mobile).unwrap_or_default();
    let world = workspace.clone();
    let write = move |conn: &mut Conn| inquiries::invent(conn, &world, &name, &mobile, body, at);
    workspace.db.write(write).await.map(drop)
}
