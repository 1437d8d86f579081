//! The program on loopback, with a draft that was filled in, and a client for it.
use mizumado::{app, clock::Clock, config::Settings, crypto::KeyRing, workspace::Workspace};
use std::{
    cell::RefCell,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{LazyLock, mpsc},
    time::Duration,
};

pub const KEY_ID: &str = "fuzz";
pub const KEY: [u8; 32] = [7; 32];
pub const MERCHANT: &str = "test";

/// Both listeners of a bureau, and the cookie of somebody in the middle of the form.
pub struct Place {
    pub workspace: Workspace,
    pub public: SocketAddr,
    pub console: SocketAddr,
    pub cookie: String,
    _folder: tempfile::TempDir,
}

pub static PLACE: LazyLock<Place> = LazyLock::new(Place::open);

impl Place {
    fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (public, console) = (listener(), listener());
        let (at_public, at_console) = (public.local_addr().unwrap(), console.local_addr().unwrap());
        std::fs::write(folder.path().join("keys.toml"), KeyRing::generate("demo")).unwrap();
        let file = folder.path().join("mizumado.toml");
        std::fs::write(&file, settings(at_public, at_console)).unwrap();
        let workspace = Workspace::open(Settings::load(&file).unwrap(), Clock::system()).unwrap();
        let (ready, started) = mpsc::channel();
        let served = workspace.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                app::prepare(&served).await.unwrap();
                let settings = served.settings.console.clone().unwrap();
                let console = app::serve_console(served.clone(), settings, console, None, Default::default()).unwrap();
                let public = app::serve_public(served, public, None).unwrap();
                ready.send(()).unwrap();
                let _ = futures_util::future::join(public, console).await;
            });
        });
        started.recv().unwrap();
        Self {
            workspace,
            public: at_public,
            console: at_console,
            cookie: fill(at_public),
            _folder: folder,
        }
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn settings(public: SocketAddr, console: SocketAddr) -> String {
    let gateway = |id: &str, charset: &str| {
        format!(
            "[[gateway]]\nid = \"{id}\"\nendpoint = \"http://127.0.0.1:1\"\nmerchant = \"{MERCHANT}\"\n\
             charset = \"{charset}\"\nsigning_keys = [\"{KEY_ID}:{}\"]\n",
            hex::encode(KEY)
        )
    };
    format!(
        "environment = \"demo\"\ndatabase = \"sqlite:fuzz.db\"\nkeys = \"keys.toml\"\ndisk_reserve_mib = 0\n\
         [bureau]\nname = \"長岡市水道局\"\ncity = \"長岡市\"\nphone = \"0258-00-0000\"\nphone_hours = \"平日\"\n\
         office = \"業務課\"\naddress = \"長岡市\"\n\
         [public]\nlisten = \"{public}\"\nurl = \"http://{public}\"\n\
         [console]\nlisten = \"{console}\"\nurl = \"http://localhost:{}\"\nnetworks = [\"127.0.0.1/32\"]\n\
         [mail]\ntransport = \"memory\"\nfrom = \"水道局 <no-reply@example.jp>\"\n{}{}",
        console.port(),
        gateway("main", "windows-31j"),
        gateway("other", "utf-8"),
    )
}

/// From the terms to the account, so that every step of the form can be posted to.
fn fill(site: SocketAddr) -> String {
    let terms = request(site, "GET", "/apply/terms", "", b"").text();
    let hidden = terms.split("<input").filter(|field| field.contains("type=\"hidden\""));
    let part = |field: &str, name: &str| {
        let from = field.split_once(&format!("{name}=\"")).unwrap().1;
        from.split_once('"').unwrap().0.to_owned()
    };
    let mut agreed = "agree=yes".to_owned();
    for field in hidden {
        agreed += &format!("&{}={}", part(field, "name"), part(field, "value"));
    }
    let answer = request(site, "POST", "/apply/terms", "", agreed.as_bytes());
    let cookie = answer.header("set-cookie").expect("a draft begins");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    for (step, body) in [
        ("bank", "institution=0140"),
        ("number", "application_kind=new&customer_number=0123456789"),
        (
            "place",
            "postal_code=9400062&town=%E9%95%B7%E5%B2%A1%E5%B8%82%E5%A4%A7%E6%89%8B%E9%80%9A&block=2",
        ),
        (
            "name",
            "family_name=%E5%B1%B1%E7%94%B0&given_name=%E5%A4%AA%E9%83%8E&family_kana=%E3%83%A4%E3%83%9E%E3%83%80\
             &given_kana=%E3%82%BF%E3%83%AD%E3%82%A6&name_changed=yes",
        ),
        (
            "former",
            "old_name=%E5%B1%B1%E7%94%B0&old_kana=%E3%83%A4%E3%83%9E%E3%83%80",
        ),
        ("contact", "phone_mobile=09000001234&relation=self&notice=site"),
    ] {
        let answer = request(site, "POST", &format!("/apply/{step}"), &cookie, body.as_bytes());
        assert_eq!(answer.status, 303, "{step}: {}", answer.text());
    }
    let last = request(site, "GET", "/apply/account", &cookie, b"");
    assert_eq!(last.status, 200, "the draft is filled in");
    cookie
}

pub struct Answer {
    pub status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

thread_local! {
    /// Connections stay open: a port for every request would soon be none.
    static OPEN: RefCell<Vec<(SocketAddr, TcpStream)>> = const { RefCell::new(vec![]) };
}

/// One request from our own page; `cookie` goes as it is, but for line ends.
pub fn request(to: SocketAddr, method: &str, path: &str, cookie: impl AsRef<[u8]>, body: &[u8]) -> Answer {
    let mut message = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\ncookie: ",
        body.len()
    )
    .into_bytes();
    message.extend(cookie.as_ref().iter().filter(|b| !matches!(b, b'\r' | b'\n')));
    message.extend(b"\r\n\r\n");
    message.extend(body);
    let kept = OPEN.with_borrow_mut(|open| {
        let at = open.iter().position(|(address, _)| *address == to)?;
        Some(open.swap_remove(at).1)
    });
    // A connection that was kept may have been closed meanwhile.
    let answered = kept.and_then(|kept| exchange(kept, &message));
    let (answer, stream) = answered
        .or_else(|| exchange(TcpStream::connect(to).ok()?, &message))
        .expect("the program answers every request");
    if !answer
        .header("connection")
        .is_some_and(|c| c.eq_ignore_ascii_case("close"))
    {
        OPEN.with_borrow_mut(|open| open.push((to, stream)));
    }
    answer
}

fn exchange(mut stream: TcpStream, message: &[u8]) -> Option<(Answer, TcpStream)> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(message).ok()?;
    let mut seen = vec![];
    let ends = loop {
        if let Some(at) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        more(&mut stream, &mut seen)?;
    };
    let head = String::from_utf8_lossy(&seen[..ends]).into_owned();
    let mut answer = Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        body: seen.split_off(ends),
        head,
    };
    let length = answer.header("content-length").map_or(0, |n| n.parse().unwrap_or(0));
    while answer.body.len() < length {
        more(&mut stream, &mut answer.body)?;
    }
    Some((answer, stream))
}

fn more(stream: &mut TcpStream, seen: &mut Vec<u8>) -> Option<()> {
    let mut part = [0; 16 * 1024];
    let read = stream.read(&mut part).ok().filter(|n| *n > 0)?;
    seen.extend_from_slice(&part[..read]);
    Some(())
}
