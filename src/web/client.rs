use super::Site;
use actix_web::HttpRequest;
use std::net::IpAddr;

/// The visitor's address: the peer, or what a trusted proxy says of it. A header from anybody else has no effect (S4).
pub fn client_address(req: &HttpRequest, site: &Site) -> Option<IpAddr> {
    // A dual-stack socket shows IPv4 clients as ::ffff:a.b.c.d.
    let peer = req.peer_addr()?.ip().to_canonical();
    if !site.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    // Every header line counts, read from the nearest hop outwards; what does not parse ends the trust.
    let lines: Vec<&str> = req
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|v| v.to_str().ok())
        .collect();
    let joined = lines.join(",");
    for hop in joined.rsplit(',') {
        match hop.trim().parse::<IpAddr>().map(|ip| ip.to_canonical()) {
            Ok(address) if site.trusted_proxies.contains(&address) => {}
            Ok(address) => return Some(address),
            Err(_) => break,
        }
    }
    Some(peer)
}

/// What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, which is one household's.
pub fn client_group(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => ip.segments()[..4]
            .iter()
            .map(|s| format!("{s:x}"))
            .collect::<Vec<_>>()
            .join(":"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{Settings, Source};
    use actix_web::test::TestRequest;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let text = include_str!("../../config/mizumado.example.toml");
        let settings: Settings = Source::built_in("example", text).parse().unwrap();
        let mut request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
        for line in forwarded {
            request = request.append_header(("x-forwarded-for", *line));
        }
        client_address(&request.to_http_request(), &Site::new(&settings))
            .unwrap()
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_the_client_is() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            seen("127.0.0.1", &["10.9.9.9, 198.51.100.1"]),
            "198.51.100.1",
            "the nearest hop counts"
        );
        assert_eq!(
            seen("127.0.0.1", &["10.9.9.9", "198.51.100.1"]),
            "198.51.100.1",
            "also on lines of their own"
        );
        assert_eq!(
            seen("127.0.0.1", &["10.9.9.9, nonsense"]),
            "127.0.0.1",
            "nothing is believed past nonsense"
        );
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn an_ipv6_household_is_one_client() {
        let group = |text: &str| client_group(text.parse().unwrap());
        assert_eq!(group("2001:db8:1:2::1"), group("2001:db8:1:2:ffff::9"));
        assert_ne!(group("2001:db8:1:2::1"), group("2001:db8:1:3::1"));
        assert_eq!(group("192.0.2.1"), "192.0.2.1");
        assert_eq!(group("::ffff:192.0.2.1"), "192.0.2.1", "IPv4 on a dual-stack socket");
    }
}
