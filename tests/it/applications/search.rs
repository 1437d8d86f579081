//! The search: a number leads to its record; name and phone are nobody's business but the searcher's.
use super::registered;
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use mizumado::{accounts::Role, db::Conn};

/// Searches; the redirects are looked at, too.
pub async fn search(desk: &mut Desk, typed: &str) -> Page {
    let body = serde_urlencoded::to_string([("q", typed)]).unwrap();
    let form = ("application/x-www-form-urlencoded", body.into_bytes());
    let answer = desk.once("POST", "/applications/searches", Some(form)).await;
    assert_eq!(answer.status, 303, "{typed}: {}", answer.html);
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let encoded = serde_urlencoded::to_string([("", typed)]).unwrap();
    let leaks = location.contains(typed) || location.contains(encoded.trim_start_matches('='));
    assert!(!leaks, "{typed} stands in {location}");
    desk.get(&location).await
}

fn receipts(page: &Page) -> Vec<String> {
    page.all("#found tbody th")
}

const HANAKO: (&str, &str) = ("水口", "みずぐち");

/// Two people with the same phone; 花子 has applied twice with one customer number.
async fn people(world: &World) -> (String, String, [String; 2]) {
    let (taro, id) = registered(world, &Applicant::default()).await;
    let hanako = |digits| Applicant {
        family: HANAKO,
        given: ("花子", "はなこ"),
        customer_number: "0000098765".into(),
        ..Applicant::scenario(digits)
    };
    let (first, _) = registered(world, &hanako("01")).await;
    let (second, _) = registered(world, &hanako("67")).await;
    (taro, id, [second, first])
}

#[actix_web::test]
async fn an_exact_number_opens_its_application() {
    for world in World::all_with_console().await {
        let (taro, id, twice) = people(&world).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let plain = taro.replace('-', "");
        for typed in [
            taro.as_str(),
            &plain,
            &plain.to_lowercase(),
            &format!("　{taro} "),
            "0123456789",
            "０１２３４５６７８９",
        ] {
            let page = search(&mut viewer, typed).await;
            assert_eq!(
                (page.path.as_str(), page.first("h1")),
                (format!("/applications/{id}").as_str(), taro.clone())
            );
        }
        let page = search(&mut viewer, "0000098765").await;
        assert!(page.path.starts_with("/applications?sid="), "{}", page.path);
        assert_eq!(receipts(&page), twice);
        page.expect("検索：お問い合わせ番号");
        let nothing = search(&mut viewer, " 　").await;
        assert_eq!(nothing.path, "/applications");
    }
}

#[actix_web::test]
async fn name_and_phone_are_found_by_an_opaque_id_and_stand_nowhere() {
    for world in World::all_with_console().await {
        let (taro, _, [second, first]) = people(&world).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let hanako = vec![second.clone(), first.clone()];
        let all = [hanako.clone(), vec![taro.clone()]].concat();
        let (hanako_again, hanako_too) = (hanako.clone(), hanako.clone());
        for (typed, found) in [
            ("090-0000-1234", all.clone()),
            ("０９０００００１２３４", all),
            ("やまだ", vec![taro.clone()]),
            ("ヤマ", vec![taro.clone()]),
            ("ﾔﾏﾀﾞ", vec![taro.clone()]),
            ("ミズグチ", hanako.clone()),
            ("みずぐち　はなこ", hanako),
            ("みずぐち たろう", vec![]),
            ("はなこ 090-0000-1234", hanako_again),
            ("ミズグチ ０９０ ００００ １２３４ ハナコ", hanako_too),
            ("はなこ 090-9999-9999", vec![]),
            ("090-9999-9999", vec![]),
            ("やまもと", vec![]),
        ] {
            let page = search(&mut viewer, typed).await;
            assert!(page.path.starts_with("/applications?sid="), "{typed}: {}", page.path);
            assert_eq!(receipts(&page), found, "{typed}");
            assert!(!page.has(typed), "{typed} is not said again");
        }
        for (subject, detail) in world.audit("applications.searched").await {
            assert_eq!(subject, "applications");
            let plain = [
                "電話番号 from 127.0.0.1",
                "お名前（カナ） from 127.0.0.1",
                "お名前（カナ）と電話番号 from 127.0.0.1",
            ];
            assert!(plain.contains(&detail.as_str()), "{detail}");
        }
        // Tokens are random hex, so only the whole number is none of theirs by chance.
        let typed = "select count(*) as n from searches where tokens like '%09000001234%' or tokens like '%ヤマ%' \
                     or label like '%090%' or label like '%ヤマ%'";
        assert_eq!(world.count(typed).await, 0);
    }
}

/// Each word has thousands of hits; the one application that carries both is the oldest of all.
#[actix_web::test]
async fn a_hit_of_two_frequent_words_is_found_however_old_it_is() {
    const EACH: usize = 2_100;
    for world in World::all_with_console().await {
        let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let write = move |conn: &mut Conn| {
            let at = |n: usize| now - Duration::minutes((2 * EACH - n) as i64);
            let all: Vec<Row> = (0..=2 * EACH).map(|n| Row::new(n, at(n))).collect();
            rows::confirm(conn, &keys, &all)?;
            let kana = ["ヤマダ　タロウ", "ヤマダ　ハナコ", "サトウ　タロウ"].map(String::from);
            let which =
                "case when substr(a.id, 20) = '0000000' then 0 else 1 + cast(substr(a.id, 4) as bigint) % 2 end";
            Ok(rows::name_all(conn, &keys, &kana, which)?)
        };
        world.write(write).await;
        let oldest = Row::new(0, now).shown();
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for typed in ["ヤマダ タロウ", "たろう やまだ", "ヤマ タロ", "ヤ タ"] {
            let page = search(&mut viewer, typed).await;
            assert_eq!(receipts(&page), vec![oldest.clone()], "{typed}");
            page.expect("1〜1件／全1件");
        }
        // One word alone has all its hits, to the last page.
        let page = search(&mut viewer, "ヤマダ").await;
        page.expect("1〜50件／全1,000件以上");
        let last = viewer.get(&format!("{}&order=oldest", page.path)).await;
        assert_eq!(receipts(&last)[0], oldest);
        let page = viewer.get(&last.link(&oldest).unwrap()).await;
        assert!(page.link("前の件").is_none() && page.link("次の件").is_some());
    }
}

#[actix_web::test]
async fn a_search_is_its_persons_own_and_ends_after_a_day() {
    for world in World::all_with_console().await {
        people(&world).await;
        let mut one = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let mut two = Desk::open(&world, "v2", &[Role::Viewer]).await;
        let page = search(&mut one, "やまだ").await;
        assert_eq!(receipts(&page).len(), 1);
        let filtered = one.get(&format!("{}&result=unknown", page.path)).await;
        assert_eq!(receipts(&filtered).len(), 0, "filters narrow a search");
        let others = two.get(&page.path).await;
        assert!(others.status == 200 && receipts(&others).is_empty());
        let mut nobody = Browser::new(&world.console);
        assert!(nobody.get(&page.path).await.path.starts_with("/sign-in"));
        for made_up in [
            "",
            "x",
            "00000000000000000000000000000000000000000000000000000000000000000",
        ] {
            assert_eq!(one.get(&format!("/applications?sid={made_up}")).await.status, 200);
        }
        world.workspace.clock.advance(Duration::hours(25));
        one.sign_in().await;
        let late = one.get(&page.path).await;
        assert!(receipts(&late).is_empty());
        late.expect("検索の期限（1日）が過ぎました");
    }
}

#[actix_web::test]
async fn an_address_with_a_nul_is_nobodys_error() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", &[Role::Auditor, Role::Clerk, Role::Administrator]).await;
        for path in ["/applications/%00", "/layouts/%00", "/staff/%00"] {
            assert_eq!(desk.get(path).await.status, 400, "{path}");
        }
        // What was typed loses it, in an address as in a form.
        for path in ["/applications?sid=%00", "/audit?who=%00", "/institutions/0140?q=%00"] {
            assert_eq!(desk.get(path).await.status, 200, "{path}");
        }
        let audit = desk.get("/audit?subject=a%00b%0%000c").await;
        assert_eq!(audit.attributes("#subject", "value"), ["abc"]);
        let mut visitor = Browser::new(&world.url);
        let while_typing = "/apply/branches?branch_query=%E9%95%B7%00%E5%B2%A1";
        assert!(visitor.get(while_typing).await.status < 300);
        assert_eq!(visitor.get("/?x=%00").await.status, 200);
        let page = search(&mut desk, "やま\0だ").await;
        assert_eq!(page.status, 200);
    }
}
