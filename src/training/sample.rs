//! What a new desk holds: staff of every role, and applications of invented people in every state and age. The same seed
//! gives the same; nothing is read from anywhere else.
mod form;
mod script;

pub use form::{filled_in, towns};
pub use script::{STAFF, cases, person_of};

use super::{
    class::Case,
    desk::Desk,
    people::{People, Person},
};
use crate::{
    accounts::{self, PersonForm, Verdict},
    alarms,
    audit::Actor,
    clock::jst,
    db::Conn,
    deliveries,
    enrolment::{
        self,
        correction::{self, By, CorrectionError, Proposal},
        invented::{self, Invented},
        states::{Cause, Registration},
    },
    incidents,
    inquiries::{self, Inquiry},
    institutions::{self, Closure, Place},
    japan::phone,
    outages,
    web::Error,
};
use chrono::{Days, Duration, NaiveDateTime, NaiveTime};
use form::{account, answers, home};
use script::{BACK, End, Plan, USUAL, plan};
use std::collections::BTreeMap;

/// Fills a fresh desk. Its clock is moved back for it, and stands at the present again at the end.
pub async fn fill(desk: &Desk, seed: u64) -> Result<BTreeMap<String, Case>, Error> {
    let clock = desk.workspace.clock.clone();
    let present = clock.now() - Duration::minutes(11);
    clock.advance(-Duration::days(BACK + 1));
    staff(desk).await?;
    let (mut people, mut others) = (People::new(seed), People::aside(seed));
    let towns = towns(&desk.workspace).await?;
    let mut cases = BTreeMap::new();
    for plan in plan(&mut people, &mut others) {
        let at = present - Duration::hours(plan.hours_ago);
        let is_another_day = jst(at).date() != jst(clock.now()).date();
        clock.advance(at - clock.now());
        if is_another_day {
            // What comes by itself, such as the files of the days before.
            desk.work_in_the_past().await?;
        }
        let applied = apply(desk, &plan, &towns).await?;
        if let (Some(name), Some((invented, institution))) = (plan.case, applied) {
            cases.insert(name.to_owned(), case(&plan.person, &invented, institution));
        }
    }
    clock.advance(present - Duration::hours(15) - clock.now());
    look(desk, &cases).await?;
    clock.advance(present - clock.now());
    questions(desk, &mut people).await?;
    stop(desk).await?;
    trouble(desk).await?;
    desk.work().await?;
    settle(desk).await?;
    // What was looked after ends its alarms at the next look.
    clock.advance(Duration::minutes(11));
    desk.work().await?;
    Ok(cases)
}

async fn staff(desk: &Desk) -> Result<(), Error> {
    let (world, now) = (desk.workspace.clone(), desk.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        for (code, name, role) in STAFF {
            let person = PersonForm {
                code: code.into(),
                name: name.into(),
                unit: "研修".into(),
                roles: vec![role],
            };
            accounts::add_person(conn, &world, &Actor::System, &person, now)?;
        }
        Ok::<_, Error>(())
    };
    desk.workspace.db.write(write).await
}

/// What somebody did; `None` where nothing was handed off.
async fn apply(desk: &Desk, plan: &Plan, towns: &[Place]) -> Result<Option<(Invented, String)>, Error> {
    let world = &desk.workspace;
    let (institution, account) = account(world, &plan.person, plan.digits, (plan.institution, plan.typed)).await?;
    let mut fields = answers(world, &plan.person, home(&plan.person, plan.case, towns)?, plan.typed);
    fields.extend(account);
    match plan.end {
        End::Draft => return invented::draft(world, &fields).await.map(|()| None),
        End::Waiting => return invented::wait(world, &fields).await.map(|_| None),
        End::Lapsed => {
            let id = invented::wait(world, &fields).await?;
            invented::go_on(world, &id, Registration::Expired, Cause::TooOld).await?;
            return Ok(None);
        }
        _ => {}
    }
    let invented = invented::hand_off(world, &fields).await?;
    let Some(tran_id) = &invented.tran_id else {
        return Err(Error::Internal("the desk's own gateway did not begin".into()));
    };
    let fail = |e: std::io::Error| Error::Internal(e.to_string());
    match plan.end {
        // Somebody is at the institution still: the gateway says so whenever it is asked.
        End::Open => desk.bank.open_page(tran_id).await.map_err(fail)?,
        End::Unknown => {
            desk.bank.open_page(tran_id).await.map_err(fail)?;
            invented::stay_unknown(world, &invented).await?;
        }
        _ => {
            desk.bank.play(tran_id).await.map_err(fail)?;
            invented::come_back(world, &invented).await?;
        }
    }
    afterwards(desk, plan.end, &invented.id).await?;
    Ok(Some((invented, institution)))
}

/// What became of an application that was decided.
async fn afterwards(desk: &Desk, end: End, id: &str) -> Result<(), Error> {
    let world = &desk.workspace;
    match end {
        End::Paper => invented::go_on(world, id, Registration::Paper, Cause::ToPaper).await,
        End::Corrected => correct(desk, id.to_owned()).await,
        End::Withdrawn => {
            let read = |conn: &mut Conn| accounts::find_by_code(conn, "mado")?.ok_or(Error::NotFound);
            let clerk = desk.workspace.db.read(read).await?;
            invented::withdraw(world, id, &clerk.id, "口座を替えるとのお電話").await
        }
        _ => Ok(()),
    }
}

/// One proposes, another agrees.
async fn correct(desk: &Desk, id: String) -> Result<(), Error> {
    let (world, now) = (desk.workspace.clone(), desk.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let person = |conn: &mut Conn, code: &str| accounts::find_by_code(conn, code)?.ok_or(Error::NotFound);
        let (clerk, approver) = (person(conn, "mado")?, person(conn, "shonin")?);
        let (one, another) = (format!("staff/{}", clerk.id), format!("staff/{}", approver.id));
        let by = |name, id| By {
            name,
            actor: Actor::Staff {
                id,
                address: "10.0.0.9",
            },
        };
        let proposal = Proposal {
            application_id: &id,
            result: enrolment::CorrectedResult::NotRegistered,
            note: "金融機関の担当課から、別の方の口座だったと電話がありました",
            evidence: "担当課からの電話",
            by: by(&one, &clerk.id),
        };
        let proposed = correction::propose(conn, &world, &proposal, now)?;
        correction::decide(
            conn,
            &world,
            (&proposed, &Verdict::Approved),
            by(&another, &approver.id),
            now,
        )
    };
    let corrected = desk.workspace.db.write::<_, CorrectionError>(write).await;
    corrected.map_err(|error| Error::Internal(error.to_string()))
}

fn case(person: &Person, invented: &Invented, institution: String) -> Case {
    Case {
        id: invented.id.clone(),
        name: format!("{}　{}", person.family.0, person.given.0),
        kana: format!("{}　{}", person.family.1, person.given.1),
        receipt: invented.receipt_number.clone(),
        customer: person.customer_number.clone(),
        phone: person.mobile.clone(),
        institution,
    }
}

/// The days before were looked after: their files were taken, their alarms seen.
async fn settle(desk: &Desk) -> Result<(), Error> {
    let now = desk.workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if let Some(clerk) = accounts::find_by_code(conn, "mado")? {
            for file in deliveries::undownloaded(conn, now)? {
                deliveries::note_download(conn, file.no, &clerk.id, "file", now)?;
            }
        }
        for alarm in alarms::open_alarms(conn)? {
            if alarm.key.starts_with("deliveries.") {
                alarms::end(conn, &alarm.key, now)?;
            }
            alarms::acknowledge(conn, &alarm.id, "unyo", now)?;
        }
        Ok::<_, Error>(())
    };
    desk.workspace.db.write(write).await
}

/// Yesterday evening somebody looked at an application: the record tells whoever asks.
async fn look(desk: &Desk, cases: &BTreeMap<String, Case>) -> Result<(), Error> {
    let now = desk.workspace.clock.now();
    let subject = cases.get("watched").map(|case| format!("application/{}", case.id));
    let write = move |conn: &mut Conn| {
        let viewer = accounts::find_by_code(conn, "etsuran")?;
        if let (Some(viewer), Some(subject)) = (viewer, subject) {
            let actor = Actor::Staff {
                id: &viewer.id,
                address: "10.0.0.9",
            };
            crate::audit::record(conn, now, actor, "application.seen", &subject, "")?;
        }
        Ok::<_, Error>(())
    };
    desk.workspace.db.write(write).await
}

/// When a question was asked that should have been answered by now: six days ago or, around the days at which the bureau is
/// closed, so many more.
async fn late_since(desk: &Desk, now: NaiveDateTime) -> Result<NaiveDateTime, Error> {
    let read = move |conn: &mut Conn| {
        for days in 6..30 {
            let asked = now - Duration::days(days);
            if inquiries::due(conn, asked)? < now {
                return Ok(asked);
            }
        }
        Err(Error::Internal("no answer is ever due at this desk".to_owned()))
    };
    desk.workspace.db.read(read).await
}

/// Three questions from the web: one of this morning, one that waits for too long, and one of the week before that was
/// answered the next day.
async fn questions(desk: &Desk, people: &mut People) -> Result<(), Error> {
    let now = desk.workspace.clock.now();
    let asked = [
        (
            now - Duration::hours(20),
            "受付番号を書いた紙をなくしました。手続きが終わったかどうかを知りたいです。",
        ),
        (
            late_since(desk, now).await?,
            "引っこしをする予定です。口座振替は、そのまま続きますか。",
        ),
    ];
    for (at, body) in asked {
        ask(desk, people, body, at).await?;
    }
    let (body, asked_at) = (
        "ちがう金融機関に変えるときは、もう一度この手続きをしますか。",
        now - Duration::days(9),
    );
    let inquiry = ask(desk, people, body, asked_at).await?;
    let world = desk.workspace.clone();
    let write = move |conn: &mut Conn| {
        let clerk = accounts::find_by_code(conn, "mado")?.ok_or(Error::NotFound)?;
        let reply = "はい。同じ手続きで、新しい口座を登録してください。古い口座は、登録が終わると使われなくなります。";
        inquiries::answer_invented(conn, &world, &inquiry, &clerk.id, reply, asked_at + Duration::days(1))
    };
    desk.workspace.db.write(write).await
}

/// りそな銀行, in a week, so that it is still to come when an exercise moves the clock.
async fn stop(desk: &Desk) -> Result<(), Error> {
    let now = desk.workspace.clock.now();
    let day = jst(now).date() + Days::new(7);
    let at = |hour| crate::clock::utc_from_jst(day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()));
    let closure = Closure {
        id: ulid::Ulid::generate().to_string(),
        institution_code: Some("0010".to_owned()),
        starts_at: at(1),
        ends_at: at(5),
        reason: "りそな銀行の定期メンテナンス".to_owned(),
        owner: None,
    };
    let write = move |conn: &mut Conn| Ok::<_, Error>(institutions::add_closure(conn, &closure, now)?);
    desk.workspace.db.write(write).await
}

/// What broke in the past and is over, and an outage that was agreed upon for the week to come.
async fn trouble(desk: &Desk) -> Result<(), Error> {
    let (world, now) = (desk.workspace.clone(), desk.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let word = |code: &str, conn: &mut Conn| {
            let person = accounts::find_by_code(conn, code)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>(format!("staff/{}", person.id))
        };
        let (operator, approver) = (word("unyo", conn)?, word("shonin", conn)?);
        incidents::invent(
            conn,
            &world,
            &operator,
            incidents::Past::Mails,
            now - Duration::days(38),
        )?;
        incidents::invent(
            conn,
            &world,
            &operator,
            incidents::Past::Institution,
            now - Duration::days(6),
        )?;
        outages::invent(conn, &world, (&operator, &approver), now)
    };
    desk.workspace.db.write(write).await
}

/// One more application of a month that is replayed, at the desk's own present.
pub async fn one_more(desk: &Desk, people: &mut People, towns: &[Place]) -> Result<(), Error> {
    let digits = USUAL[people.pick(USUAL.len())];
    let gives_up = people.pick(20) == 0;
    let plan = Plan {
        end: if gives_up { End::Cancelled } else { End::Decided },
        ..Plan::usual(0, digits, people.another())
    };
    apply(desk, &plan, towns).await.map(drop)
}

/// What people ask in a month that is replayed.
const ASKED: [&str; 4] = [
    "手続きをしたのに、登録完了のお知らせが来ません。",
    "家族の口座から引き落とすことはできますか。",
    "いつの料金から、口座振替になりますか。",
    "暗証番号を3回まちがえました。どうすればよいですか。",
];

/// One more question, at the desk's own present.
pub async fn one_question(desk: &Desk, people: &mut People) -> Result<(), Error> {
    let body = ASKED[people.pick(ASKED.len())];
    ask(desk, people, body, desk.workspace.clock.now()).await.map(drop)
}

/// Somebody asks by the site; gives the inquiry.
async fn ask(desk: &Desk, people: &mut People, body: &'static str, at: NaiveDateTime) -> Result<Inquiry, Error> {
    let person = people.another();
    let name = format!("{}{}", person.family.0, person.given.0);
    let mobile = phone::parse(&person.mobile).unwrap_or_default();
    let world = desk.workspace.clone();
    let write = move |conn: &mut Conn| inquiries::invent(conn, &world, &name, &mobile, body, at);
    desk.workspace.db.write(write).await
}

/// A newer table of branches than the desk's: one is new, one has another name, one is gone.
pub fn renew(rows: &mut Vec<[String; 4]>) {
    let Some(first) = rows.first().map(|row| row[0].clone()) else {
        return;
    };
    if rows.len() > 3 {
        rows.remove(2);
        rows[1][2].push_str("中央");
        rows[1][3].push_str("チュウオウ");
    }
    let own = rows.iter().filter(|row| row[0] == first);
    let free = (900..1000)
        .map(|code| code.to_string())
        .find(|code| own.clone().all(|row| row[1] != *code));
    if let Some(code) = free {
        rows.push([first, code, "水窓".into(), "ミズマド".into()]);
    }
}
