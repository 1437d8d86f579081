#![allow(clippy::unwrap_used)]
use super::*;
use age::secrecy::ExposeSecret;
use std::{fs, process::Command};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    identities: PathBuf,
    recipients: Vec<Recipient>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = x25519::Identity::generate();
        let identities = folder.path().join("identity.txt");
        let secret = identity.to_string();
        fs::write(&identities, format!("# a comment\n{}\n", secret.expose_secret())).unwrap();
        let recipients = Recipient::parse_all(&[identity.to_public().to_string()]).unwrap();
        Self {
            folder,
            identities,
            recipients,
        }
    }
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn seal(&self, plain: &[u8]) -> Sealed {
        fs::write(self.at("plain.db"), plain).unwrap();
        seal(&self.at("plain.db"), &self.recipients, &self.at("b.gz.age")).unwrap()
    }
    fn open(&self) -> Result<Sum, ContainerError> {
        open(&self.at("b.gz.age"), &self.identities, &self.at("opened.db"))
    }
    /// Names in the folder that a failed run must not leave.
    fn left(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|e| e.unwrap().file_name().into_string().unwrap());
        names.filter(|n| n.contains("part") || n.contains("opened")).collect()
    }
}

/// Bytes that neither repeat nor compress.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..bytes).map(next).collect()
}

#[test]
fn a_backup_opens_with_the_identity_of_the_settings_and_with_the_verifier() {
    for plain in [vec![], b"x".to_vec(), noise(65_536), noise(300_001), vec![7; 2_000_000]] {
        let bench = Bench::new();
        let sealed = bench.seal(&plain);
        assert_eq!(bench.open().unwrap(), sealed.plain);
        assert_eq!(fs::read(bench.at("opened.db")).unwrap(), plain);
        assert_eq!(sealed.file.bytes, fs::metadata(bench.at("b.gz.age")).unwrap().len());
        let checked = sealed.verifier.open_into(&bench.at("checked.db")).unwrap();
        assert_eq!(checked.bytes, plain.len() as u64);
        assert_eq!(fs::read(bench.at("checked.db")).unwrap(), plain);
        assert!(bench.left().iter().all(|n| n == "opened.db"));
    }
}

#[test]
fn no_byte_of_the_database_is_readable_in_a_backup() {
    let bench = Bench::new();
    let canary = "canary-0123456789-canary".repeat(200);
    bench.seal(canary.as_bytes());
    let file = fs::read(bench.at("b.gz.age")).unwrap();
    assert!(!file.windows(12).any(|w| w == b"canary-01234"));
    assert!(file.starts_with(b"age-encryption.org/v1\n"));
}

#[test]
fn a_cut_backup_is_refused_at_every_length() {
    let bench = Bench::new();
    let sealed = bench.seal(&noise(200_000));
    let whole = fs::read(bench.at("b.gz.age")).unwrap();
    assert!(whole.len() as u64 == sealed.file.bytes && whole.len() > 3 * 65_536);
    let payload = whole.len() % (65_536 + 16);
    let ends = [
        0,
        1,
        50,
        payload,
        payload + 65_552,
        payload + 2 * 65_552,
        whole.len() - 17,
        whole.len() - 1,
    ];
    for cut in ends.into_iter().chain((0..whole.len()).step_by(9_973)) {
        fs::write(bench.at("b.gz.age"), &whole[..cut]).unwrap();
        let error = bench.open().unwrap_err();
        assert!(matches!(error, ContainerError::Damaged { .. }), "{cut}: {error}");
        assert!(bench.left().is_empty(), "{cut}");
    }
}

#[test]
fn a_changed_or_lengthened_backup_is_refused() {
    let bench = Bench::new();
    bench.seal(&noise(200_000));
    let whole = fs::read(bench.at("b.gz.age")).unwrap();
    for place in (0..whole.len()).step_by(4_001).chain([whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(bench.at("b.gz.age"), &changed).unwrap();
        assert!(bench.open().is_err(), "byte {place}");
        assert!(bench.left().is_empty());
    }
    for more in [b"x".to_vec(), noise(65_552), whole.clone()] {
        fs::write(bench.at("b.gz.age"), [whole.clone(), more].concat()).unwrap();
        assert!(bench.open().is_err());
    }
    fs::write(bench.at("b.gz.age"), &whole).unwrap();
    assert!(bench.open().is_ok());
}

#[test]
fn the_verifier_refuses_another_backup_in_the_place_of_its_own() {
    let bench = Bench::new();
    let first = bench.seal(b"first");
    fs::remove_file(bench.at("b.gz.age")).unwrap();
    let second = bench.seal(b"second");
    assert!(first.verifier.open_into(&bench.at("opened.db")).is_err());
    fs::write(
        bench.at("b.gz.age"),
        fs::read(bench.at("b.gz.age")).unwrap().split_last().unwrap().1,
    )
    .unwrap();
    assert!(second.verifier.open_into(&bench.at("opened.db")).is_err());
    assert!(bench.left().is_empty());
}

#[test]
fn the_verifier_compares_the_file_and_the_copy_with_what_was_written() {
    for (change, said) in [
        (
            (|v| v.file.sha256 = "0".repeat(64)) as fn(&mut Verifier),
            "other bytes than were written",
        ),
        (
            |v| v.plain.sha256 = "0".repeat(64),
            "something other than the database's copy",
        ),
    ] {
        let bench = Bench::new();
        let mut verifier = bench.seal(b"x").verifier;
        change(&mut verifier);
        let error = verifier.open_into(&bench.at("opened.db")).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(bench.left().is_empty());
    }
}

#[test]
fn what_follows_the_compressed_copy_is_refused() {
    let bench = Bench::new();
    let mut packed = GzEncoder::new(vec![], Compression::fast());
    packed.write_all(b"the copy").unwrap();
    let whole = packed.finish().unwrap();
    for (content, opens) in [(whole.clone(), true), ([whole, noise(100_000)].concat(), false)] {
        let recipients = bench.recipients.iter().map(|r| &r.0 as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).unwrap();
        let mut file = encryptor
            .wrap_output(File::create(bench.at("b.gz.age")).unwrap())
            .unwrap();
        file.write_all(&content).unwrap();
        file.finish().unwrap();
        assert_eq!(bench.open().is_ok(), opens);
    }
}

#[test]
fn only_a_recipient_opens_and_the_error_names_both_files() {
    let (bench, stranger) = (Bench::new(), Bench::new());
    bench.seal(b"x");
    let error = open(&bench.at("b.gz.age"), &stranger.identities, &bench.at("opened.db")).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("identity.txt") && text.contains("b.gz.age") && text.contains("backup.recipients"));
}

#[test]
fn an_existing_backup_is_never_overwritten() {
    let bench = Bench::new();
    bench.seal(b"x");
    let again = seal(&bench.at("plain.db"), &bench.recipients, &bench.at("b.gz.age"));
    assert!(again.unwrap_err().to_string().contains("is not overwritten"));
}

#[test]
fn wrong_recipients_are_named_by_their_place_and_never_repeated() {
    let secret = x25519::Identity::generate().to_string().expose_secret().to_owned();
    let public = x25519::Identity::generate().to_public().to_string();
    let error = |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        Recipient::parse_all(&lines).err().unwrap().to_string()
    };
    assert!(error(&[]).contains("backup.recipients is empty"));
    assert!(error(&[&public, "age1qqqq"]).contains("entry 2: not an age public key"));
    let pasted = error(&[&public, &secret]);
    assert!(pasted.contains("entry 2 holds a secret key") && !pasted.contains(&secret[16..]));
}

#[test]
fn a_wrong_identity_file_is_named_and_never_repeated() {
    let bench = Bench::new();
    bench.seal(b"x");
    for text in ["", "# only a comment\n", "AGE-SECRET-KEY-1WRONG\n"] {
        fs::write(&bench.identities, text).unwrap();
        let error = bench.open().unwrap_err().to_string();
        assert!(
            error.contains("identity.txt") && error.contains("age-keygen"),
            "{error}"
        );
        assert!(!error.contains("WRONG"));
    }
}

#[test]
fn what_holds_a_key_does_not_print_it() {
    let bench = Bench::new();
    let printed = format!("{:?}", bench.seal(b"x"));
    assert!(
        printed.contains("Verifier(…)") && !printed.contains("AGE-SECRET"),
        "{printed}"
    );
}

/// Runs when Debian's `age` is installed, which `scripts/setup` sees to.
#[test]
fn the_age_command_opens_a_backup_and_its_keys_fit_ours() {
    let bench = Bench::new();
    let made = Command::new("age-keygen").arg("-o").arg(bench.at("cli.txt")).output();
    let Ok(made) = made else {
        eprintln!("age is not installed; this claim was not tested");
        return;
    };
    let text = String::from_utf8(made.stderr).unwrap();
    let public = text.trim().strip_prefix("Public key: ").unwrap().to_owned();
    let plain = noise(300_000);
    fs::write(bench.at("plain.db"), &plain).unwrap();
    let recipients = [bench.recipients.clone(), Recipient::parse_all(&[public]).unwrap()].concat();
    seal(&bench.at("plain.db"), &recipients, &bench.at("b.gz.age")).unwrap();
    for identity in ["cli.txt", "identity.txt"] {
        let mut age = Command::new("age");
        age.arg("--decrypt").arg("--identity").arg(bench.at(identity));
        age.arg("--output").arg(bench.at("c.gz")).arg(bench.at("b.gz.age"));
        assert!(age.status().unwrap().success());
        let unpacked = Command::new("gunzip")
            .arg("--stdout")
            .arg(bench.at("c.gz"))
            .output()
            .unwrap();
        assert!(unpacked.status.success() && unpacked.stdout == plain);
    }
    let opened = open(&bench.at("b.gz.age"), &bench.at("cli.txt"), &bench.at("opened.db")).unwrap();
    assert_eq!(opened.bytes, 300_000);
}

#[test]
fn a_missing_folder_is_named_with_what_to_do() {
    let bench = Bench::new();
    fs::write(bench.at("plain.db"), "x").unwrap();
    let error = seal(&bench.at("plain.db"), &bench.recipients, &bench.at("none/b.gz.age")).unwrap_err();
    assert!(error.to_string().contains("none/b.gz.age") && error.to_string().contains("Make the folder"));
}
