use crate::config::{Bureau, Console, Environment, Settings};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Whose pages a listener shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    Public,
    Console,
}

/// What a trainer said to who sits at a desk and is not read there yet: how many messages, by seat.
#[derive(Clone, Debug, Default)]
pub struct Unread(Arc<Mutex<BTreeMap<u32, usize>>>);

impl Unread {
    fn seats(&self) -> MutexGuard<'_, BTreeMap<u32, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// One more for a seat.
    pub fn tell(&self, seat: u32) {
        *self.seats().entry(seat).or_default() += 1;
    }
    /// Who sits there sees them all now.
    pub fn read(&self, seat: u32) {
        self.seats().remove(&seat);
    }
    /// As the bar of the desk says: at a shared desk until everybody has read theirs.
    pub fn most(&self) -> usize {
        self.seats().values().copied().max().unwrap_or(0)
    }
}

/// A practice desk: whose pages these are, and where its other faces are (each without a slash at the end).
#[derive(Clone, Debug)]
pub struct Practice {
    /// 「教室 K7M2QX　席 3」
    pub place: String,
    pub console: String,
    pub public: String,
    pub bank: String,
    pub mails: String,
    pub unread: Unread,
}

/// What the layout needs to know of a workspace.
#[derive(Clone, Debug)]
pub struct Site {
    pub surface: Surface,
    pub bureau: Bureau,
    pub environment: Environment,
    /// `https://host`, without a slash at the end.
    pub url: String,
    pub idle_minutes: i64,
    pub draft_hours: i64,
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// On a practice desk alone: never in production.
    pub practice: Option<Practice>,
    /// Where staff practise, with a slash at the end; told on the way to sign in alone.
    pub practice_entrance: Option<String>,
}

/// The names of the bureau's own words, written `{{bureau}}` in texts.
pub const WORDS: [&str; 8] = [
    "bureau",
    "bureau_short",
    "city",
    "phone",
    "phone_hours",
    "office",
    "address",
    "survey_url",
];

impl Site {
    pub fn new(settings: &Settings) -> Self {
        Self {
            surface: Surface::Public,
            bureau: settings.bureau.clone(),
            environment: settings.environment,
            url: settings.public.url.trim_end_matches('/').to_owned(),
            idle_minutes: settings.form.idle_minutes,
            draft_hours: settings.form.draft_hours,
            trusted_proxies: settings.public.trusted_proxies.clone(),
            practice: None,
            practice_entrance: None,
        }
    }
    /// The same for the staff's listener.
    pub fn console(settings: &Settings, console: &Console) -> Self {
        Self {
            surface: Surface::Console,
            url: console.url.trim_end_matches('/').to_owned(),
            idle_minutes: console.idle_minutes,
            trusted_proxies: console.trusted_proxies.clone(),
            ..Self::new(settings)
        }
    }
    /// The name of a cookie: bound to host and TLS by its prefix. Browsers before 2024 refuse the prefix without
    /// TLS even on loopback, where alone we serve without it.
    pub fn cookie_name(&self, name: &str) -> String {
        // Ports share their cookies, so those of a practice desk are called otherwise.
        let name = match self.practice {
            Some(_) => format!("practice-{name}"),
            None => name.to_owned(),
        };
        match self.url.starts_with("https://") {
            true => format!("__Host-{name}"),
            false => name,
        }
    }
    /// `text` with the bureau's own words in place of `{{bureau}}` and the like.
    pub fn fill(&self, text: &str) -> String {
        let bureau = &self.bureau;
        let values = [
            bureau.name.as_str(),
            &bureau.name,
            &bureau.city,
            &bureau.phone,
            &bureau.phone_hours,
            &bureau.office,
            &bureau.address,
            bureau.survey_url.as_deref().unwrap_or(""),
        ];
        let filled = WORDS.iter().zip(values);
        filled.fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{{{name}}}}}"), value)
        })
    }
}
