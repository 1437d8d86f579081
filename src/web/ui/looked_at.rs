//! The controls of another page, shown to be looked at.
use maud::{Markup, PreEscaped};

/// These controls without anything that works: no name, so that nothing of them is sent; ids of their own, so that none
/// stands twice on the page around them; no address, no script's marks, nothing hidden. What is seen stays as it is.
/// Whoever shows them puts them into a disabled `fieldset`.
pub fn looked_at(controls: &Markup, prefix: &str) -> Markup {
    // Made by `html!`: a `<` or a `"` of a text is written as a reference, so these signs are always markup.
    let mut parts = controls.0.split('<');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        shown += &without_use(tag, prefix);
        shown += text;
    }
    PreEscaped(shown)
}

/// A tag as it is shown; nothing for an input that nobody sees.
fn without_use(tag: &str, prefix: &str) -> String {
    let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let all = attributes(rest);
    if all.contains(&("type", Some("hidden"))) {
        return String::new();
    }
    let shown = all.into_iter().filter_map(|(key, value)| kept(key, value, prefix));
    format!("<{name}{}>", shown.collect::<String>())
}

fn kept(key: &str, value: Option<&str>, prefix: &str) -> Option<String> {
    let own = |ids: &str| {
        let ids: Vec<_> = ids.split(' ').map(|id| format!("{prefix}{id}")).collect();
        Some(format!(" {key}=\"{}\"", ids.join(" ")))
    };
    match (key, value) {
        ("name" | "href" | "autofocus" | "tabindex" | "formnovalidate", _) => None,
        // Nothing happens here that would be told.
        ("role", Some("status")) => None,
        _ if key.starts_with("hx-") || key.starts_with("data-") => None,
        ("id" | "for" | "aria-describedby" | "aria-labelledby", Some(ids)) => own(ids),
        (_, Some(value)) => Some(format!(" {key}=\"{value}\"")),
        (_, None) => Some(format!(" {key}")),
    }
}

/// The attributes of a tag, in order.
fn attributes(tag: &str) -> Vec<(&str, Option<&str>)> {
    let (mut found, mut rest) = (vec![], tag.trim_start());
    while !rest.is_empty() {
        let (key, after) = rest.split_at(rest.find([' ', '=']).unwrap_or(rest.len()));
        match after.strip_prefix("=\"").and_then(|quoted| quoted.split_once('"')) {
            Some((value, after)) => {
                found.push((key, Some(value)));
                rest = after.trim_start();
            }
            None => {
                found.push((key, None));
                rest = after.trim_start_matches(['=', ' ']);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::{Choice, DateField, TextField, choices};
    use maud::html;

    fn shown(controls: &Markup) -> String {
        looked_at(controls, "seen-").into_string()
    }

    #[test]
    fn a_control_that_is_looked_at_sends_nothing_and_has_ids_of_its_own() {
        let field = TextField {
            name: "email",
            label: "メール",
            hint: "例：name@example.jp",
            width: "full",
            mode: "email",
            kana_from: "name",
            focus: true,
            ..TextField::default()
        };
        assert_eq!(
            shown(&field.render(&[])),
            "<div class=\"field\"><label for=\"seen-email\">メール</label>\
             <p class=\"hint\" id=\"seen-email-hint\">例：name@example.jp</p>\
             <input class=\"input input--full\" type=\"email\" id=\"seen-email\" value=\"\" \
             aria-describedby=\"seen-email-hint\" spellcheck=\"false\">\
             <p class=\"hint\" id=\"seen-email-auto\"></p></div>"
        );
        let list = [Choice {
            value: "a",
            label: "あ",
            note: "",
        }];
        let date = DateField {
            name: "start",
            legend: "日",
            hint: "例",
            optional: true,
            values: ["", "", ""],
        };
        let all = html! {
            (choices("kind", "種類", "", "a", &list, &[])) (date.render(&[]))
            input type="hidden" name="rev" value="1";
            a href="/apply" { "もどる" } button class="button" name="do" hx-post="/apply" formnovalidate { "さがす" }
        };
        let all = shown(&all);
        for gone in [" name=", "href", "hx-", "hidden", "tabindex", "formnovalidate"] {
            assert!(!all.contains(gone), "{gone}: {all}");
        }
        assert!(
            all.contains("<input type=\"radio\" id=\"seen-kind-a\" value=\"a\" checked>"),
            "{all}"
        );
        assert!(all.contains("<a>もどる</a>") && all.contains("任意"), "{all}");
    }

    #[test]
    fn what_staff_type_stays_text() {
        let typed = "\"><script>alert(1)</script> id=\"x\" name=y";
        let field = TextField {
            name: "a",
            label: typed,
            value: typed,
            ..TextField::default()
        };
        let before = field.render(&[]).into_string();
        let after = shown(&field.render(&[]));
        assert_eq!(after.matches('<').count(), before.matches('<').count());
        assert_eq!(
            after.matches('"').count() + 2,
            before.matches('"').count(),
            "the name alone goes"
        );
        assert!(after.contains("&lt;script&gt;"), "{after}");
    }
}
