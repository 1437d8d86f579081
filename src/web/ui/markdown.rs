use maud::{Markup, PreEscaped};
use pulldown_cmark::{Options, Parser, html::push_html};

/// One `##` section of a text.
pub struct Section {
    pub title: String,
    /// The first paragraph: the summary that stays outside a closed `<details>`.
    pub summary: Markup,
    pub rest: Markup,
}

/// Our own texts from Markdown (tables, inline ruby). Never called with what a visitor typed.
pub fn markdown(text: &str) -> Markup {
    let mut out = String::new();
    push_html(&mut out, Parser::new_ext(text, Options::ENABLE_TABLES));
    // A wide table scrolls by itself instead of widening the page.
    let out = out
        .replace(
            "<table>",
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"表\"><table class=\"table\">",
        )
        .replace("</table>", "</table></div>")
        .replace("<th>", "<th scope=\"col\">");
    PreEscaped(out)
}

/// A text cut at its `##` headings.
pub fn sections(text: &str) -> Vec<Section> {
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
                summary: markdown(summary),
                rest: markdown(rest),
            }
        })
        .collect()
}
