//! The program as an operator runs it: a folder with settings and keys, processes that serve it, commands beside them.
use crate::harness::{DISK_IS_NO_SUBJECT, GATEWAY_KEY};
use mizumado::{clock::Clock, config::Settings, crypto::KeyRing, gateways::simulator, workspace::Workspace};
use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mizumado");

/// Settings, keys and a database's address; the folder is gone when dropped.
pub struct Place {
    pub dir: tempfile::TempDir,
    pub url: String,
    pub ops: String,
}

impl Place {
    /// `more` stands before the first section of the settings, `sections` at their end.
    pub fn new(database: &str, gateway: &str, more: &str, sections: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
            url: format!("http://127.0.0.1:{}", free_port()),
            ops: format!("http://127.0.0.1:{}", free_port()),
        };
        std::fs::write(place.path("keys.toml"), KeyRing::generate("demo")).unwrap();
        std::fs::write(
            place.path("mizumado.toml"),
            place.settings(database, gateway, more, sections),
        )
        .unwrap();
        place
    }
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn settings(&self, database: &str, gateway: &str, more: &str, sections: &str) -> String {
        let of = |url: &str| url.trim_start_matches("http://").to_owned();
        format!(
            r#"
environment = "demo"
database = "{database}"
keys = "keys.toml"
{DISK_IS_NO_SUBJECT}
{more}
[bureau]
name = "長岡市水道局"
city = "長岡市"
phone = "0258-00-0000"
phone_hours = "平日"
office = "業務課"
address = "長岡市"
[public]
listen = "{listen}"
url = "{url}"
[ops]
listen = "{ops}"
[mail]
transport = "file"
folder = "mails"
from = "水道局 <no-reply@example.jp>"
[limits]
account_handoffs = 1000000
client_refusals = 1000000
client_accounts_alarm = 1000
client_drafts_per_hour = 100000000
[[gateway]]
id = "main"
endpoint = "{gateway}/api"
merchant = "test"
charset = "windows-31j"
signing_keys = ["{GATEWAY_KEY}"]
connect_seconds = 1
answer_seconds = 2
silence_seconds = 10
{sections}
"#,
            listen = of(&self.url),
            url = self.url,
            ops = of(&self.ops),
        )
    }
    /// Changes a text of the settings.
    pub fn change(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("mizumado.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(self.path("mizumado.toml"), text.replace(from, to)).unwrap();
    }
    /// Another node of the same bureau: same database and keys, own addresses.
    pub fn node(&self) -> Self {
        let node = Self {
            dir: tempfile::tempdir().unwrap(),
            url: format!("http://127.0.0.1:{}", free_port()),
            ops: format!("http://127.0.0.1:{}", free_port()),
        };
        let text = std::fs::read_to_string(self.path("mizumado.toml")).unwrap();
        let of = |url: &str| url.trim_start_matches("http://").to_owned();
        let text = text
            .replace(&of(&self.url), &of(&node.url))
            .replace(&of(&self.ops), &of(&node.ops));
        std::fs::write(node.path("mizumado.toml"), text).unwrap();
        std::fs::copy(self.path("keys.toml"), node.path("keys.toml")).unwrap();
        node
    }
    /// `mizumado WORDS --config …`: whether it went well, what it said, what it complained of.
    pub fn run(&self, words: &[&str]) -> (bool, String, String) {
        let mut command = Command::new(PROGRAM);
        command.args(words).arg("--config").arg(self.path("mizumado.toml"));
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }
    /// The same; it must go well.
    #[track_caller]
    pub fn must(&self, words: &[&str]) -> String {
        let (ok, out, err) = self.run(words);
        assert!(ok, "{words:?}\n{out}\n{err}");
        out
    }
    pub fn serve(&self) -> Program {
        Program::start(Path::new(PROGRAM), self.dir.path(), &self.url)
    }
    /// The same world in this process, with a clock that can be moved.
    pub fn world(&self, clock: Clock) -> Workspace {
        Workspace::open(Settings::load(&self.path("mizumado.toml")).unwrap(), clock).unwrap()
    }
}

/// A gateway in this process.
pub async fn start_gateway(folder: &Path, clock: Clock) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut options = simulator::Options::new(folder.join("gateway.log"), "test", vec![GATEWAY_KEY.parse().unwrap()]);
    options.charset = simulator::Charset::Windows31j;
    (options.sync, options.push_after_seconds) = (false, 0);
    let (address, server) = simulator::start(options, clock).await.unwrap();
    actix_web::rt::spawn(async move { server.await.unwrap() });
    format!("http://{address}")
}

/// `mizumado serve`, killed when dropped.
pub struct Program(pub Child);

impl Program {
    pub fn start(binary: &Path, dir: &Path, url: &str) -> Self {
        Self::start_by(&mut Command::new(binary), dir, url)
    }
    /// The same by a command whose last argument is the program.
    pub fn start_by(command: &mut Command, dir: &Path, url: &str) -> Self {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(dir.join("program.log"))
            .unwrap();
        let child = command
            .args(["serve", "--config"])
            .arg(dir.join("mizumado.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut program = Self(child);
        let address = url.rsplit('/').next().unwrap().replace("localhost", "127.0.0.1");
        let began = Instant::now();
        while TcpStream::connect(&address).is_err() {
            let said = || std::fs::read_to_string(dir.join("program.log")).unwrap_or_default();
            assert!(
                program.runs() && began.elapsed().as_secs() < 60,
                "the program starts: {}",
                said()
            );
            std::thread::yield_now();
        }
        program
    }
    pub fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
    /// kill -9.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
    /// SIGTERM; gives the exit code when it has ended.
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
