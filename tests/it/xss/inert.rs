//! Whether a payload has become anything but text in a page.
use crate::browser::Page;
use scraper::{Html, Selector};

/// Stands in every payload.
pub const MARK: &str = "xq9";

pub fn payloads() -> Vec<&'static str> {
    let lines = include_str!("payloads.txt").lines();
    lines.filter(|line| !line.starts_with("# ")).collect()
}

/// Elements that no page of ours has.
const FOREIGN: [&str; 11] = [
    "iframe", "object", "embed", "base", "style", "math", "template", "frame", "applet", "video", "audio",
];
const ADDRESSES: [&str; 14] = [
    "href",
    "src",
    "action",
    "formaction",
    "srcset",
    "data",
    "poster",
    "xlink:href",
    "background",
    "cite",
    "hx-get",
    "hx-post",
    "ping",
    "manifest",
];

/// Where an address leads: a place of ours, or one that the settings or our own texts name.
fn leads_to_us(address: &str) -> bool {
    let plain: String = address.chars().filter(|c| !c.is_control() && *c != ' ').collect();
    let plain = plain.to_lowercase().replace('\\', "/");
    let place = plain.split(['?', '#']).next().unwrap();
    let ours = ["https://", "http://127.0.0.1:", "http://localhost:", "mailto:", "tel:"];
    match plain.starts_with(['#', '?']) || (plain.starts_with('/') && !plain.starts_with("//")) {
        true => true,
        false => ours.iter().any(|o| plain.starts_with(o)) && !place.contains(MARK),
    }
}

/// What a payload has become; nothing, if it is text.
pub fn faults(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let mut found = vec![];
    for element in page.select(&Selector::parse("*").unwrap()) {
        let name = element.value().name();
        if name.contains(MARK) || FOREIGN.contains(&name) {
            found.push(format!("the element {name}"));
        }
        if name == "script" && element.text().any(|text| !text.is_empty()) {
            found.push(format!("a script {:?}", element.text().collect::<String>()));
        }
        for (attribute, value) in element.value().attrs() {
            let acts = attribute.starts_with("on") || attribute.starts_with("hx-on");
            if acts || attribute.contains(MARK) || ["style", "srcdoc", "http-equiv"].contains(&attribute) {
                found.push(format!("the attribute {attribute}={value:?}"));
            }
            if ADDRESSES.contains(&attribute) && !leads_to_us(value) {
                found.push(format!("the address {attribute}={value:?}"));
            }
        }
    }
    let comments = page.tree.values().filter_map(|node| node.as_comment());
    found.extend(
        comments
            .filter(|c| c.contains(MARK))
            .map(|c| format!("the comment {c:?}")),
    );
    found
}

/// The page is a page, and no payload is more than text in it. Gives the text, and what fields hold.
#[track_caller]
pub fn assert_inert(page: &Page, typed: &str) -> String {
    assert!(page.status < 500, "{} after {typed}: {}", page.path, page.status);
    let header = |name: &str| page.headers.get(name).map_or("", |v| v.to_str().unwrap());
    if header("content-disposition").starts_with("attachment") {
        assert_eq!(header("x-content-type-options"), "nosniff", "{}", page.path);
        return String::new();
    }
    let kind = header("content-type");
    assert!(
        page.html.is_empty() || kind == "text/html; charset=utf-8",
        "{}: {kind}",
        page.path
    );
    let found = faults(&page.html);
    assert!(found.is_empty(), "{} after {typed}: {found:?}", page.path);
    let html = Html::parse_document(&page.html);
    let values = page.attributes("input[value]", "value").join("\n");
    html.root_element().text().collect::<String>() + "\n" + &values
}

/// The proof that [`faults`] would see it: unescaped, every payload is found in one of these places.
#[test]
fn an_unescaped_payload_is_found() {
    let places: [fn(&str) -> String; 10] = [
        |p| format!("<p>{p}</p>"),
        |p| format!("<input value=\"{p}\">"),
        |p| format!("<input value='{p}'>"),
        |p| format!("<input value={p}>"),
        |p| format!("<a href=\"{p}\">x</a>"),
        |p| format!("<title>{p}</title>"),
        |p| format!("<textarea>{p}</textarea>"),
        |p| format!("<!-- {p} -->"),
        |p| {
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(p));
            html
        },
        |p| {
            let twice = p.replace("&lt;", "<").replace("&gt;", ">").replace("%3C", "<");
            twice.replace("%3E", ">").replace('＜', "<").replace('＞', ">")
        },
    ];
    let mut of_markup = 0;
    for payload in payloads() {
        if payload.starts_with(['=', '+', '-', '@']) && !payload.starts_with("--") {
            continue;
        }
        let seen = places.iter().any(|place| !faults(&place(payload)).is_empty());
        assert!(seen, "nobody would see {payload}");
        of_markup += 1;
    }
    assert!(of_markup >= 40, "{of_markup}");
    assert_eq!(
        faults("<p>&lt;xq9&gt; javascript:xq9()</p><a href=\"/?q=xq9\">x</a>"),
        Vec::<String>::new()
    );
}
