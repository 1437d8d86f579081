//! Citizens' fields, and the texts that staff write for citizens.
use super::{
    inert::{MARK, assert_inert, payloads},
    no_limits,
};
use crate::{
    applicant::{Applicant, HandedOff},
    browser::Browser,
    desk::Desk,
    harness::World,
    texts,
};
use mizumado::accounts::Role;
use std::collections::{BTreeMap, BTreeSet};

const STEPS: [&str; 6] = ["number", "place", "name", "former", "contact", "account"];
const TEXT_FIELDS: &str = "main input:not([type=hidden]):not([type=radio]):not([type=checkbox])";

/// Types the text into one field of a step after the other; gives those that take it.
async fn try_fields(browser: &mut Browser, text: &str) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut taken: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for step in STEPS {
        let path = format!("/apply/{step}");
        let mut page = browser.get(&path).await;
        assert_eq!(page.path, path, "{text}");
        let (action, mut good) = page.form();
        // It counts the changes, and is another at the next page.
        good.remove("draft_rev");
        for name in page.attributes(TEXT_FIELDS, "name") {
            let mut form = page.form().1;
            form.extend(good.clone());
            let answer = browser.post_with(&action, &form, &[(&name, text)]).await;
            assert_inert(&answer, text);
            let is_refused = answer.path.split('?').next() == Some(&path) && !answer.all(".error-message").is_empty();
            if !is_refused {
                taken.entry(step).or_default().insert(name);
            }
            page = if is_refused { answer } else { browser.get(&path).await };
        }
        let mut form = page.form().1;
        form.extend(good);
        browser.post_with(&action, &form, &[]).await;
    }
    taken
}

/// A whole application with the text in every field that takes it: all pages of it, here and at the console.
async fn whole(
    world: &World,
    desk: &mut Desk,
    n: usize,
    text: &str,
    taken: &BTreeMap<&str, BTreeSet<String>>,
) -> usize {
    let mut browser = Browser::new(&world.url);
    let applicant = Applicant {
        customer_number: format!("{:010}", 1000 + n),
        account: ("020".into(), format!("{:05}67", 10_000 + n)),
        ..Applicant::default()
    };
    applicant.fill(&mut browser).await;
    let name = browser.get("/apply/name").await;
    browser.submit(&name, &[("name_changed", "yes")]).await;
    let former = browser.get("/apply/former").await;
    let page = browser
        .submit(&former, &[("old_name", "山田"), ("old_kana", "ヤマダ")])
        .await;
    assert_inert(&page, text);
    // Fields that are looked up or asked for by their content keep what is good.
    for (step, names) in taken
        .iter()
        .filter(|(step, _)| ["place", "name", "former"].contains(*step))
    {
        let page = browser.get(&format!("/apply/{step}")).await;
        // A town outside the city is asked about once more.
        let inside = format!("長岡市{text}");
        let value = |name: &str| if name == "town" { inside.as_str() } else { text };
        let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), value(name))).collect();
        assert_inert(&browser.submit(&page, &fields).await, text);
    }
    let check = browser.get("/apply/check").await;
    let mut shown = usize::from(assert_inert(&check, text).contains(text));
    assert_eq!(check.path, "/apply/check", "{text}: {}", check.text());
    let left = HandedOff::from(browser.submit(&check, &[]).await);
    assert_inert(&left.page, text);
    left.finish(world, &mut browser).await;
    for path in ["/result", "/result/print"] {
        assert_inert(&browser.get(path).await, text);
    }
    let number = left.receipt_number.clone();
    let id = world
        .write(move |conn| mizumado::enrolment::id_of_receipt(conn, &number))
        .await;
    let here = format!("/applications/{}", id.unwrap());
    assert_inert(&desk.get(&here).await, text);
    let revealed = desk
        .post(&format!("{here}/reveals"), &[("reason", "other"), ("note", "x")])
        .await;
    shown += usize::from(assert_inert(&revealed, text).contains(text));
    shown
}

/// Addresses and forms that need no draft.
async fn around(browser: &mut Browser, text: &str) {
    let typed = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
    for path in [
        format!("/{typed}"),
        format!("/apply/{typed}"),
        format!("/status/{typed}"),
        format!("/assets/{typed}"),
        format!("/apply/branches?branch_query={typed}"),
        format!("/apply/place?lookup={typed}"),
        format!("/apply/terms?{typed}"),
        format!("/receipt?error={typed}"),
        format!("/gateway/main/return?hint={typed}"),
        format!("/gateway/{typed}/return?{typed}"),
    ] {
        let page = browser.get(&path).await;
        assert!(page.status < 500, "{path}");
        if page
            .headers
            .get("content-type")
            .is_some_and(|k| k == "text/html; charset=utf-8")
        {
            assert_inert(&page, text);
        } else {
            assert!(page.headers["x-content-type-options"] == "nosniff", "{path}");
        }
    }
    let receipt = browser.get("/receipt").await;
    let typed = [("receipt_number", text), ("phone_last4", text)];
    assert_inert(&browser.submit(&receipt, &typed).await, text);
    assert_inert(&browser.get("/receipt?error").await, text);
}

#[actix_web::test]
async fn what_is_typed_is_text_on_every_public_page() {
    let world = World::sqlite_with(no_limits()).await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let (mut accepted, mut shown): (BTreeMap<String, usize>, usize) = Default::default();
    let payloads = payloads();
    for (n, text) in payloads.iter().copied().enumerate() {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let name = browser.get("/apply/name").await;
        browser.submit(&name, &[("name_changed", "yes")]).await;
        let former = browser.get("/apply/former").await;
        browser
            .submit(&former, &[("old_name", "山田"), ("old_kana", "ヤマダ")])
            .await;
        let taken = try_fields(&mut browser, text).await;
        shown += whole(&world, &mut desk, n, text, &taken).await;
        around(&mut browser, text).await;
        for (step, names) in taken {
            for name in names {
                *accepted.entry(format!("{step} {name}")).or_insert(0) += 1;
            }
        }
    }
    println!(
        "{} payloads, shown as text {shown} times; taken by {accepted:?}",
        payloads.len()
    );
    assert!(
        shown >= payloads.len(),
        "the check page or the console shows what was typed: {shown}"
    );
    let mails: String = world.mails().iter().map(|m| format!("{}{}", m.title, m.body)).collect();
    assert!(!mails.is_empty() && !mails.contains(MARK), "mails carry nobody's words");
}

#[actix_web::test]
async fn a_text_of_staff_holds_no_markup_but_markdown() {
    let world = World::with_console().await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
    let mut citizen = Browser::new(&world.url);
    let all = payloads().join("\n\n");
    for text in payloads().into_iter().chain([all.as_str()]) {
        let page = texts::draft(&mut clerk, "faq", |old| format!("{old}\n\n{text}"), 0, &world).await;
        assert_inert(&page, text);
        let draft = page.path.clone();
        texts::approve(&mut clerk, &mut approver, &draft).await;
        for path in [draft.as_str(), "/texts", "/texts/faq"] {
            assert_inert(&approver.get(path).await, text);
        }
        let public = citizen.get("/faq").await;
        assert!(assert_inert(&public, text).contains(MARK), "{text} is read, as text");
    }
}
