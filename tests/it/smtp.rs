//! A mail server that errs as told, on a real socket.
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// What becomes of one mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    Taken,
    /// 450 at the recipient.
    Postponed,
    /// 451 after the whole mail.
    RefusedAfterData,
    /// The whole mail is read, and the line goes dead without an answer.
    Dropped,
    /// The line goes dead at once.
    Cut,
    /// The mail is taken, and the answer is kept back until the other side is gone.
    Held,
    /// No answer at all: to the first word, to the sender, to the whole mail.
    SilentAtOnce,
    SilentAtMail,
    SilentAfterData,
    /// The greeting comes letter by letter, one in a second.
    Trickle,
}

/// What arrived, by Message-ID.
#[derive(Default)]
pub struct Heard {
    /// Answered with 250, or meant to be; the server's from then on.
    pub taken: Vec<String>,
    /// Of these, those whose answer was kept back.
    pub held: Vec<String>,
    /// Read to the end and not taken.
    pub unanswered: Vec<String>,
}

type Script = dyn Fn(u64) -> Fate + Send + Sync;

pub struct SmtpServer {
    pub port: u16,
    heard: Arc<Mutex<Heard>>,
}

impl SmtpServer {
    /// `script` gives the fate of each mail, in the order in which their senders were named.
    pub fn start(script: impl Fn(u64) -> Fate + Send + Sync + 'static) -> Self {
        Self::that_greets(Fate::Taken, script)
    }
    /// The same; every line begins with this fate.
    pub fn that_greets(first: Fate, script: impl Fn(u64) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, heard) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Heard>>::default());
        let (script, inside): (Arc<Script>, _) = (Arc::new(script), heard.clone());
        let mails = Arc::new(AtomicU64::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, mails, heard) = (script.clone(), mails.clone(), inside.clone());
                // Whatever the other side does ends this line alone.
                std::thread::spawn(move || {
                    Line { stream, heard }.serve(first, || script(mails.fetch_add(1, Ordering::SeqCst)))
                });
            }
        });
        Self { port, heard }
    }
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }
    pub fn heard<T>(&self, look: impl FnOnce(&mut Heard) -> T) -> T {
        look(&mut self.heard.lock().unwrap())
    }
}

/// One connection.
struct Line {
    stream: TcpStream,
    heard: Arc<Mutex<Heard>>,
}

impl Line {
    fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{text}\r\n").as_bytes())
    }

    fn serve(mut self, first: Fate, mut next: impl FnMut() -> Fate) -> std::io::Result<()> {
        let mut reader = BufReader::new(self.stream.try_clone()?);
        match first {
            Fate::SilentAtOnce => return until_gone(&mut reader),
            Fate::Trickle => return self.trickle(),
            _ => self.say("220 test")?,
        }
        let (mut fate, mut line) = (Fate::Taken, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.get(..4).unwrap_or("").to_ascii_uppercase().as_str() {
                "MAIL" => {
                    fate = next();
                    match fate {
                        Fate::Cut => return Ok(()),
                        Fate::SilentAtMail => return until_gone(&mut reader),
                        _ => self.say("250 ok")?,
                    }
                }
                "RCPT" if fate == Fate::Postponed => self.say("450 4.2.0 later")?,
                "DATA" => {
                    self.say("354 go on")?;
                    let id = read_mail(&mut reader)?;
                    if !self.answer(&mut reader, fate, id)? {
                        return Ok(());
                    }
                }
                "QUIT" => return self.say("221 bye"),
                _ => self.say("250 ok")?,
            }
        }
    }

    /// After the whole mail; says whether the line goes on.
    fn answer(&mut self, reader: &mut impl BufRead, fate: Fate, id: String) -> std::io::Result<bool> {
        let is_taken = matches!(fate, Fate::Taken | Fate::Held);
        {
            let mut heard = self.heard.lock().unwrap();
            if fate == Fate::Held {
                heard.held.push(id.clone());
            }
            match is_taken {
                true => heard.taken.push(id),
                false => heard.unanswered.push(id),
            }
        }
        match fate {
            Fate::Held | Fate::SilentAfterData => until_gone(reader)?,
            Fate::Dropped => {}
            Fate::RefusedAfterData => return self.say("451 4.3.0 later").map(|()| true),
            _ => return self.say("250 taken").map(|()| true),
        }
        Ok(false)
    }

    fn trickle(&mut self) -> std::io::Result<()> {
        for letter in "220-x\r\n".bytes().cycle() {
            self.stream.write_all(&[letter])?;
            // What is played here is slowness itself.
            std::thread::park_timeout(std::time::Duration::from_secs(1));
        }
        Ok(())
    }
}

/// Says nothing until the other side gives up.
fn until_gone(reader: &mut impl BufRead) -> std::io::Result<()> {
    let mut rest = vec![];
    reader.read_to_end(&mut rest).map(drop)
}

/// Reads to the lonely dot; gives the Message-ID.
fn read_mail(reader: &mut impl BufRead) -> std::io::Result<String> {
    let (mut id, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(found) = line.strip_prefix("Message-ID: <") {
            id = found.split('@').next().unwrap_or("").to_owned();
        }
        if line == ".\r\n" {
            return Ok(id);
        }
    }
}
