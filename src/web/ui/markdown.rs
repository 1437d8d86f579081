use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html::push_html};

/// One `##` section of a text.
pub struct Section {
    pub title: String,
    /// The first paragraph: the summary that stays outside a closed `<details>`.
    pub summary: Markup,
    pub rest: Markup,
}

/// Texts of the bureau from Markdown (tables, inline ruby). Of HTML only the ruby tags count, anything else is shown as
/// it was typed; a link leads to a page, a telephone or a mail address, never to a script.
pub fn markdown(text: &str) -> Markup {
    render(text, tame)
}

/// The same for the console, where the public pages' links would lead nowhere: they are underlined and no more.
pub fn markdown_without_links(text: &str) -> Markup {
    render(text, |event| match event {
        Event::Start(Tag::Link { .. }) => Event::InlineHtml("<u>".into()),
        Event::End(TagEnd::Link) => Event::InlineHtml("</u>".into()),
        other => tame(other),
    })
}

fn render<'a>(text: &'a str, each: impl Fn(Event<'a>) -> Event<'a>) -> Markup {
    let mut out = String::new();
    push_html(&mut out, Parser::new_ext(text, Options::ENABLE_TABLES).map(each));
    PreEscaped(scrolling(&out))
}

/// What a text of ours may have besides: each function answers for one thing that Markdown leaves open.
pub struct Extras<'a> {
    /// Where a link leads; `Err` holds the words that follow the text in its place.
    pub link: &'a dyn Fn(&str) -> Result<String, String>,
    /// A picture by its address and its alternative text.
    pub picture: &'a dyn Fn(&str, &str) -> Markup,
    /// What stands for a comment on a line of its own.
    pub comment: &'a dyn Fn(&str) -> Option<Markup>,
}

/// A text of the program itself, such as a manual.
pub fn markdown_with(text: &str, extras: &Extras) -> Markup {
    let mut events = vec![];
    let mut picture: Option<(String, String)> = None;
    let mut links: Vec<Option<String>> = vec![];
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES) {
        match (event, &mut picture) {
            (Event::Start(Tag::Image { dest_url, .. }), None) => picture = Some((dest_url.to_string(), String::new())),
            (Event::End(TagEnd::Image), Some(_)) => {
                let (url, alt) = picture.take().unwrap_or_default();
                events.push(Event::InlineHtml((extras.picture)(&url, &alt).into_string().into()));
            }
            (Event::Text(words) | Event::Code(words), Some((_, alt))) => alt.push_str(&words),
            (_, Some(_)) => {}
            (Event::Start(Tag::Link { dest_url, .. }), None) => {
                let (before, after) = match (extras.link)(&dest_url) {
                    Ok(url) => (html! { a href=(url) {} }.into_string().replace("</a>", ""), None),
                    Err(words) => (String::new(), Some(words)),
                };
                links.push(after);
                events.push(Event::InlineHtml(before.into()));
            }
            (Event::End(TagEnd::Link), None) => match links.pop().flatten() {
                Some(words) => events.push(Event::Text(words.into())),
                None => events.push(Event::InlineHtml("</a>".into())),
            },
            (Event::Html(text), None) => match (extras.comment)(&text) {
                Some(markup) => events.push(Event::Html(markup.into_string().into())),
                None => events.push(Event::Text(text)),
            },
            (event, None) => events.push(tame(event)),
        }
    }
    let mut out = String::new();
    push_html(&mut out, events.into_iter());
    PreEscaped(
        scrolling(&out)
            .replace("<p><figure", "<figure")
            .replace("</figure></p>", "</figure>"),
    )
}

/// A wide table scrolls by itself instead of widening the page.
fn scrolling(html: &str) -> String {
    html.replace(
        "<table>",
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"表\"><table class=\"table\">",
    )
    .replace("</table>", "</table></div>")
    .replace("<th>", "<th scope=\"col\">")
}

const TAGS: [&str; 8] = ["<ruby>", "</ruby>", "<rt>", "</rt>", "<rp>", "</rp>", "<br>", "<wbr>"];

fn tame(event: Event) -> Event {
    match event {
        Event::Html(html) | Event::InlineHtml(html) if !TAGS.contains(&html.trim()) => Event::Text(html),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) if !is_safe(&dest_url) => Event::Start(Tag::Link {
            link_type,
            dest_url: "#".into(),
            title,
            id,
        }),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => Event::Text("".into()),
        other => other,
    }
}

fn is_safe(url: &str) -> bool {
    let begins = ["https://", "http://", "/", "#", "tel:", "mailto:"];
    begins.iter().any(|begin| url.starts_with(begin)) && !url.starts_with("//")
}

/// A text cut at its `##` headings, each part rendered.
pub fn sections(text: &str, render: fn(&str) -> Markup) -> Vec<Section> {
    let parts = text.split("\n## ").enumerate();
    parts
        .filter_map(|(i, part)| match i {
            0 => part.strip_prefix("## "),
            _ => Some(part),
        })
        .map(|part| {
            let (title, body) = part.split_once('\n').unwrap_or((part, ""));
            let (summary, rest) = body.trim_start().split_once("\n\n").unwrap_or((body, ""));
            Section {
                title: title.trim().to_owned(),
                summary: render(summary),
                rest: render(rest),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_staff_write_brings_no_html_and_no_script() {
        let text = "<script>x</script> a <b onclick=x>b</b>\n\n<div>\n\n[l](javascript:x) ![i](https://x/y) <ruby>水<rt>みず</rt></ruby>";
        let html = markdown(text).into_string();
        for tag in ["<script", "<b ", "<div", "javascript:\"", "href=\"java", "<img"] {
            assert!(!html.contains(tag), "{html}");
        }
        assert!(html.contains("<ruby>水<rt>みず</rt></ruby>"), "{html}");
        assert!(
            markdown("[a](/faq) [b](tel:0258)")
                .into_string()
                .contains("href=\"/faq\"")
        );
    }
}
