#![allow(clippy::unwrap_used)]
//! Against a real S3 server (s3s) on loopback, which checks signatures.
use super::*;
use crate::backups::files::Summing;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use std::{fs, sync::Arc};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

struct Bench {
    disk: TempDir,
    bucket: TempDir,
    settings: Offsite,
}

const SMALL: Limits = Limits {
    part: 5 * 1024 * 1024,
    ..LIMITS
};

impl Bench {
    async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (disk, bucket) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(bucket.path().join("backups")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(bucket.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("AKIDTEST", "right-secret"));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Arc::new(Builder::new(TokioExecutor::new()));
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        let settings = Offsite {
            endpoint,
            bucket: "backups".into(),
            region: "us-east-1".into(),
            access_key: "AKIDTEST".into(),
            secret_key: "right-secret".into(),
            prefix: "nagaoka/main".into(),
        };
        Self { disk, bucket, settings }
    }
    fn store(&self) -> Store {
        Store::with_limits(&self.settings, SMALL).unwrap()
    }
    fn file(&self, bytes: usize) -> (PathBuf, Sum) {
        let path = self.disk.path().join("local.age");
        let content: Vec<u8> = (0..bytes).map(|n| (n / 7 % 251) as u8).collect();
        fs::write(&path, &content).unwrap();
        let mut sum = Summing::default();
        sum.add(&content);
        (path, sum.finish())
    }
    fn remote(&self, name: &str) -> PathBuf {
        self.bucket.path().join("backups/nagaoka/main").join(name)
    }
}

const NAME: &str = "mizumado-20261122T030000Z.sqlite.gz.age";

#[tokio::test]
async fn a_file_comes_back_as_it_was_uploaded() {
    let bench = Bench::new().await;
    let store = bench.store();
    assert_eq!(store.list().await.unwrap(), []);
    // Nothing, one request, exactly one part, several parts.
    for bytes in [0, 1000, 5 * 1024 * 1024, 12 * 1024 * 1024 + 3] {
        let (file, sum) = bench.file(bytes);
        store.upload(&file, NAME, &sum).await.unwrap();
        let listed = store.list().await.unwrap();
        let there = Remote {
            name: NAME.into(),
            bytes: bytes as u64,
        };
        assert_eq!(listed, [there]);
        let back = bench.disk.path().join("back.age");
        assert_eq!(store.download(NAME, &back).await.unwrap(), sum);
        assert_eq!(fs::read(&back).unwrap(), fs::read(&file).unwrap());
    }
    store.delete(NAME).await.unwrap();
    assert_eq!(store.list().await.unwrap(), []);
    store.delete(NAME).await.unwrap();
    let error = store.download(NAME, &bench.disk.path().join("none")).await.unwrap_err();
    assert!(
        matches!(&error, OffsiteError::Missing { name } if name == NAME),
        "{error}"
    );
}

#[tokio::test]
async fn only_the_files_of_the_own_prefix_are_seen() {
    let mut bench = Bench::new().await;
    let (file, sum) = bench.file(10);
    for prefix in ["nagaoka/main", "nagaoka", "nagaoka/main2", ""] {
        bench.settings.prefix = prefix.into();
        let name = format!("of-{}", prefix.replace('/', "-"));
        bench.store().upload(&file, &name, &sum).await.unwrap();
        let listed = bench.store().list().await.unwrap();
        assert_eq!(listed.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), [name]);
    }
}

#[tokio::test]
async fn wrong_keys_are_refused_with_the_name_of_the_setting() {
    let bench = Bench::new().await;
    let (small, large) = (bench.file(10).1, 6 * 1024 * 1024);
    let broken = |change: fn(&mut Offsite)| {
        let mut settings = bench.settings.clone();
        change(&mut settings);
        Store::with_limits(&settings, SMALL).unwrap()
    };
    let store = broken(|s| s.secret_key = "wrong-secret".into());
    let (file, sum) = bench.file(large);
    for error in [
        store.upload(&file, NAME, &sum).await.unwrap_err(),
        store.list().await.unwrap_err(),
        store.download(NAME, &file).await.unwrap_err(),
        store.delete(NAME).await.unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.starts_with("backup.offsite.secret_key: "), "{text}");
        assert!(!text.contains("wrong-secret") && !error.may_pass());
    }
    // The answer to a question about one file has no text, so both keys are named.
    let error = store.compare(NAME, &small).await.unwrap_err().to_string();
    assert!(
        error.contains("backup.offsite.access_key") && error.contains("secret_key"),
        "{error}"
    );

    let store = broken(|s| s.access_key = "AKIDOTHER".into());
    let error = store.list().await.unwrap_err().to_string();
    assert!(error.starts_with("backup.offsite.access_key: "), "{error}");
    let store = broken(|s| s.bucket = "no-such-bucket".into());
    let error = store.list().await.unwrap_err().to_string();
    assert!(error.starts_with("backup.offsite.bucket: "), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_the_checked_one_is_not_uploaded() {
    let bench = Bench::new().await;
    for bytes in [1000, 6 * 1024 * 1024] {
        let (file, sum) = bench.file(bytes);
        let mut changed = fs::read(&file).unwrap();
        changed[500] ^= 1;
        fs::write(&file, changed).unwrap();
        let error = bench.store().upload(&file, NAME, &sum).await.unwrap_err();
        assert!(matches!(error, OffsiteError::Differs { .. }), "{error}");
        assert_eq!(bench.store().list().await.unwrap(), []);
        assert!(!bench.remote(NAME).exists());
    }
}

#[tokio::test]
async fn a_changed_copy_is_noticed_and_leaves_no_file() {
    let bench = Bench::new().await;
    let (file, sum) = bench.file(1000);
    let store = bench.store();
    store.upload(&file, NAME, &sum).await.unwrap();
    let mut changed = fs::read(bench.remote(NAME)).unwrap();
    changed[500] ^= 1;
    fs::write(bench.remote(NAME), &changed).unwrap();
    let back = bench.disk.path().join("back.age");
    let error = store.download(NAME, &back).await.unwrap_err();
    assert!(matches!(error, OffsiteError::Differs { .. }), "{error}");
    assert_eq!(fs::read_dir(bench.disk.path()).unwrap().count(), 1);
    fs::write(bench.remote(NAME), &changed[..900]).unwrap();
    let error = store.compare(NAME, &sum).await.unwrap_err().to_string();
    assert!(error.contains("900 bytes of 1000"), "{error}");
}

#[tokio::test]
async fn a_store_that_never_answers_is_given_up_in_time() {
    let mut bench = Bench::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    bench.settings.endpoint = format!("http://{}", silent.local_addr().unwrap());
    let limits = Limits {
        call: Duration::from_millis(200),
        bytes_per_second: 1 << 30,
        ..SMALL
    };
    let store = Store::with_limits(&bench.settings, limits).unwrap();
    let (file, sum) = bench.file(6 * 1024 * 1024);
    let begin = std::time::Instant::now();
    for error in [
        store.list().await.unwrap_err(),
        store.upload(&file, NAME, &sum).await.unwrap_err(),
        store.download(NAME, &file).await.unwrap_err(),
        store.delete(NAME).await.unwrap_err(),
    ] {
        assert!(
            matches!(error, OffsiteError::TimedOut { .. }) && error.may_pass(),
            "{error}"
        );
    }
    assert!(begin.elapsed() < Duration::from_secs(5));
    drop(silent);
    let error = store.list().await.unwrap_err().to_string();
    assert!(
        error.contains("Connection refused") && error.contains("backup.offsite.endpoint"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut bench = Bench::new().await;
    let [door, elsewhere] = [
        TcpListener::bind("127.0.0.1:0").await,
        TcpListener::bind("127.0.0.1:0").await,
    ];
    let (door, elsewhere) = (door.unwrap(), elsewhere.unwrap());
    bench.settings.endpoint = format!("http://{}", door.local_addr().unwrap());
    let target = elsewhere.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = door.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let answer = format!("HTTP/1.1 307 Moved\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    let error = bench.store().list().await.unwrap_err();
    assert!(
        matches!(&error, OffsiteError::Refused { status, .. } if status.starts_with("307")),
        "{error}"
    );
    let came = timeout(Duration::from_millis(50), elsewhere.accept()).await;
    assert!(came.is_err());
}

#[test]
fn every_wrong_setting_is_named() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let good = Offsite {
        endpoint: "https://s3.example.jp".into(),
        bucket: "backups".into(),
        region: "jp-north-1".into(),
        access_key: "AKID".into(),
        secret_key: "s3cr3t".into(),
        prefix: "nagaoka/main".into(),
    };
    assert_eq!(good.wrong(), None);
    let wrong = |change: &dyn Fn(&mut Offsite)| {
        let mut settings = good.clone();
        change(&mut settings);
        settings.wrong().map(|(setting, _)| setting)
    };
    for endpoint in [
        "http://s3.example.jp",
        "s3.example.jp",
        "https://a:b@s3.example.jp",
        "https://s3.example.jp/x",
    ] {
        assert_eq!(wrong(&|s| s.endpoint = endpoint.into()), Some("endpoint"), "{endpoint}");
    }
    for endpoint in [
        "http://127.0.0.1:9000",
        "http://localhost:9000/",
        "http://[::1]:9000",
        "https://s3.example.jp/",
    ] {
        assert_eq!(wrong(&|s| s.endpoint = endpoint.into()), None, "{endpoint}");
    }
    assert_eq!(wrong(&|s| s.bucket = "Backups".into()), Some("bucket"));
    assert_eq!(wrong(&|s| s.region = "".into()), Some("region"));
    assert_eq!(wrong(&|s| s.access_key = "".into()), Some("access_key"));
    assert_eq!(wrong(&|s| s.secret_key = "a b".into()), Some("secret_key"));
    for prefix in ["/x", "x/", "a//b", "a b", "../x"] {
        assert_eq!(wrong(&|s| s.prefix = prefix.into()), Some("prefix"), "{prefix}");
    }
    assert!(!format!("{good:?} {:?}", Store::new(&good)).contains("s3cr3t"));
}

#[tokio::test]
async fn no_name_leaves_the_prefix() {
    let bench = Bench::new().await;
    for name in ["", "..", "../x", "a/b", ".hidden", "a b", "山"] {
        assert!(bench.store().delete(name).await.is_err(), "{name}");
    }
}
