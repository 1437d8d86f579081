//! `/faq`: the bureau's text, and behind it what came of answers. What is looked for stands in no address.
use crate::{
    db::Conn,
    inquiries::{model, store, views},
    texts::{self, TextId},
    web::{Error, FormBody, Page, Scripts, cookie, drop_cookie, html, see_other, set_cookie},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use std::collections::BTreeMap;

/// Holds the words of a search until the page is shown.
const WORDS: &str = "faq_words";
const LASTS: Duration = Duration::minutes(10);
const LONGEST: usize = 60;

/// `GET /faq`; with `?found`, what fits the words that were typed.
pub async fn show(
    workspace: Data<Workspace>,
    req: HttpRequest,
    flags: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let kept = req
        .cookie(&workspace.site.cookie_name(WORDS))
        .filter(|_| flags.contains_key("found"));
    let words = kept
        .and_then(|c| String::from_utf8(URL_SAFE_NO_PAD.decode(c.value()).ok()?).ok())
        .unwrap_or_default();
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let read = move |conn: &mut Conn| {
        let text = texts::words(conn, &world, TextId::Faq, now)?;
        Ok::<_, Error>((text, store::shown_entries(conn, &world.keys)?))
    };
    let (text, mut entries) = workspace.db.read(read).await?;
    let mut text = workspace.site.fill(&text);
    for entry in &mut entries {
        entry.question = workspace.site.fill(&entry.question);
        entry.answer = workspace.site.fill(&entry.answer);
    }
    if !words.is_empty() {
        let wanted: Vec<String> = words.split_whitespace().map(model::folded).collect();
        let fits = |text: &str| wanted.iter().all(|word| model::folded(text).contains(word));
        entries.retain(|entry| fits(&format!("{} {}", entry.question, entry.answer)));
        text = questions_of(&text, fits);
    }
    let body = views::public_faq(&text, &entries, &words);
    let page = Page::new(TextId::Faq.title(), body).back("/").scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// The parts of the text, cut at its `###` questions, that fit.
fn questions_of(text: &str, fits: impl Fn(&str) -> bool) -> String {
    let parts = text.split("\n### ").skip(1);
    let questions = parts.map(|part| part.split("\n## ").next().unwrap_or(part));
    questions
        .filter(|part| fits(part))
        .map(|part| format!("### {}\n\n", part.trim()))
        .collect()
}

/// `POST /faq`
pub async fn search(workspace: Data<Workspace>, body: FormBody) -> HttpResponse {
    let words: String = body.get("words").trim().chars().take(LONGEST).collect();
    if words.is_empty() {
        let mut response = see_other("/faq");
        drop_cookie(&workspace.site, &mut response, WORDS);
        return response;
    }
    let mut response = see_other("/faq?found");
    let kept = URL_SAFE_NO_PAD.encode(words);
    set_cookie(&mut response, cookie(&workspace.site, WORDS, &kept, LASTS));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_the_questions_that_fit_are_left() {
        let text = "## 前に\n\n### だれが\n\n個人の方です。\n\n### いつ\n\n翌月からです。\n\n## 後で\n\n### どこで\n\n銀行です。";
        assert_eq!(
            questions_of(text, |part| part.contains("翌月")),
            "### いつ\n\n翌月からです。\n\n"
        );
        assert!(!questions_of(text, |_| true).contains("## 後で"));
    }
}
