//! Which application an inquiry is about, who may look it up, and what of it is told.
use super::{QUESTION, ask, clerk, number_and_code, open, put_template, worlds};
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
};
use mizumado::accounts::Role;

const LINKED: &str = "select count(*) as n from inquiries where application_id is not null";

/// The reply form with the only template.
async fn with_template(desk: &mut Desk, page: &Page) -> String {
    let filled = put_template(desk, page, &[]).await;
    filled.form_to(&format!("{}/messages", page.path))["body"].clone()
}

#[actix_web::test]
async fn a_number_that_somebody_wrote_down_gives_out_nothing_until_a_clerk_confirms_it() {
    for world in worlds().await {
        let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        let mut boss = Desk::open(&world, "p1", &[Role::Approver]).await;
        let template = [("name", "状況"), ("body", "{{institution}}では、{{state}}です。")];
        boss.post("/inquiries/templates", &template).await;
        let mut typed = QUESTION.to_vec();
        typed.push(("receipt_number", &left.receipt_number));
        let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &typed).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        assert!(page.all(".tag").iter().any(|tag| tag == "本人の確認はしていません"));
        assert_eq!(
            with_template(&mut clerk, &page).await,
            "{{institution}}では、{{state}}です。"
        );
        let way = format!("{}/handling", page.path);
        let page = clerk.post_with(&way, &page.form_to(&way), &[("confirm", "yes")]).await;
        page.expect("申込みと結び付けた");
        assert!(!page.all(".tag").iter().any(|tag| tag == "本人の確認はしていません"));
        assert_eq!(
            with_template(&mut clerk, &page).await,
            "第四北越銀行では、金融機関で手続中です。"
        );
        assert_eq!(world.audit("inquiry.linked").await.len(), 1);
    }
}

#[actix_web::test]
async fn who_may_not_read_applications_looks_nobody_up_and_who_does_is_on_the_record() {
    for world in worlds().await {
        let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        let mut clerk = clerk(&world).await;
        let typed = [("source", "staff"), ("category", "trouble"), ("body", "画面が重い")];
        let path = clerk.post("/inquiries", &typed).await.path;
        let way = format!("{path}/handling");
        for role in [Role::Operator, Role::Administrator] {
            let mut operator = Desk::open(&world, role.as_str(), &[role]).await;
            let page = operator.get(&path).await;
            assert!(!page.has("結び付ける申込み"), "{}", role.as_str());
            let form = page.form_to(&way);
            for said in ["ヤマダ", "9999999999", left.receipt_number.as_str()] {
                let page = operator.post_with(&way, &form, &[("about", said), ("rev", "-1")]).await;
                assert_eq!(page.status, 409, "found or not, the answer is the same");
            }
            operator
                .post_with(&way, &form, &[("about", &left.receipt_number)])
                .await;
        }
        assert_eq!(world.count(LINKED).await, 0);
        assert_eq!(world.audit("applications.searched").await.len(), 0);
        let page = clerk.get(&path).await;
        let form = page.form_to(&way);
        let page = clerk
            .post_with(&way, &form, &[("about", "ヤマダ"), ("institution", "0140")])
            .await;
        page.expect(&left.receipt_number)
            .expect("金融機関の変更")
            .expect("第四北越銀行");
        assert_eq!(world.count(LINKED).await, 1);
        let looked = world.audit("applications.searched").await;
        assert_eq!(looked.len(), 1);
        assert!(looked[0].1.starts_with("inquiry/"), "{looked:?}");
        assert_eq!(world.audit("inquiry.institution").await.len(), 1);
        let unlink = clerk.get(&path).await.form_to(&way);
        clerk
            .post_with(&way, &unlink, &[("unlink", "yes")])
            .await
            .expect("申込みとの結び付けを外した");
        assert_eq!(world.count(LINKED).await, 0);
    }
}

#[actix_web::test]
async fn enter_in_the_form_of_an_answer_saves_it_and_puts_no_template_in() {
    let world = worlds().await.remove(0);
    let mut boss = Desk::open(&world, "p1", &[Role::Approver]).await;
    let template = [("name", "結び"), ("body", "ご不明な点は、お電話ください。")];
    boss.post("/inquiries/templates", &template).await;
    let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
    let page = open(&mut clerk(&world).await, &number).await;
    // A browser presses the first button of the form that sends it.
    let way = format!("action=\"{}/messages\"", page.path);
    let (_, form) = page.html.split_once(&way).unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    let buttons: Vec<&str> = form.split("<button").skip(1).collect();
    assert!(buttons.iter().any(|button| button.contains("value=\"template\"")));
    let (first, _) = buttons[0].split_once('>').unwrap();
    assert!(first.contains("type=\"submit\"") && !first.contains("name="), "{first}");
}

#[actix_web::test]
async fn a_template_is_put_behind_what_was_typed_and_nothing_is_sent_by_it() {
    for world in worlds().await {
        let mut boss = Desk::open(&world, "p1", &[Role::Approver]).await;
        let template = [("name", "結び"), ("body", "ご不明な点は、お電話ください。")];
        boss.post("/inquiries/templates", &template).await;
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let way = format!("{}/messages", page.path);
        let typed = [("body", "翌月分からです。"), ("kind", "note"), ("waits", "yes")];
        // Nothing was chosen: the sentence stands at the field, and the words stay.
        let mut none = page.form_to(&way);
        none.insert("act".into(), "template".into());
        let page_again = clerk.post_with(&way, &none, &typed).await;
        assert_eq!(page_again.status, 422);
        page_again.expect("ひな形を選んでください");
        assert_eq!(page_again.form_to(&way)["body"], "翌月分からです。");
        let filled = put_template(&mut clerk, &page, &typed).await.form_to(&way);
        assert_eq!(filled["body"], "翌月分からです。\n\nご不明な点は、お電話ください。");
        assert_eq!((filled["kind"].as_str(), filled["waits"].as_str()), ("note", "yes"));
        for action in ["inquiry.replied", "inquiry.noted", "inquiry_template.used"] {
            assert_eq!(world.audit(action).await, [], "{action}");
        }
        clerk
            .post_with(&way, &filled, &[("kind", "reply")])
            .await
            .expect("返事待ち");
        let used = world.audit("inquiry_template.used").await;
        assert!(used.len() == 1 && !used[0].1.contains("overdue"), "{used:?}");
        // An answer without one, and one that names none of ours.
        let page = open(&mut clerk, &number).await;
        let own = [("kind", "reply"), ("body", "追って知らせます。"), ("used", "x")];
        clerk
            .post_with(&way, &page.form_to(&way), &own)
            .await
            .expect("回答済み");
        assert_eq!(world.audit("inquiry_template.used").await.len(), 1);
        // A template does not hide that the citizen asked on meanwhile.
        let page = open(&mut clerk, &number).await;
        citizen.post("/inquiry/messages", &[("body", "では今月は？")]).await;
        let filled = put_template(&mut clerk, &page, &[("kind", "reply")])
            .await
            .form_to(&way);
        let late = clerk.post_with(&way, &filled, &[]).await;
        assert_eq!(late.status, 422);
        late.expect("動きがありました").expect("では今月は？");
    }
}
