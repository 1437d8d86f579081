//! A result is corrected by two people, with note and evidence; nobody does it alone.
use crate::{
    applicant::Applicant,
    browser::Browser,
    desk,
    harness::{Wish, World},
    served::Place,
};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{
    accounts::{self, PersonForm, Role, Verdict},
    audit::Actor,
    clock::Clock,
    db::{Conn, DbError},
    enrolment::{
        CorrectedResult,
        correction::{self, By, CorrectionError, Proposal},
        id_of_receipt, results,
    },
};

const NOTE: &str = "通帳の写しで確かめた";
const EVIDENCE: &str = "お客さまの来庁 2026-12-01";

/// An application of a scenario, brought to its end; its browser, receipt number and id.
async fn ended(world: &World, digits: &str) -> (Browser, String, String) {
    let mut browser = Browser::new(&world.url);
    let left = Applicant::scenario(digits).hand_off(&mut browser).await;
    left.finish(world, &mut browser).await;
    let number = left.receipt_number.clone();
    let id = world.write(move |conn| id_of_receipt(conn, &number)).await;
    (browser, left.receipt_number, id.unwrap())
}

fn by_name(name: &str) -> By<'_> {
    By {
        name,
        actor: Actor::Operator,
    }
}

async fn propose_as(
    world: &World,
    id: &str,
    (note, by): (&'static str, &'static str),
    result: CorrectedResult,
) -> Result<String, CorrectionError> {
    let (workspace, id, now) = (world.workspace.clone(), id.to_owned(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let proposal = Proposal {
            application_id: &id,
            result,
            note,
            evidence: EVIDENCE,
            by: by_name(by),
        };
        correction::propose(conn, &workspace, &proposal, now)
    };
    world.workspace.db.write(write).await
}

async fn propose(world: &World, id: &str) -> Result<String, CorrectionError> {
    propose_as(world, id, (NOTE, "佐藤"), CorrectedResult::Registered).await
}

async fn decide(world: &World, id: &str, by: &str, approve: bool) -> Result<(), CorrectionError> {
    let (id, by, now) = (id.to_owned(), by.to_owned(), world.workspace.clock.now());
    let (workspace, verdict) = (
        world.workspace.clone(),
        match approve {
            true => Verdict::Approved,
            false => Verdict::Refused("銀行に確かめてください".into()),
        },
    );
    let write = move |conn: &mut Conn| correction::decide(conn, &workspace, (&id, &verdict), by_name(&by), now);
    world.workspace.db.write(write).await
}

const CORRECTED: &str = "select count(*) as n from applications where state = 'corrected'";
const EVENTS: &str = "select count(*) as n from application_events where to_state = 'corrected' \
                      and from_state = 'unknown' and cause = 'correction'";

#[actix_web::test]
async fn one_proposes_another_approves_and_both_are_on_record() {
    for world in World::all().await {
        let (mut browser, number, id) = ended(&world, "24").await;
        browser.get("/result").await.expect("二重に申し込まないでください");
        let proposal = propose(&world, &id).await.unwrap();
        assert_eq!(world.count(CORRECTED).await, 0, "a proposal changes nothing");
        for same in ["佐藤", " 佐藤 ", "", "　"] {
            let alone = decide(&world, &proposal, same, true).await.unwrap_err();
            assert!(matches!(alone, CorrectionError::SamePerson), "{same:?}: {alone}");
        }
        decide(&world, &proposal, "田中", true).await.unwrap();
        assert_eq!((world.count(CORRECTED).await, world.count(EVENTS).await), (1, 1));
        let subject = format!("application/{id}");
        assert_eq!(
            world.audit("correction.proposed").await,
            [(subject.clone(), format!("{proposal} registered by 佐藤"))]
        );
        assert_eq!(
            world.audit("correction.approved").await,
            [(subject, format!("{proposal} by 田中"))]
        );
        let again = decide(&world, &proposal, "鈴木", false).await.unwrap_err();
        assert!(matches!(again, CorrectionError::Decided), "{again}");
        let page = browser.get("/result").await;
        page.expect("完了しました").expect(&number).expect("訂正済");
        let chain = world.write(|conn| Ok(mizumado::audit::verify(conn)?)).await;
        assert!(matches!(chain, mizumado::audit::ChainCheck::Whole(_)), "{chain:?}");
    }
}

#[actix_web::test]
async fn who_was_never_registered_is_not_told_so_after_the_correction() {
    for world in World::all().await {
        let (mut browser, _, id) = ended(&world, "67").await;
        browser.get("/result").await.expect("完了しました");
        let wrong = propose_as(&world, &id, (NOTE, "佐藤"), CorrectedResult::NotRegistered).await;
        decide(&world, &wrong.unwrap(), "田中", true).await.unwrap();
        let page = browser.get("/result").await;
        page.expect("口座は、登録されて").expect("もう一度お申し込みください");
        assert!(!page.has("完了しました") && !page.has("口座が登録されました"));
        let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
        let day = chrono::Duration::days(1);
        let records = world
            .write(move |conn| results(conn, &workspace, now - day, now + day))
            .await;
        assert_eq!(records[0].corrected_result, "not_registered");
    }
}

#[actix_web::test]
async fn a_refused_proposal_changes_nothing_and_another_may_follow() {
    for world in World::all().await {
        let (_, _, id) = ended(&world, "24").await;
        let proposal = propose(&world, &id).await.unwrap();
        let second = propose_as(&world, &id, (NOTE, "鈴木"), CorrectedResult::NotRegistered).await;
        assert!(matches!(second, Err(CorrectionError::Open)));
        decide(&world, &proposal, "田中", false).await.unwrap();
        assert_eq!((world.count(CORRECTED).await, world.count(EVENTS).await), (0, 0));
        assert_eq!(world.audit("correction.refused").await.len(), 1);
        let sealed = "select count(*) as n from corrections where refusal is not null and refusal not like '%銀行%'";
        assert_eq!(world.count(sealed).await, 1);
        assert!(world.audit("correction.approved").await.is_empty());
        let approved = decide(&world, &proposal, "鈴木", true).await;
        assert!(matches!(approved, Err(CorrectionError::Decided)));
        let next = propose(&world, &id).await.unwrap();
        decide(&world, &next, "田中", true).await.unwrap();
        assert_eq!(world.count(CORRECTED).await, 1);
    }
}

#[actix_web::test]
async fn only_a_registered_or_unknown_result_with_its_reasons_can_be_corrected() {
    for world in World::all().await {
        let (_, _, rejected) = ended(&world, "01").await;
        let refused = propose(&world, &rejected).await.unwrap_err();
        assert!(
            matches!(refused, CorrectionError::State("登録できませんでした")),
            "{refused}"
        );
        let (_, _, unknown) = ended(&world, "24").await;
        for (note, by) in [("", "佐藤"), ("　", "佐藤"), (NOTE, " ")] {
            let empty = propose_as(&world, &unknown, (note, by), CorrectedResult::Registered).await;
            assert!(matches!(empty, Err(CorrectionError::Empty)), "{note:?} {by:?}");
        }
        assert_eq!(world.count("select count(*) as n from corrections").await, 0);
    }
}

#[actix_web::test]
async fn two_proposals_at_the_same_time_leave_one() {
    for world in World::all().await {
        let (_, _, id) = ended(&world, "24").await;
        let tries = (0..6).map(|_| propose(&world, &id));
        let made = futures_util::future::join_all(tries).await;
        assert_eq!(made.iter().filter(|m| m.is_ok()).count(), 1, "{made:?}");
        assert_eq!(world.count("select count(*) as n from corrections").await, 1);
    }
}

const SLIP: &str = "別の申込みとまちがえた";

async fn withdraw(world: &World, id: &str, by: &str) -> Result<(), CorrectionError> {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let (id, by) = (id.to_owned(), by.to_owned());
    let write = move |conn: &mut Conn| correction::withdraw(conn, &workspace, (&id, SLIP), by_name(&by), now);
    world.workspace.db.write(write).await
}

#[actix_web::test]
async fn a_proposal_is_withdrawn_by_its_proposer_alone_and_blocks_nothing_more() {
    for world in World::all().await {
        let (_, _, id) = ended(&world, "24").await;
        let proposal = propose(&world, &id).await.unwrap();
        let anothers = withdraw(&world, &proposal, "田中").await;
        assert!(
            matches!(anothers, Err(CorrectionError::AnothersProposal)),
            "{anothers:?}"
        );
        withdraw(&world, &proposal, "佐藤").await.unwrap();
        let entries = world.audit("correction.withdrawn").await;
        assert_eq!(entries, [(format!("application/{id}"), format!("{proposal} by 佐藤"))]);
        for late in [
            withdraw(&world, &proposal, "佐藤").await,
            decide(&world, &proposal, "田中", true).await,
            decide(&world, &proposal, "田中", false).await,
        ] {
            assert!(matches!(late, Err(CorrectionError::Withdrawn)), "{late:?}");
        }
        assert_eq!(world.count(CORRECTED).await, 0);
        let sealed = "select count(*) as n from corrections where withdrawal_reason like '%まちがえた%'";
        assert_eq!(world.count(sealed).await, 0);
        let next = propose(&world, &id).await.unwrap();
        decide(&world, &next, "田中", true).await.unwrap();
        let late = withdraw(&world, &next, "佐藤").await;
        assert!(matches!(late, Err(CorrectionError::Decided)), "{late:?}");
        assert_eq!(world.count(CORRECTED).await, 1);
    }
}

#[actix_web::test]
async fn of_a_withdrawal_and_an_approval_at_the_same_time_exactly_one_counts() {
    for world in World::all().await {
        let (_, _, id) = ended(&world, "24").await;
        let proposal = propose(&world, &id).await.unwrap();
        let both = futures_util::future::join(
            decide(&world, &proposal, "田中", true),
            withdraw(&world, &proposal, "佐藤"),
        );
        match both.await {
            (Ok(()), Err(CorrectionError::Decided)) => assert_eq!(world.count(CORRECTED).await, 1),
            (Err(CorrectionError::Withdrawn), Ok(())) => assert_eq!(world.count(CORRECTED).await, 0),
            other => panic!("{other:?}"),
        }
    }
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Text)]
    evidence: String,
}

#[actix_web::test]
async fn note_and_evidence_are_sealed_and_open_with_the_keys() {
    for world in World::all().await {
        let (_, _, id) = ended(&world, "24").await;
        propose(&world, &id).await.unwrap();
        let read = |conn: &mut Conn| {
            diesel::sql_query("select note, evidence from corrections")
                .get_result::<Stored>(conn)
                .map_err(DbError::from)
        };
        let stored = world.workspace.db.read(read).await.unwrap();
        for text in [&stored.note, &stored.evidence] {
            assert!(!text.is_empty() && !["通帳", "来庁", "2026"].iter().any(|word| text.contains(word)));
        }
        let detail = world.audit("correction.proposed").await.remove(0).1;
        assert!(!detail.contains("通帳") && !detail.contains("来庁"), "{detail}");
        let open = world.write(correction::open).await;
        let opened = open[0].note_and_evidence(&world.workspace.keys).unwrap();
        assert_eq!(opened, (NOTE.to_owned(), EVIDENCE.to_owned()));
    }
}

#[actix_web::test]
async fn who_proposed_by_a_bare_number_is_the_same_person_at_the_console() {
    for world in World::all_with(Wish::with_console()).await {
        let (_, _, id) = ended(&world, "24").await;
        let one = desk::invite(&world, "9001", &[Role::Approver]).await;
        let another = desk::invite(&world, "9002", &[Role::Approver]).await;
        // As an earlier version kept it.
        let proposal = propose_as(&world, &id, (NOTE, "9001"), CorrectedResult::Registered).await;
        let proposal = proposal.unwrap();
        let (own, other) = (format!("staff/{}", one.id), format!("staff/{}", another.id));
        for same in [own.as_str(), "9001", " 9001 "] {
            let alone = decide(&world, &proposal, same, true).await;
            assert!(matches!(alone, Err(CorrectionError::SamePerson)), "{same}: {alone:?}");
        }
        let anothers = withdraw(&world, &proposal, &other).await;
        assert!(
            matches!(anothers, Err(CorrectionError::AnothersProposal)),
            "{anothers:?}"
        );
        assert_eq!(world.count(CORRECTED).await, 0);
        withdraw(&world, &proposal, &own).await.unwrap();
        let next = propose_as(&world, &id, (NOTE, "9001"), CorrectedResult::Registered).await;
        decide(&world, &next.unwrap(), &other, true).await.unwrap();
        assert_eq!(world.count(CORRECTED).await, 1);
    }
}

#[actix_web::test]
async fn the_command_asks_for_the_role_that_the_console_asks_for() {
    let place = Place::new("sqlite:test.db", "http://127.0.0.1:9", "", "");
    let workspace = place.world(Clock::system());
    for (code, roles) in [
        ("9001", vec![Role::Viewer, Role::Auditor]),
        ("9002", vec![Role::Clerk]),
        ("9003", vec![Role::Approver]),
        ("9004", vec![]),
    ] {
        let (world, now) = (workspace.clone(), workspace.clock.now());
        let person = PersonForm {
            code: code.into(),
            name: desk::NAME.into(),
            unit: String::new(),
            roles,
        };
        let write = move |conn: &mut Conn| accounts::add_person(conn, &world, &Actor::Operator, &person, now);
        workspace.db.write(write).await.unwrap();
    }
    let refused = |words: &[&str], code: &str, roles: &str| {
        let (ok, _, err) = place.run(words);
        let said = format!("--by {code}: this person may not do that; it needs the role {roles},");
        assert_eq!(!ok && err.contains(&said), !roles.is_empty(), "{words:?}: {err}");
        assert!(!ok, "{words:?}: there is neither application nor proposal");
    };
    for (code, to_propose, to_decide) in [
        ("9001", "clerk or approver", "approver"),
        ("9002", "", "approver"),
        ("9003", "", ""),
        ("9004", "clerk or approver", "approver"),
    ] {
        let result = [
            "--receipt",
            "7KQ-4M9-TXH",
            "--result",
            "registered",
            "--note",
            "n",
            "--evidence",
            "e",
        ];
        let propose = [&["corrections", "propose", "--by", code][..], &result].concat();
        refused(&propose, code, to_propose);
        refused(&["corrections", "approve", "--by", code, "01X"], code, to_decide);
        let refuse = ["corrections", "refuse", "--by", code, "--reason", "r", "01X"];
        refused(&refuse, code, to_decide);
    }
}
