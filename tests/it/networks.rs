//! Two networks in truth (S4): namespaces of the kernel, joined to the machine as the staff's and as everybody's.
use crate::served::Place;
use std::process::{Command, Stdio};

/// `ip WORDS`; it must go well.
#[track_caller]
fn ip(words: &str) {
    let output = Command::new("ip").args(words.split(' ')).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {words}: {said}");
}

/// The machine of the program, an office on 10.77.1.0/24 and a street on 10.77.2.0/24. Gone when dropped.
struct Networks {
    machine: String,
    office: String,
    street: String,
}

impl Networks {
    fn new() -> Self {
        let name = |what: &str| format!("mizu{what}{}", std::process::id());
        let nets = Self {
            machine: name("m"),
            office: name("o"),
            street: name("s"),
        };
        let Self { machine, .. } = &nets;
        ip(&format!("netns add {machine}"));
        ip(&format!("-n {machine} link set lo up"));
        for (network, namespace) in [(1, &nets.office), (2, &nets.street)] {
            ip(&format!("netns add {namespace}"));
            ip(&format!(
                "-n {machine} link add v{network} type veth peer name v0 netns {namespace}"
            ));
            ip(&format!("-n {machine} addr add 10.77.{network}.1/24 dev v{network}"));
            ip(&format!("-n {machine} link set v{network} up"));
            ip(&format!("-n {namespace} addr add 10.77.{network}.2/24 dev v0"));
            ip(&format!("-n {namespace} link set v0 up"));
            ip(&format!("-n {namespace} route add default via 10.77.{network}.1"));
        }
        nets
    }

    /// What a client of a network gets: the status and the page. It waits until the program listens.
    fn get(&self, namespace: &str, url: &str, header: &str) -> (String, String) {
        let mut command = Command::new("ip");
        command.args([
            "netns",
            "exec",
            namespace,
            "curl",
            "-s",
            "-w",
            "\n%{http_code}",
            "--max-time",
            "20",
        ]);
        command.args([
            "--retry",
            "30",
            "--retry-connrefused",
            "--retry-delay",
            "1",
            "-H",
            header,
            url,
        ]);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (page, status) = text.rsplit_once('\n').unwrap();
        (status.to_owned(), page.to_owned())
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        for namespace in [&self.machine, &self.office, &self.street] {
            let _ = Command::new("ip").args(["netns", "del", namespace]).status();
        }
    }
}

struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// This test once more, in a user namespace where whoever runs it is root, with a `/run` of its own for the names of networks.
fn test_as_root(name: &str) {
    let me = std::env::current_exe().unwrap();
    let again = "mount -t tmpfs none /run && exec \"$0\" --exact \"$1\" --nocapture";
    let status = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--mount", "sh", "-c", again])
        .arg(me)
        .arg(name)
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "NOT LOOKED AT, or failed above: only root makes networks, and the kernel may refuse everybody else the namespace in \
         which they are root. Run this test as root"
    );
}

#[test]
fn the_office_reaches_the_console_and_the_street_never_does() {
    // A test that looks at nothing must not pass.
    if !is_root() {
        return test_as_root("networks::the_office_reaches_the_console_and_the_street_never_does");
    }
    let console =
        "[console]\nlisten = \"0.0.0.0:8081\"\nurl = \"http://localhost:8081\"\nnetworks = [\"10.77.1.0/24\"]\n";
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", console);
    let own = place.url.trim_start_matches("http://").to_owned();
    place.change(&format!("listen = \"{own}\""), "listen = \"0.0.0.0:8080\"");
    let nets = Networks::new();
    let log = std::fs::File::create(place.path("program.log")).unwrap();
    let program = Command::new("ip")
        .args([
            "netns",
            "exec",
            &nets.machine,
            env!("CARGO_BIN_EXE_mizumado"),
            "serve",
            "--config",
        ])
        .arg(place.path("mizumado.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    let _program = Served(program.unwrap());

    let (status, page) = nets.get(&nets.office, "http://10.77.1.1:8081/sign-in", "X-Plain: yes");
    let log = || std::fs::read_to_string(place.path("program.log")).unwrap();
    assert!(
        status == "200" && page.contains("ログイン"),
        "{status} {page}\n{}",
        log()
    );
    let spoofs = [
        "X-Plain: yes",
        "X-Forwarded-For: 10.77.1.2",
        "Forwarded: for=10.77.1.2",
        "Host: localhost:8081",
    ];
    // The address of the street, and the office's, which the machine routes to itself.
    for address in ["10.77.2.1", "10.77.1.1"] {
        for spoof in spoofs {
            let got = nets.get(&nets.street, &format!("http://{address}:8081/sign-in"), spoof);
            assert_eq!(got, ("404".into(), String::new()), "{address} {spoof}");
        }
    }
    let (status, page) = nets.get(&nets.street, "http://10.77.2.1:8080/", "X-Plain: yes");
    assert!(status == "200" && page.contains("口座振替"), "{status} {page}");
    let (status, page) = nets.get(&nets.street, "http://10.77.2.1:8080/sign-in", "X-Plain: yes");
    assert!(status == "404" && !page.contains("職員"), "{status} {page}");
}
