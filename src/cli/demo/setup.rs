use crate::{cli::keys, gateways::simulator};
use serde::Serialize;
use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

/// Where the parts of the demo answer; written to `DIR/addresses.json`.
#[derive(Debug)]
pub struct Addresses {
    pub public: String,
    pub console: String,
    pub gateway: String,
    pub mail: String,
    pub training: String,
}

/// A one-time address at which a person of the demo enrols a passkey.
#[derive(Debug, Serialize)]
pub struct Invitation {
    pub who: String,
    pub url: String,
}

/// The demo's files.
pub struct Files {
    pub settings: PathBuf,
    pub mails: PathBuf,
    pub simulator: PathBuf,
    /// `ID:HEX`
    pub gateway_key: String,
}

pub const MERCHANT: &str = "nagaoka-suido";

/// An address that is free now; with port 0, some free port.
pub fn free_address(address: &str) -> io::Result<SocketAddr> {
    TcpListener::bind(address)?.local_addr()
}

/// Four ports in a row from an address on; with port 0, some free ones.
pub fn four_sockets(address: &str) -> io::Result<[TcpListener; 4]> {
    /// Beginnings that are tried.
    const TRIES: usize = 50;
    let row = |first: TcpListener| -> io::Result<[TcpListener; 4]> {
        let at = first.local_addr()?;
        let next = |n: u16| TcpListener::bind((at.ip(), at.port().saturating_add(n)));
        Ok([first, next(1)?, next(2)?, next(3)?])
    };
    let is_free = address.ends_with(":0");
    let mut tries = 0;
    loop {
        match row(TcpListener::bind(address)?) {
            Err(_) if is_free && tries < TRIES => tries += 1,
            found => return found,
        }
    }
}

/// Makes what is missing and writes the settings for this start's addresses.
pub fn prepare(dir: &Path, addresses: &Addresses, gateway: SocketAddr, console: &str) -> Result<Files, String> {
    let fail = |e: io::Error| format!("--dir {}: {e}", dir.display());
    std::fs::create_dir_all(dir).map_err(fail)?;
    let keys = dir.join("keys.toml");
    if !keys.exists() {
        keys::write(&keys, "demo")?;
    }
    let key_file = dir.join("gateway.key");
    if !key_file.exists() {
        let key = format!("demo:{}", hex::encode(rand::random::<[u8; 32]>()));
        keys::write_secret(&key_file, &key)?;
    }
    let gateway_key = std::fs::read_to_string(&key_file).map_err(fail)?;
    let settings = dir.join("mizumado.toml");
    let text = settings_text(addresses, gateway, gateway_key.trim(), console);
    std::fs::write(&settings, text).map_err(fail)?;
    Ok(Files {
        settings,
        mails: dir.join("mails"),
        simulator: dir.join("simulator.json"),
        gateway_key: gateway_key.trim().to_owned(),
    })
}

/// Here the institution's own page asks for branch and account number.
const INSTITUTION: &str = "[institution.0010]\naccount_capture = \"gateway\"\n";

fn settings_text(addresses: &Addresses, gateway: SocketAddr, key: &str, console: &str) -> String {
    let listen = addresses.public.trim_start_matches("http://");
    let training_listen = addresses.training.replace("http://localhost", "127.0.0.1");
    format!(
        r#"# Written at each start of `mizumado demo`.
environment = "demo"
database = "sqlite:mizumado.db"
keys = "keys.toml"

[bureau]
name = "長岡市水道局"
city = "長岡市"
phone = "0258-00-0000"
phone_hours = "平日 8時30分から17時15分まで"
office = "業務課 料金担当"
address = "新潟県長岡市（水道局庁舎）"
survey_url = "https://survey.example.jp/suido"
[public]
listen = "{listen}"
url = "{public}"
[console]
listen = "{console}"
url = "{console_url}"
networks = ["127.0.0.0/8", "::1/128"]

# Here the account number chooses the result, so that the same few are tried again and again.
[limits]
account_handoffs = 1000000
application_handoffs = 1000000
client_refusals = 1000000
client_accounts_alarm = 1000000
client_drafts_per_hour = 1000000

[mail]
transport = "file"
from = "長岡市水道局 <no-reply@suido.example.jp>"
folder = "mails"

[training]
listen = "{training_listen}"
url = "{training}"
networks = ["127.0.0.0/8", "::1/128"]
folder = "training"

[[gateway]]
id = "main"
endpoint = "http://{gateway}/api"
merchant = "{MERCHANT}"
charset = "windows-31j"
signing_keys = ["{key}"]
origins = ["{origin}"]
silence_seconds = 60

{INSTITUTION}"#,
        public = addresses.public,
        training = addresses.training,
        console_url = addresses.console,
        origin = addresses.gateway,
    )
}

/// Tells where everything is, on the terminal and in a file.
pub fn announce(dir: &Path, addresses: &Addresses, invitations: &[Invitation]) -> Result<(), String> {
    let all = serde_json::json!({
        "public": addresses.public,
        "console": addresses.console,
        "gateway": addresses.gateway,
        "mail": addresses.mail,
        "training": addresses.training,
        "invitations": invitations,
    });
    let json = serde_json::to_string_pretty(&all).map_err(|e| e.to_string())?;
    let file = dir.join("addresses.json");
    // Written elsewhere first: whoever waits for the file must never read half of it.
    let half = dir.join("addresses.json.new");
    std::fs::write(&half, json)
        .and_then(|()| std::fs::rename(&half, &file))
        .map_err(|e| format!("{}: {e}", file.display()))?;
    println!("申込みの画面        {}", addresses.public);
    println!("職員用の画面        {}", addresses.console);
    println!(
        "金融機関の代わり    {}  （口座番号の下2桁と結果の表）",
        addresses.gateway
    );
    println!("届いたメール        {}", addresses.mail);
    println!(
        "研修の画面          {}/training/　（教室は、職員用の画面の「研修」で作る）",
        addresses.training
    );
    for invitation in invitations {
        println!("招待（1回だけ）     {}　{}", invitation.url, invitation.who);
    }
    println!("口座番号の下2桁で、金融機関の結果が変わります（ほかの番号は登録完了）");
    for scenario in &simulator::SCENARIOS {
        println!("　　12345{}　{}", scenario.number, scenario.title);
    }
    println!("　　ゆうちょ 記号 14030 番号 12345671 は登録完了。Ctrl-C で終わります");
    Ok(())
}

/// Waits until something listens.
pub async fn wait_for(address: SocketAddr) -> io::Result<()> {
    let connect = async {
        loop {
            match tokio::net::TcpStream::connect(address).await {
                Ok(_) => return,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), connect)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))
}
