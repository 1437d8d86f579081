//! A small browser: keeps cookies, follows redirects, fills the forms it sees.
use reqwest::{
    Client, ClientBuilder, StatusCode,
    header::{HeaderMap, HeaderValue},
    redirect::Policy,
};
use scraper::{Html, Selector};
use std::collections::BTreeMap;

#[derive(Clone)]
pub struct Browser {
    client: Client,
    base: String,
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request, in place of what is sent otherwise.
    pub headers: Vec<(&'static str, String)>,
    /// Whether it says that a request comes from our own page, as all browsers of today do.
    pub says_its_site: bool,
}

/// What a request brings along: its content type, and the bytes.
pub type Body = (&'static str, Vec<u8>);

const FORM: &str = "application/x-www-form-urlencoded";

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    /// Path and query, after redirects.
    pub path: String,
    pub headers: HeaderMap,
    pub html: String,
    /// The very bytes, for what is no text.
    pub bytes: Vec<u8>,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        // As the program does at its start.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            client: client().build().unwrap(),
            base: base.to_owned(),
            cookies: BTreeMap::new(),
            headers: vec![],
            says_its_site: true,
        }
    }
    /// A browser on another machine: its requests come from this loopback address.
    pub fn at(base: &str, address: std::net::IpAddr) -> Self {
        Self {
            client: client().local_address(address).build().unwrap(),
            ..Self::new(base)
        }
    }
    pub async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, None).await
    }
    /// Posts fields and follows the redirects.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = serde_urlencoded::to_string(fields).unwrap();
        self.send("POST", path, Some((FORM, body.into_bytes()))).await
    }
    /// Posts values of a form with some of them changed.
    pub async fn post_with(&mut self, path: &str, form: &BTreeMap<String, String>, changed: &[(&str, &str)]) -> Page {
        let mut all: BTreeMap<&str, &str> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        all.extend(changed.iter().copied());
        self.post(path, &all.into_iter().collect::<Vec<_>>()).await
    }
    /// Posts raw bytes as a form.
    pub async fn post_raw(&mut self, path: &str, body: Vec<u8>) -> Page {
        self.send("POST", path, Some((FORM, body))).await
    }
    /// Posts JSON, as the scripts of the pages do.
    pub async fn json(&mut self, path: &str, value: &serde_json::Value) -> Page {
        let body = ("application/json", value.to_string().into_bytes());
        self.send("POST", path, Some(body)).await
    }
    /// Fills the page's form (its hidden fields stay) and sends it.
    pub async fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let (action, mut all) = page.form();
        for (name, value) in fields {
            all.insert((*name).to_owned(), (*value).to_owned());
        }
        let body = serde_urlencoded::to_string(all).unwrap();
        self.send("POST", &action, Some((FORM, body.into_bytes()))).await
    }

    async fn send(&mut self, method: &str, path: &str, body: Option<Body>) -> Page {
        let (mut method, mut path, mut body) = (method, path.to_owned(), body);
        for _ in 0..10 {
            let page = self.once(method, &path, body.take()).await;
            if page.status != StatusCode::SEE_OTHER.as_u16() {
                return page;
            }
            path = page.headers["location"].to_str().unwrap().to_owned();
            method = "GET";
        }
        panic!("redirects without end at {path}");
    }

    /// One request; a redirect is the answer.
    pub async fn once(&mut self, method: &str, path: &str, body: Option<Body>) -> Page {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        let mut headers = HeaderMap::new();
        if self.says_its_site {
            headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        }
        for (name, value) in &self.headers {
            headers.insert(*name, value.parse().unwrap());
        }
        let mut request = self.client.request(method.parse().unwrap(), url).headers(headers);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        if let Some((kind, bytes)) = body {
            request = request.header("content-type", kind).body(bytes);
        }
        let response = request.send().await.unwrap();
        self.keep_cookies(&response);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        Page {
            status,
            path: path.to_owned(),
            headers,
            html: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    /// Gets a file of any length and keeps nothing of it: its status and its lines.
    pub async fn drain(&mut self, path: &str) -> (u16, usize) {
        let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = self.client.get(format!("{}{path}", self.base));
        let mut response = request.header("cookie", pairs.join("; ")).send().await.unwrap();
        let mut lines = 0;
        while let Some(bytes) = response.chunk().await.unwrap() {
            lines += bytes.iter().filter(|b| **b == b'\n').count();
        }
        (response.status().as_u16(), lines)
    }

    fn keep_cookies(&mut self, response: &reqwest::Response) {
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
                continue;
            }
            // The staff's cookie is without TLS only where its address is: on loopback.
            let is_safe = text.contains("Secure") || ["staff", "practice-staff"].contains(&name);
            assert!(
                text.contains("HttpOnly") && is_safe && text.contains("SameSite=Lax"),
                "{text}"
            );
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// No redirects by itself; `localhost` is where the tests' listeners are.
fn client() -> ClientBuilder {
    let loopback = ([127, 0, 0, 1], 0).into();
    Client::builder()
        .redirect(Policy::none())
        .resolve("localhost", loopback)
        // A machine that stands still for seconds must not find a connection that the server has closed meanwhile.
        .pool_max_idle_per_host(0)
}

impl Page {
    pub fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }
    #[track_caller]
    pub fn expect(&self, text: &str) -> &Self {
        assert!(
            self.has(text),
            "{} ({}) lacks {text:?}:\n{}",
            self.path,
            self.status,
            self.text()
        );
        self
    }
    /// The text of `main`, without markup.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.html);
        let main = html.select(&Selector::parse("main").unwrap()).next();
        main.map(|m| m.text().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    }
    pub fn title(&self) -> String {
        self.first("title")
    }
    pub fn first(&self, selector: &str) -> String {
        let html = Html::parse_document(&self.html);
        let found = html.select(&Selector::parse(selector).unwrap()).next();
        found.map(|e| e.text().collect()).unwrap_or_default()
    }
    pub fn all(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).map(|e| e.text().collect()).collect()
    }
    /// Values of an attribute of every element that fits.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector)
            .filter_map(|e| e.attr(name).map(str::to_owned))
            .collect()
    }
    /// Current values of the form that posts to a path: inputs, choices and long texts.
    pub fn form_to(&self, action: &str) -> BTreeMap<String, String> {
        let html = Html::parse_document(&self.html);
        let posts = Selector::parse("form[method=post]").unwrap();
        let mut forms = html.select(&posts);
        let form = forms.find(|f| f.attr("action") == Some(action));
        let form = form.unwrap_or_else(|| panic!("{} has no form to {action}:\n{}", self.path, self.text()));
        let mut fields = BTreeMap::new();
        for field in form.select(&Selector::parse("input[name], select[name], textarea[name]").unwrap()) {
            let is_choice = matches!(field.attr("type"), Some("radio" | "checkbox"));
            let value = match field.value().name() {
                "textarea" => Some(field.text().collect()),
                "select" => {
                    let chosen = field.select(&Selector::parse("option[selected]").unwrap()).next();
                    let first = field.select(&Selector::parse("option").unwrap()).next();
                    chosen.or(first).and_then(|o| o.attr("value")).map(str::to_owned)
                }
                _ if is_choice && field.attr("checked").is_none() => None,
                _ => Some(
                    field
                        .attr("value")
                        .unwrap_or(if is_choice { "on" } else { "" })
                        .to_owned(),
                ),
            };
            if let (Some(name), Some(value)) = (field.attr("name"), value) {
                fields.insert(name.to_owned(), value);
            }
        }
        fields
    }
    /// Where the first link with this text leads.
    pub fn link(&self, text: &str) -> Option<String> {
        let html = Html::parse_document(&self.html);
        let links = Selector::parse("a[href]").unwrap();
        let mut links = html.select(&links);
        let found = links.find(|a| a.text().collect::<String>().trim() == text);
        found.and_then(|a| a.attr("href")).map(str::to_owned)
    }
    /// Action and current values of the first POST form.
    pub fn form(&self) -> (String, BTreeMap<String, String>) {
        let html = Html::parse_document(&self.html);
        let form = html.select(&Selector::parse("form[method=post]").unwrap()).next();
        let form = form.unwrap_or_else(|| panic!("{} has no form:\n{}", self.path, self.text()));
        let mut fields = BTreeMap::new();
        for input in form.select(&Selector::parse("input").unwrap()) {
            let value = input.attr("value").unwrap_or("").to_owned();
            let is_choice = matches!(input.attr("type"), Some("radio" | "checkbox"));
            if let Some(name) = input
                .attr("name")
                .filter(|_| !is_choice || input.attr("checked").is_some())
            {
                fields.insert(name.to_owned(), value);
            }
        }
        (form.attr("action").unwrap().to_owned(), fields)
    }
}
