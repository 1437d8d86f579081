//! Sockets of systemd: the program serves the ones that it is given, and what comes during a restart waits (R8).
use crate::served::{Place, Program, free_port};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::fd::OwnedFd,
    process::{Command, Stdio},
    time::Duration,
};

/// What systemd does: the sockets are the descriptors from 3 on, and the process is told that they are its own.
const HAND_OVER: &str = "exec 3<&0 4<&1 5<&2 </dev/null >/dev/null 2>>\"$3\"; \
                         LISTEN_PID=$$ LISTEN_FDS=3 exec \"$1\" serve --config \"$2\"";

fn start(place: &Place, sockets: &[TcpListener; 3]) -> Program {
    let [public, ops, console] = sockets
        .each_ref()
        .map(|socket| Stdio::from(OwnedFd::from(socket.try_clone().unwrap())));
    let mut command = Command::new("sh");
    command.args(["-c", HAND_OVER, "sh", env!("CARGO_BIN_EXE_mizumado")]);
    command.arg(place.path("mizumado.toml")).arg(place.path("program.log"));
    command.stdin(public).stdout(ops).stderr(console);
    Program(command.spawn().unwrap())
}

/// Connects and asks; the answer comes when there is a program.
fn ask(socket: &TcpListener, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> String {
    let mut text = vec![];
    stream.read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn sockets_of_systemd_are_served_and_a_restart_refuses_nobody() {
    let console = free_port();
    let section = format!(
        "[console]\nlisten = \"127.0.0.1:{console}\"\nurl = \"http://localhost:{console}\"\nnetworks = [\"127.0.0.1/32\"]\n"
    );
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", &section);
    let sockets: [TcpListener; 3] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    for round in 0..2 {
        // Before there is a program.
        let early = [
            (ask(&sockets[0], "/"), "口座振替"),
            (ask(&sockets[1], "/healthz"), "ok"),
            (ask(&sockets[2], "/sign-in"), "職員"),
        ];
        let program = start(&place, &sockets);
        for (stream, part) in early {
            let page = answer(stream);
            let log = || std::fs::read_to_string(place.path("program.log")).unwrap_or_default();
            assert!(
                page.starts_with("HTTP/1.1 200") && page.contains(part),
                "round {round}, {part}: {page}\n{}",
                log()
            );
        }
        for address in [&place.url, &place.ops, &format!("http://127.0.0.1:{console}")] {
            let address = address.trim_start_matches("http://");
            assert!(TcpStream::connect(address).is_err(), "{address} is not opened besides");
        }
        assert_eq!(program.stop(), Some(0), "round {round}");
    }
}
