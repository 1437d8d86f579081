//! The line of the log that tells whoever keeps logs elsewhere how far the chain was, every hour (S7).
use crate::harness::World;
use chrono::Duration;
use mizumado::{
    audit::{self, Actor, ChainCheck, Checkpoint},
    clock::jst,
};
use regex::Regex;
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The heads that were written since it was read the last time.
    fn heads(&self) -> Vec<Checkpoint> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        let line = Regex::new("audit head line=\"([^\"]+)\"").unwrap();
        line.captures_iter(&text)
            .map(|found| Checkpoint::read(&found[1]).expect("a line of four words"))
            .collect()
    }
}

#[actix_web::test]
async fn every_hour_the_log_gets_the_signed_head_which_a_kept_line_is_held_against() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    for world in World::all().await {
        // To the hour, so that the clock passes one at each step.
        world.pass(Duration::hours(1)).await;
        log.heads();
        let mut kept: Vec<Checkpoint> = vec![];
        for n in 1..=3 {
            let now = world.workspace.clock.now();
            let about = format!("thing/{n}");
            world
                .write(move |conn| Ok(audit::record(conn, now, Actor::System, "test.made", &about, "")?))
                .await;
            world.pass(Duration::hours(1)).await;
            let heads = log.heads();
            assert_eq!(heads.len(), 1, "one an hour: {heads:?}");
            kept.extend(heads);
            assert_eq!(kept.last().unwrap().day, jst(world.workspace.clock.now()).date());
        }
        assert!(kept.windows(2).all(|pair| pair[0].no < pair[1].no), "{kept:?}");
        let (keys, lines) = (world.workspace.keys.clone(), kept.clone());
        let whole = world.write(move |conn| Ok(audit::check(conn, &keys, &lines)?)).await;
        assert!(matches!(whole, ChainCheck::Whole(_)), "{whole:?}");
        // A line that somebody else wrote is told from ours.
        let (keys, mut forged) = (world.workspace.keys.clone(), kept.remove(2));
        forged.no -= 1;
        let told = world.write(move |conn| Ok(audit::check(conn, &keys, &[forged])?)).await;
        assert!(matches!(told, ChainCheck::NotAsSigned(_)), "{told:?}");
    }
}
