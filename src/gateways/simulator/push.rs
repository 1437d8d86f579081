//! Sends results to the bureau, at least once, until it says that it has them; and what a fault adds to that.

use super::{
    Simulator, Task,
    faults::{By, Kind, OF_LETTERS, Place},
    messages::Seal,
    outcome::Outcome,
    state::{Ledger, Letter},
};
use actix_web::web;
use chrono::{Duration, NaiveDateTime};
use std::sync::LazyLock;
use tokio::task::JoinSet;

const TICK: std::time::Duration = std::time::Duration::from_millis(100);
/// One slow receiver must not hold up the others for longer than this.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
/// After this the gateway gives up.
const PATIENCE: Duration = Duration::hours(24);
/// So many letters are under way at once.
const AT_ONCE: usize = 64;

impl Ledger {
    /// Plans the push of a result, if there is an address for it, and what faults make of it.
    pub fn plan_push(&mut self, at: usize, says: Outcome, due_at: NaiveDateTime, now: NaiveDateTime) {
        if self.transactions()[at].request.push_url.is_empty() {
            return;
        }
        self.planned += 1;
        let mut letter = Letter::of(self.planned, says.clone(), due_at);
        let mut forged = Vec::new();
        for fault in self.strikes(By::Transaction(at), Place::Push, OF_LETTERS, now) {
            match fault.fault {
                Kind::Slow => letter.due_at += Duration::milliseconds(fault.number("ms").into()),
                Kind::Lost => letter.given_up = true,
                Kind::Repeat => letter.copies = fault.number("count"),
                Kind::Reorder => {
                    letter.held = true;
                    letter.due_at += Duration::seconds(fault.number("seconds").into());
                }
                Kind::Replay => letter.again_after = Some(fault.number("seconds")),
                Kind::Contradiction => letter.says = says.opposite(&fault.code()),
                Kind::BadSignature => forged.push(Seal::Wrong),
                Kind::WrongKey => forged.push(Seal::Stranger),
                _ => {}
            }
        }
        let forgeries = forged.into_iter().map(|seal| Letter {
            seal,
            ..Letter::of(letter.number, says.opposite("E99"), due_at)
        });
        let letters: Vec<_> = std::iter::once(letter.clone()).chain(forgeries).collect();
        self.edit(at, |it| it.letters.extend(letters));
    }

    /// The letters that are due, as many as go out at once.
    fn due_letters(&self, now: NaiveDateTime) -> Vec<(usize, usize)> {
        let due = self.index.letters.iter().take_while(|(due_at, ..)| *due_at <= now);
        due.take(AT_ONCE).map(|(_, at, n)| (*at, *n)).collect()
    }

    /// Writes down that a letter was sent, and lets go of those that waited for it.
    fn sent(&mut self, sent: Sent, now: NaiveDateTime, backoff: &[u32]) {
        let number = self.edit(sent.at, |it| {
            let letter = &mut it.letters[sent.letter];
            let pause = backoff.get(letter.tries).or(backoff.last()).copied().unwrap_or(10);
            letter.tries += 1;
            letter.held = false;
            letter.delivered = sent.taken;
            letter.due_at = now + Duration::seconds(pause.into());
            // A forgery and a replay are not worth a second try.
            let once = letter.seal != Seal::Own || letter.body.is_some();
            letter.given_up = !sent.taken && (once || letter.due_at - letter.first_at > PATIENCE);
            if let Some(seconds) = letter.again_after.take() {
                let due_at = now + Duration::seconds(seconds.into());
                let again = Letter {
                    body: Some(sent.body),
                    ..Letter::of(letter.number, letter.says.clone(), due_at)
                };
                it.letters.push(again);
            }
            it.letters[sent.letter].number
        });
        self.tried = self.tried.max(number);
        while let Some((held, at, n)) = self.index.held.first().copied()
            && held < self.tried
        {
            self.edit(at, |it| {
                it.letters[n].held = false;
                it.letters[n].due_at = now;
            });
        }
    }
}

/// A letter that was sent.
struct Sent {
    at: usize,
    letter: usize,
    body: String,
    taken: bool,
}

/// Starts pushing, with the pauses between tries in seconds.
pub fn spawn(sim: web::Data<Simulator>, backoff: Vec<u32>) -> std::io::Result<Task> {
    let client = CLIENT.as_ref().map_err(|e| std::io::Error::other(e.clone()))?;
    Ok(Task::of(tokio::spawn(work(sim, client, backoff))))
}

async fn work(sim: web::Data<Simulator>, client: &'static reqwest::Client, backoff: Vec<u32>) {
    loop {
        let mut sending = JoinSet::new();
        for (url, copies, letter) in due(&sim) {
            sending.spawn(async move { send(client, &url, copies, letter).await });
        }
        if sending.is_empty() {
            tokio::time::sleep(TICK).await;
            continue;
        }
        let sent: Vec<_> = sending.join_all().await;
        let noted = sim.store.change(|ledger, now, _| {
            sent.into_iter().for_each(|it| ledger.sent(it, now, &backoff));
            Ok::<_, std::io::Error>(())
        });
        if let Err(error) = noted.await {
            tracing::error!(%error, "simulator could not write its state");
            tokio::time::sleep(TIMEOUT).await;
        }
    }
}

/// The letters that are due, written and sealed: where to, how often, and the letter.
fn due(sim: &Simulator) -> Vec<(String, u32, Sent)> {
    sim.store.look(|ledger, now| {
        let due = ledger.due_letters(now).into_iter();
        let written = due.filter_map(|(at, n)| {
            let it = &ledger.transactions()[at];
            let letter = &it.letters[n];
            let fields = it.said(letter.says.status(), Some(&letter.says));
            let body = match &letter.body {
                Some(body) => body.clone(),
                // It came from a message or was typed and checked, so it can be written in the agreed charset.
                None => sim.desk.write(&sim.desk.seal("push", fields, letter.seal)).ok()?,
            };
            let taken = false;
            let sent = Sent {
                at,
                letter: n,
                body,
                taken,
            };
            Some((it.request.push_url.clone(), letter.copies, sent))
        });
        written.collect()
    })
}

/// One for all simulators of a process: the certificates of the machine are read once. It keeps no connection, as those
/// who use it come and go.
static CLIENT: LazyLock<Result<reqwest::Client, String>> = LazyLock::new(|| client().map_err(|e| e.to_string()));

fn client() -> reqwest::Result<reqwest::Client> {
    // The client wants a TLS provider even for plain HTTP; whoever installed one before keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let never = reqwest::redirect::Policy::none();
        reqwest::Client::builder()
            .no_proxy()
            .redirect(never)
            .pool_max_idle_per_host(0)
            .connect_timeout(TIMEOUT / 3)
            .timeout(TIMEOUT)
    };
    // A machine without certificate authorities can still push over plain HTTP.
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}

async fn send(client: &reqwest::Client, url: &str, copies: u32, mut letter: Sent) -> Sent {
    for _ in 0..copies.max(1) {
        letter.taken |= send_once(client, url, letter.body.clone()).await;
    }
    letter
}

async fn send_once(client: &reqwest::Client, url: &str, body: String) -> bool {
    let request = client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    match request.send().await {
        Ok(answer) if answer.status() == 200 => answer.text().await.is_ok_and(|text| text.trim() == "result=ok"),
        Ok(answer) => {
            tracing::info!(status = %answer.status(), "push was refused");
            false
        }
        Err(error) => {
            tracing::info!(%error, "push did not arrive");
            false
        }
    }
}
