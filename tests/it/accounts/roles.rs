//! Every route needs what its rule says, for every role (S2, KS19).
use crate::{
    browser::{Browser, Page},
    desk::{Desk, is_signed_in},
    harness::World,
    routes::console_routes,
};
use mizumado::{
    accounts::{self, Access, Permission, Role, Rule},
    app::CONSOLE_PLAN,
};

/// An id of nothing; of a delivery or an institution it is none.
const MADE_UP: &str = "01M8NW415JNGW4TRDRT4RV7ZTF";
const DENIED: &str = "この操作の権限がありません";

/// Asks for a rule's route; the parts of the path that vary are made up.
async fn request(browser: &mut Browser, rule: &Rule) -> Page {
    let part = regex::Regex::new(r"\{[^}]*\}").unwrap();
    let path = part.replace_all(rule.path, MADE_UP);
    let form = "application/x-www-form-urlencoded";
    let body = (rule.method == "POST").then(|| (form, vec![]));
    browser.once(rule.method, &path, body).await
}

/// Whether a rule lets these roles in; all of them are signed in with two ways in and a proof.
fn is_let_in(rule: &Rule, roles: &[Role]) -> bool {
    match rule.access {
        Access::May(permission) | Access::StepUp(permission) => accounts::allows(roles, permission),
        _ => true,
    }
}

#[actix_web::test]
async fn the_console_has_exactly_the_routes_of_its_rules() {
    let rules: std::collections::BTreeSet<String> = CONSOLE_PLAN
        .rules
        .iter()
        .map(|rule| format!("{:4} {}", rule.method, rule.path))
        .collect();
    assert_eq!(rules.len(), CONSOLE_PLAN.rules.len(), "no rule stands twice");
    assert_eq!(rules, console_routes().await);
    let table: Vec<String> = CONSOLE_PLAN
        .rules
        .iter()
        .map(|rule| format!("{:4} {:32} {:?}", rule.method, rule.path, rule.access))
        .collect();
    insta::assert_snapshot!(table.join("\n"));
    for item in CONSOLE_PLAN.nav {
        let rule = CONSOLE_PLAN
            .rules
            .iter()
            .find(|r| r.method == "GET" && r.path == item.path);
        let needed = match rule.unwrap().access {
            Access::May(permission) | Access::StepUp(permission) => Some(permission),
            _ => None,
        };
        assert_eq!(item.needs, needed, "{} is shown to those who may open it", item.path);
    }
}

/// Every rule for one person: what came, and what the audit record says of it.
async fn walk(world: &World, desk: &mut Desk, roles: &[Role]) {
    for rule in CONSOLE_PLAN.rules {
        let name = format!("{} {} as {roles:?}", rule.method, rule.path);
        let before = world.audit("access.denied").await.len();
        let page = request(desk, rule).await;
        let denials = world.audit("access.denied").await.split_off(before);
        assert!(page.status < 500, "{name}: {}", page.html);
        if is_let_in(rule, roles) {
            assert_ne!(page.status, 403, "{name}: {}", page.html);
            assert_ne!(page.status, 401, "{name}");
            assert!(denials.is_empty(), "{name}: {denials:?}");
        } else {
            assert_eq!((page.status, page.all("h1")), (403, vec![DENIED.to_owned()]), "{name}");
            let detail = format!("{} {} from 127.0.0.1", rule.method, rule.path);
            // A thing that is in the path is named; a path without one is the console's.
            let [(subject, said)] = denials.as_slice() else {
                panic!("{name}: {denials:?}")
            };
            assert_eq!(said, &detail, "{name}");
            let is_named = subject.split_once('/').is_some_and(|(_, id)| id == MADE_UP);
            assert!(subject == "console" || is_named, "{name}: {subject}");
            assert!(!rule.path.starts_with("/applications/{id}") || subject == &format!("application/{MADE_UP}"));
        }
        if !is_signed_in(desk).await {
            assert!(["/sign-out", "/account/sessions/end"].contains(&rule.path), "{name}");
            desk.sign_in().await;
        }
    }
}

#[actix_web::test]
async fn every_role_opens_what_the_table_says_and_every_denial_is_recorded() {
    for world in World::all_with_console().await {
        for (number, role) in Role::ALL.iter().enumerate() {
            let mut desk = Desk::open(&world, &format!("r{number}"), &[*role]).await;
            walk(&world, &mut desk, &[*role]).await;
        }
        let mut nobody = Desk::open(&world, "none", &[]).await;
        walk(&world, &mut nobody, &[]).await;
    }
}

#[actix_web::test]
async fn somebody_with_every_role_is_denied_nothing() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "all", Role::ALL).await;
    walk(&world, &mut desk, Role::ALL).await;
}

#[actix_web::test]
async fn who_is_not_signed_in_is_sent_to_sign_in() {
    let world = World::with_console().await;
    let mut browser = Browser::new(&world.console);
    for rule in CONSOLE_PLAN.rules {
        let name = format!("{} {}", rule.method, rule.path);
        let page = request(&mut browser, rule).await;
        assert!(page.status < 500, "{name}");
        let location = page.headers.get("location").map(|l| l.to_str().unwrap().to_owned());
        match rule.access {
            Access::Open => assert_eq!(location, None, "{name}"),
            _ => {
                let place = location.unwrap_or_default();
                assert_eq!((page.status, page.html.as_str()), (303, ""), "{name}");
                let is_front = rule.method == "POST" || rule.path == "/";
                assert_eq!(place == "/sign-in", is_front, "{name}: {place}");
                assert!(place.starts_with("/sign-in"), "{name}: {place}");
            }
        }
    }
    browser.headers = vec![("hx-request", "true".into())];
    let fragment = browser.get("/staff").await;
    super::covers(&fragment, "ended");
}

#[actix_web::test]
async fn with_one_way_in_only_the_own_page_opens() {
    let world = World::with_console().await;
    let mut desk = Desk::with_one_key(&world, "a1", &[Role::Administrator]).await;
    for rule in CONSOLE_PLAN.rules {
        let name = format!("{} {}", rule.method, rule.path);
        if matches!(rule.access, Access::Home | Access::May(_) | Access::StepUp(_)) {
            let page = request(&mut desk, rule).await;
            assert_eq!(
                (page.status, &page.headers["location"]),
                (303, &"/account".parse().unwrap()),
                "{name}"
            );
        }
    }
    desk.get("/account")
        .await
        .expect("もう1つ、ログインの方法を用意してください");
    assert_eq!(world.count("select count(*) as n from staff").await, 1);
    desk.renew_codes().await;
    assert_eq!(desk.get("/staff").await.status, 200);
}

#[actix_web::test]
async fn a_role_that_is_taken_away_is_gone_at_the_next_request() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut other = Desk::open(&world, "a2", &[Role::Administrator]).await;
        assert_eq!(other.get("/staff").await.status, 200);
        let fields = [("name", "水野"), ("unit", ""), ("role_viewer", "on")];
        let page = boss.post(&format!("/staff/{}", other.id), &fields).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(!is_signed_in(&other).await, "no cookie goes on with other rights");
        assert_eq!(other.sign_in().await.status, 200);
        assert_eq!(other.get("/staff").await.first("h1"), DENIED);
        for raised in [
            &["role_administrator", "role_auditor"][..],
            &["role_viewer"],
            &["role_auditor"],
        ] {
            let mut fields = vec![("name", "水野"), ("unit", "")];
            fields.extend(raised.iter().map(|role| (*role, "on")));
            let own = format!("/staff/{}", boss.id);
            let page = boss.post(&own, &fields).await;
            assert_eq!(page.status, 422, "nobody changes their own roles: {raised:?}");
        }
        assert_eq!(boss.get("/staff").await.status, 200);
    }
}

#[actix_web::test]
async fn other_roles_end_every_session_of_that_person_and_of_nobody_else() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let colleague = Desk::open(&world, "c2", &[Role::Clerk]).await;
        for roles in [&["role_clerk", "role_approver"][..], &["role_viewer"]] {
            let elsewhere = clerk.elsewhere(&world).await;
            let mut fields = vec![("name", "水野"), ("unit", "")];
            fields.extend(roles.iter().map(|role| (*role, "on")));
            let path = format!("/staff/{}", clerk.id);
            assert_eq!(boss.post(&path, &fields).await.status, 200);
            assert!(
                !is_signed_in(&clerk).await && !is_signed_in(&elsewhere).await,
                "{roles:?}"
            );
            assert_eq!(clerk.sign_in().await.status, 200);
            boss.post(&path, &fields).await;
            assert!(is_signed_in(&clerk).await, "the same roles end nothing: {roles:?}");
        }
        assert!(is_signed_in(&boss).await && is_signed_in(&colleague).await);
    }
}

/// Parts of the console, the permission that opens them, and how its label names them.
#[rustfmt::skip]
const PARTS: &[(&str, Permission, &str)] = &[
    ("/applications", Permission::ReadApplications, "申込みの一覧と詳細を見る"),
    ("/corrections", Permission::ReadApplications, "申込みの一覧と詳細を見る"),
    ("/differences", Permission::ReadApplications, "申込みの一覧と詳細を見る"),
    ("/applications/{id}/reveals", Permission::RevealPersonal, "伏せた項目"),
    ("/applications/{id}/notes", Permission::HandleApplications, "メモを残す"),
    ("/applications/{id}/attention", Permission::HandleApplications, "要対応を確認済みにする"),
    ("/applications/{id}/guidance", Permission::HandleApplications, "新しい手続きの案内"),
    ("/applications/{id}/mails", Permission::HandleApplications, "メールを送り直す"),
    ("/applications/{id}/withdrawal", Permission::HandleApplications, "取下げを記録する"),
    ("/applications/{id}/corrections", Permission::HandleApplications, "訂正を提案する"),
    ("/corrections/{id}/withdrawal", Permission::HandleApplications, "訂正を提案する"),
    ("/assist", Permission::HandleApplications, "電話で案内する"),
    ("/corrections/{id}/decision", Permission::ApproveCorrections, "訂正を承認・却下する"),
    ("/differences/{id}/settlement", Permission::SettleDifferences, "くいちがいを処理済みにする"),
    ("/deliveries", Permission::ReadDeliveries, "還元データの一覧"),
    ("/layouts", Permission::ReadDeliveries, "レイアウトを見る"),
    ("/deliveries", Permission::DownloadDeliveries, "還元データをダウンロード・再作成する"),
    ("/applications/export", Permission::DownloadDeliveries, "申込みの一覧を出力する"),
    ("/exports", Permission::ReadApplications, "申込みの一覧と詳細を見る"),
    ("/exports", Permission::DownloadDeliveries, "申込みの一覧を出力する"),
    ("/exports/{id}/decision", Permission::ApproveExports, "一覧の出力を承認・却下する"),
    ("/layouts", Permission::EditLayouts, "レイアウトの案を作る"),
    ("/layouts/{id}/decision", Permission::ApproveLayouts, "レイアウトの案を承認・却下する"),
    ("/institutions", Permission::ReadInstitutions, "金融機関・支店"),
    ("/holidays", Permission::ReadInstitutions, "休日を見る"),
    ("/institutions", Permission::ManageInstitutions, "金融機関の名前と取扱いの終了、支店、休止の予定"),
    ("/holidays", Permission::ManageInstitutions, "休日を変える"),
    ("/texts", Permission::ReadTexts, "文面を見る"),
    ("/questions", Permission::ReadTexts, "文面を見る"),
    ("/texts", Permission::EditTexts, "文面の案を作る"),
    ("/questions", Permission::EditTexts, "文面の案を作る"),
    ("/promotion", Permission::EditTexts, "広報物を印刷する"),
    ("/texts", Permission::ApproveTexts, "文面の案を承認・却下する"),
    ("/questions", Permission::ApproveTexts, "文面の案を承認・却下する"),
    ("/inquiries", Permission::ReadInquiries, "問合せの一覧と動きを見る"),
    ("/improvements", Permission::ReadInquiries, "問合せの一覧と動きを見る"),
    ("/inquiries", Permission::HandleInquiries, "問合せを記録する、回答する"),
    ("/improvements", Permission::HandleInquiries, "問合せを記録する、回答する"),
    ("/inquiries/hours", Permission::ManageSupport, "受付時間・回答の期限"),
    ("/inquiries/templates", Permission::ManageSupport, "回答のひな形"),
    ("/improvements/{id}/decision", Permission::ManageSupport, "改善の要望への対応"),
    ("/audit", Permission::ReadAudit, "操作記録を検索・出力する"),
    ("/alarms", Permission::ReadAlarms, "警報を見る"),
    ("/alarms/{id}/acknowledgement", Permission::Operate, "警報を確認済みにする"),
    ("/incidents", Permission::ReadIncidents, "障害の記録"),
    ("/outages", Permission::ReadIncidents, "停止予定"),
    ("/contacts", Permission::ReadIncidents, "連絡体制"),
    ("/procedures", Permission::ReadIncidents, "手順書"),
    ("/status", Permission::ReadIncidents, "稼働状況を見る"),
    ("/checks", Permission::ReadIncidents, "稼働状況を見る"),
    ("/incidents", Permission::HandleIncidents, "障害を登録する、経過と連絡を記録する"),
    ("/checks", Permission::HandleIncidents, "目視点検を記録する"),
    ("/incidents/{id}/switch", Permission::SwitchService, "サービスや金融機関を止める"),
    ("/incidents/{id}/stops", Permission::SwitchService, "サービスや金融機関を止める"),
    ("/contacts", Permission::ManageContacts, "連絡体制を変える"),
    ("/incidents/{id}/accident", Permission::ReportAccidents, "事故の報告書を作る"),
    ("/outages", Permission::PlanOutages, "停止を提案する、始まり・延長・終わりを記録する、取り下げる"),
    ("/outages/{id}/decision", Permission::ApproveOutages, "停止を承認・却下する"),
    ("/papers", Permission::ReadPapers, "議事録を見る"),
    ("/papers", Permission::MakePapers, "議事録を作る"),
    ("/staff", Permission::ManageStaff, "職員を登録する、役割を変える、招待・停止する"),
    ("/staff/{id}/trainings", Permission::ManageStaff, "研修を記録する"),
    ("/staff/scopes", Permission::ReadScopes, "役割の期間と研修の記録"),
    ("/training", Permission::Train, "研修の教室"),
];

#[test]
fn every_part_of_the_console_is_named_by_the_permission_that_opens_it() {
    let label = |permission| {
        let row = accounts::PERMISSIONS.iter().find(|(p, _, _)| *p == permission);
        row.map(|(_, label, _)| *label).unwrap()
    };
    let fits = |rule: &Rule, part: &str| {
        let rest = rule.path.strip_prefix(part);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut used = std::collections::BTreeSet::new();
    for rule in CONSOLE_PLAN.rules {
        let (Access::May(needed) | Access::StepUp(needed)) = rule.access else {
            continue;
        };
        let of_rule = PARTS
            .iter()
            .filter(|(part, permission, _)| *permission == needed && fits(rule, part));
        // The narrowest part names a route.
        let named = of_rule.max_by_key(|(part, _, _)| part.len());
        let (part, _, words) =
            named.unwrap_or_else(|| panic!("{} {}: {needed:?} names it nowhere", rule.method, rule.path));
        assert!(label(needed).contains(words), "{} {}: {words}", rule.method, rule.path);
        used.insert((*part, *words));
    }
    for (part, permission, words) in PARTS {
        assert!(
            used.contains(&(*part, *words)),
            "no route of {part} needs {permission:?}"
        );
    }
    for permission in Permission::ALL {
        let is_used = PARTS.iter().any(|(_, of, _)| of == permission);
        assert!(is_used, "{permission:?} opens nothing");
    }
}

#[actix_web::test]
async fn the_page_of_permissions_says_what_is_everybodys_and_which_roles_wait() {
    let world = World::with_console().await;
    let page = Desk::open(&world, "v1", &[Role::Viewer])
        .await
        .get("/permissions")
        .await;
    page.expect("ホーム、マニュアル、この表、自分の設定、自分が頼んだ処理の画面は、ログインした全員が使えます");
    let heads = page.all("thead th");
    for role in Role::ALL {
        let may_something = Permission::ALL.iter().any(|p| accounts::allows(&[*role], *p));
        assert_eq!(
            heads.iter().any(|head| head == role.label()),
            may_something,
            "{}",
            role.label()
        );
    }
    page.expect("業務責任者と作業者は、まだこの表にありません");
}

#[test]
fn the_docs_hold_the_table_of_permissions() {
    let page = std::fs::read_to_string("docs/OPERATIONS.md").unwrap();
    let (begin, end) = ("<!-- permissions:begin -->", "<!-- permissions:end -->");
    let kept = page.split(begin).nth(1).and_then(|rest| rest.split(end).next());
    let kept = kept.expect("docs/OPERATIONS.md has both markers");
    let table = accounts::table_in_markdown();
    assert_eq!(kept.trim(), table.trim(), "put this between the markers:\n{table}");
}
