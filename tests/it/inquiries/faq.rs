//! Questions of the public page that come of answers.
use super::{QUESTION, ask, clerk, number_and_code, open, reply, worlds};
use crate::{browser::Browser, desk::Desk};
use mizumado::accounts::Role;

#[actix_web::test]
async fn an_answer_becomes_a_question_of_the_public_page_by_two_people() {
    for world in worlds().await {
        let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let page = reply(&mut clerk, &page, "標識 様\n登録の翌月分からです。090-0000-4321").await;
        let id = page.path.rsplit('/').next().unwrap().to_owned();
        let draft = clerk.post("/questions", &[("inquiry", &id)]).await;
        draft.expect("提案する前に直すところ").expect("登録の翌月分からです");
        let sealed = "select count(*) as n from faq_entries where question like '%引き%' or answer like '%標識%'";
        assert_eq!(world.count(sealed).await, 0);
        clerk.prove().await;
        let early = clerk.post(&format!("{}/proposal", draft.path), &[]).await;
        assert_eq!(early.status, 409, "a number is in it");
        let mut auditor = Desk::open(&world, "v1", &[Role::Auditor]).await;
        assert_eq!(auditor.get(&draft.path).await.status, 403, "a draft is its maker's");
        let form = draft.form_to(&draft.path);
        let wrong = clerk.post_with(&draft.path, &form, &[("question", "")]).await;
        assert_eq!(wrong.status, 422);
        let words = [
            ("question", "いつから引き落としですか"),
            ("answer", "登録の**翌月分**からです。お電話は{{phone}}へ。"),
            ("category", "bill"),
        ];
        clerk
            .post_with(&draft.path, &form, &words)
            .await
            .expect("承認者に提案する");
        clerk
            .post(&format!("{}/proposal", draft.path), &[])
            .await
            .expect("ほかの承認者が決めます");
        let mut citizen = Browser::new(&world.url);
        assert!(!citizen.get("/faq").await.has("いつから引き落としですか"));
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        approver.prove().await;
        let decision = format!("{}/decision", draft.path);
        approver
            .post(&decision, &[("decision", "approve")])
            .await
            .expect("公開中");
        assert_eq!(
            approver.post(&decision, &[("decision", "refuse")]).await.status,
            409,
            "decided once"
        );
        citizen
            .get("/faq")
            .await
            .expect("いつから引き落としですか")
            .expect("<strong>翌月分</strong>")
            .expect("お電話は0258-00-0000へ");
        let found = citizen.post("/faq", &[("words", "0258-00-0000")]).await;
        assert!(found.has("いつから引き落としですか") && !found.has("{{phone}}"));
        // Changed by two people as well: until then the older words stay.
        let second = clerk
            .post("/questions", &[("replaces", draft.path.rsplit('/').next().unwrap())])
            .await;
        let form = second.form_to(&second.path);
        clerk
            .post_with(&second.path, &form, &[("answer", "翌々月分からです。")])
            .await;
        clerk.post(&format!("{}/proposal", second.path), &[]).await;
        citizen.get("/faq").await.expect("<strong>翌月分</strong>");
        approver
            .post(&format!("{}/decision", second.path), &[("decision", "approve")])
            .await;
        let page = citizen.get("/faq").await;
        assert!(page.has("翌々月分") && !page.has("<strong>翌月分</strong>"));
        approver.post(&format!("{}/retirement", second.path), &[]).await;
        assert!(!citizen.get("/faq").await.has("いつから引き落としですか"));
        for action in ["faq.drafted", "faq.proposed", "faq.approved"] {
            assert_eq!(world.audit(action).await.len(), 2, "{action}");
        }
    }
}

/// A proposal that changes a question that is shown.
async fn change_of(desk: &mut Desk, shown: &str, answer: &str) -> String {
    let draft = desk
        .post("/questions", &[("replaces", shown.rsplit('/').next().unwrap())])
        .await;
    let form = draft.form_to(&draft.path);
    desk.post_with(&draft.path, &form, &[("answer", answer)]).await;
    desk.post(&format!("{}/proposal", draft.path), &[]).await;
    draft.path
}

#[actix_web::test]
async fn of_two_changes_of_one_question_one_is_published() {
    for world in worlds().await {
        let mut clerk = clerk(&world).await;
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        clerk.prove().await;
        approver.prove().await;
        let page = clerk.post("/questions", &[]).await;
        let words = [("question", "問い"), ("answer", "はじめの答え"), ("category", "other")];
        clerk.post(&page.path, &words).await;
        clerk.post(&format!("{}/proposal", page.path), &[]).await;
        let decide = |path: &str| format!("{path}/decision");
        approver.post(&decide(&page.path), &[("decision", "approve")]).await;
        let one = change_of(&mut clerk, &page.path, "1つめの答え").await;
        let two = change_of(&mut clerk, &page.path, "2つめの答え").await;
        approver
            .post(&decide(&one), &[("decision", "approve")])
            .await
            .expect("公開中");
        let late = approver.post(&decide(&two), &[("decision", "approve")]).await;
        assert_eq!(late.status, 422);
        late.expect("もとの質問は、ほかの案で直されたか");
        let public = Browser::new(&world.url).get("/faq").await;
        assert!(public.has("1つめの答え") && !public.has("2つめの答え") && !public.has("はじめの答え"));
        let silent = approver.post(&decide(&two), &[("decision", "refuse")]).await;
        assert_eq!(silent.status, 422);
        assert!(silent.first("#refusal-error").contains("却下の理由を入力してください"));
        let why = "1つめと同じ問いです";
        approver
            .post(&decide(&two), &[("decision", "refuse"), ("refusal", why)])
            .await
            .expect("却下");
        clerk.get(&two).await.expect("2つめの答え").expect(why);
        assert_eq!(world.audit("faq.refused").await.len(), 1);
        let sealed = "select count(*) as n from faq_entries where refusal like '%同じ問い%'";
        assert_eq!(world.count(sealed).await, 0);
        let mut auditor = Desk::open(&world, "v1", &[Role::Auditor]).await;
        assert_eq!(
            auditor.get(&two).await.status,
            403,
            "what was refused is its maker's and its decider's"
        );
        assert_eq!(auditor.get(&one).await.status, 200);
    }
}

#[actix_web::test]
async fn nobody_approves_a_question_of_their_own() {
    for world in worlds().await {
        let mut both = Desk::open(&world, "b1", &[Role::Clerk, Role::Approver]).await;
        both.prove().await;
        let page = both.post("/questions", &[]).await;
        let words = [("question", "問い"), ("answer", "答え"), ("category", "other")];
        both.post(&page.path, &words).await;
        both.post(&format!("{}/proposal", page.path), &[]).await;
        let page = both
            .post(&format!("{}/decision", page.path), &[("decision", "approve")])
            .await;
        assert_eq!(page.status, 409);
        assert!(!Browser::new(&world.url).get("/faq").await.has("問い</h3>"));
    }
}

#[actix_web::test]
async fn questions_are_searched_and_the_words_stand_in_no_address() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let all = citizen.get("/faq").await;
        let page = citizen.submit(&all, &[("words", "ｷｬｯｼｭｶｰﾄﾞ")]).await;
        assert_eq!(page.path, "/faq?found");
        page.expect("だれが申し込めますか");
        assert!(!page.has("ほかの市町村の水道も申し込めますか"), "only what fits");
        let page = citizen.submit(&page, &[("words", "ありえないことば")]).await;
        page.expect("見つかりませんでした").expect("すべての質問を見る");
        assert!(!citizen.get("/faq").await.has("見つかりませんでした"));
        citizen.get("/nothing").await.expect("よくある質問を見る");
    }
}
