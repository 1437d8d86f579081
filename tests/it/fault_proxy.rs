//! A proxy before a dependency that breaks it as told, and mends it again (R7); and what the form does meanwhile.
use crate::browser::Browser;
use actix_web::rt::{spawn, task::JoinHandle};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, copy_bidirectional},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// Nobody listens.
    Refused,
    /// Takes everything, says nothing.
    Silent,
    /// What is asked arrives; the answer comes a byte a second.
    Trickle,
    /// What is asked arrives; in the middle of the answer the line is reset.
    Reset,
}

pub const BROKEN: [Mode; 4] = [Mode::Refused, Mode::Silent, Mode::Trickle, Mode::Reset];

/// Bytes of an answer before the reset: less than the head of any.
const MIDDLE: u64 = 64;

pub struct Proxy {
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
    upstream: Arc<Mutex<Option<SocketAddr>>>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub fn start(mode: Mode) -> Self {
        // Bound and never listening: the port stays ours while connections are refused.
        let place = socket(([127, 0, 0, 1], 0).into());
        let address = place.local_addr().unwrap();
        let (mode, told) = watch::channel(mode);
        let upstream: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let task = spawn(serve(place, told, upstream.clone()));
        Self {
            address,
            mode,
            upstream,
            task,
        }
    }
    /// What stands behind it, `http://ADDRESS` or `ADDRESS`.
    pub fn stand_before(&self, url: &str) {
        let address = url.trim_start_matches("http://").parse().unwrap();
        *self.upstream.lock().unwrap() = Some(address);
    }
    /// Connections that are open are reset.
    pub fn set(&self, mode: Mode) {
        self.mode.send(mode).unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

async fn serve(place: TcpSocket, mut mode: watch::Receiver<Mode>, upstream: Arc<Mutex<Option<SocketAddr>>>) {
    let address = place.local_addr().unwrap();
    loop {
        let mut listener: Option<TcpListener> = None;
        while *mode.borrow_and_update() != Mode::Refused {
            let listener = listener.get_or_insert_with(|| socket(address).listen(1024).unwrap());
            tokio::select! {
                told = mode.changed() => if told.is_err() { return },
                accepted = listener.accept() => {
                    let to = *upstream.lock().unwrap();
                    spawn(carry(accepted.unwrap().0, mode.clone(), to));
                }
            }
        }
        drop(listener);
        if mode.changed().await.is_err() {
            return;
        }
    }
}

/// One connection, until it ends or the mode changes.
async fn carry(mut client: TcpStream, mut mode: watch::Receiver<Mode>, to: Option<SocketAddr>) {
    let now = *mode.borrow_and_update();
    let is_over = tokio::select! {
        _ = mode.changed() => false,
        () = play(&mut client, now, to) => now != Mode::Reset,
    };
    if !is_over {
        client.set_zero_linger().unwrap();
    }
}

async fn play(client: &mut TcpStream, mode: Mode, to: Option<SocketAddr>) {
    if mode == Mode::Silent {
        while client.read(&mut [0; 1024]).await.is_ok_and(|n| n > 0) {}
        return;
    }
    let Ok(mut server) = TcpStream::connect(to.unwrap()).await else {
        return;
    };
    if mode == Mode::Pass {
        let _ = copy_bidirectional(client, &mut server).await;
        return;
    }
    let ((mut asked, mut told), (mut answer, mut question)) = (client.split(), server.split());
    let up = copy(&mut asked, &mut question);
    let down = async {
        match mode {
            Mode::Trickle => trickle(&mut answer, &mut told).await,
            _ => copy(&mut (&mut answer).take(MIDDLE), &mut told).await.map(drop),
        }
    };
    tokio::pin!(up, down);
    tokio::select! {
        _ = &mut down => {}
        // The client has said all; the answer still comes.
        _ = &mut up => drop(down.await),
    }
}

async fn trickle(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
    // What is played here is slowness itself.
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        let byte = from.read_u8().await?;
        to.write_u8(byte).await?;
    }
}

/// Does something while citizens walk through the form; their pages answer all the while. Gives how long these took.
pub async fn meanwhile<T>(url: &str, work: impl Future<Output = T>) -> (T, Times) {
    let mut times = Times(vec![]);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return (done, times),
            () = walk(url, &mut times) => {}
        }
    }
}

/// From the start page to the page of the number.
async fn walk(url: &str, times: &mut Times) {
    let steps: [(&str, &[(&str, &str)]); 3] = [
        ("/", &[]),
        ("/apply/terms", &[("agree", "yes")]),
        ("/apply/bank", &[("institution", "0140")]),
    ];
    let mut browser = Browser::new(url);
    for (path, fields) in steps {
        let began = Instant::now();
        let page = match fields {
            [] => browser.get(path).await,
            fields => browser.post(path, fields).await,
        };
        times.0.push(began.elapsed());
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        // A second has more use than a thousand visits.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How long pages took.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn with(mut self, others: Times) -> Times {
        self.0.extend(others.0);
        self
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
        let ms = |time: Option<&Duration>| time.map_or(0.0, |t| t.as_secs_f64() * 1000.0);
        write!(
            f,
            "{} form pages meanwhile, median {:.1} ms, p99 {:.1} ms",
            sorted.len(),
            ms(at(50)),
            ms(at(99))
        )
    }
}
