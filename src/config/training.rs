//! Settings of the practice site (N11, N13ウ).
use super::{ConfigError, Source, Tls};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// The practice site: four ports in a row, one for each face of a class.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The first of the four, `10.1.2.3:8090`: the staff's pages. Then follow the citizens' form, the institutions, the mails.
    pub listen: String,
    /// The first address as browsers see it, by name: `https://practice.example.lg.jp:8090`. The others follow by port.
    pub url: String,
    /// Networks that get an answer; everybody else gets nothing.
    pub networks: Vec<IpNet>,
    /// Where the classes are kept; nothing else is in it.
    pub folder: PathBuf,
    /// The bureau's own exercises, one `.md` file each; one of the same id replaces ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercises: Option<PathBuf>,
    /// Proxies whose `X-Forwarded-For` counts here.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// Faces of a class, in the order of their ports.
pub const FACES: u16 = 4;

impl Training {
    /// The four addresses to listen on.
    pub fn sockets(&self) -> Option<[SocketAddr; FACES as usize]> {
        let first: SocketAddr = self.listen.parse().ok()?;
        let port = |n: u16| Some(SocketAddr::new(first.ip(), first.port().checked_add(n)?));
        Some([port(0)?, port(1)?, port(2)?, port(3)?])
    }

    /// The four addresses as browsers see them, without a slash at the end.
    pub fn urls(&self) -> Option<[String; FACES as usize]> {
        let first = url::Url::parse(&self.url).ok()?;
        let of = |n: u16| {
            let mut url = first.clone();
            let port = first.port_or_known_default()?.checked_add(n)?;
            url.set_port(Some(port)).ok()?;
            Some(url.as_str().trim_end_matches('/').to_owned())
        };
        Some([of(0)?, of(1)?, of(2)?, of(3)?])
    }

    /// Hosts are compared, not origins: ports share their cookies, and passkeys know hosts alone (S15). A demo may live on
    /// one machine's `localhost`.
    pub(super) fn check_host(&self, real: &[(&str, &str)], source: &Source) -> Result<(), ConfigError> {
        let host = |url: &str| {
            let url = url::Url::parse(url).ok()?;
            Some(url.host_str()?.trim_end_matches('.').to_owned())
        };
        let own = host(&self.url);
        match real.iter().find(|(_, url)| own.is_some() && host(url) == own) {
            None => Ok(()),
            Some((setting, url)) => {
                let what = format!(
                    "training.url = {:?} has the host of {setting} = {url:?}: cookies and passkeys of production would \
                     reach the practice site; give it a name of its own, such as \"https://renshu.example.lg.jp:8090\"",
                    self.url
                );
                Err(source.at_setting("training.url", what))
            }
        }
    }

    pub(super) fn check(&self, source: &Source) -> Result<(), ConfigError> {
        let wrong = |setting: &str, what: String| Err(source.at_setting(setting, what));
        if self.sockets().is_none() {
            let what = format!(
                "training.listen = {:?} must be an address and a port with three more after it, such as \"127.0.0.1:8090\"",
                self.listen
            );
            return wrong("training.listen", what);
        }
        let by_name = url::Url::parse(&self.url).is_ok_and(|url| url.domain().is_some() && url.path() == "/");
        if !super::checks::is_safe_url(&self.url) || !by_name || self.urls().is_none() {
            let what = format!(
                "training.url = {:?} must begin with https:// and name a host and nothing behind it (http://localhost is \
                 for a demo)",
                self.url
            );
            return wrong("training.url", what);
        }
        if self.networks.is_empty() {
            let what = "training.networks must list the networks of those who learn, such as [\"10.20.0.0/16\"]";
            return wrong("training.networks", what.into());
        }
        Ok(())
    }
}
