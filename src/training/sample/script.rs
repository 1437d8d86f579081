//! Who is invented, when, and what becomes of them.
use crate::{
    accounts::Role,
    training::people::{People, Person},
};

/// 職員番号, name, role of the people of a desk; who practises is one of them.
pub const STAFF: [(&str, &str, Role); 6] = [
    ("mado", "水野 花子", Role::Clerk),
    ("shonin", "堀田 次郎", Role::Approver),
    ("kanri", "青木 三郎", Role::Administrator),
    ("kansa", "石黒 四郎", Role::Auditor),
    ("unyo", "小杉 五月", Role::Operator),
    ("etsuran", "岡本 六実", Role::Viewer),
];

/// The 職員番号 of who has a role, by the role's word.
pub fn person_of(role: &str) -> Option<&'static str> {
    let found = STAFF.iter().find(|(_, _, has)| has.as_str() == role);
    found.map(|(code, _, _)| *code)
}

/// How a case ends.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum End {
    Decided,
    Cancelled,
    Unknown,
    /// Still at the institution.
    Open,
    /// Begun in the form and not sent.
    Draft,
    /// Accepted while the hand-off had to wait.
    Waiting,
    /// The same, and nobody went on with it.
    Lapsed,
    /// Refused, and gone on with by paper.
    Paper,
    /// Registered, and corrected by two people.
    Corrected,
    /// Registered, and taken back by the person.
    Withdrawn,
}

/// A case: its name, how long ago (hours), the last two digits of its account (what the gateway makes of it), its end, and
/// its person where a text needs a certain one.
type Script = (&'static str, i64, &'static str, End, Option<Named>);
type Named = ((&'static str, &'static str), (&'static str, &'static str));

const CASES: [Script; 11] = [
    (
        "caller",
        72,
        "67",
        End::Decided,
        Some((("髙橋", "タカハシ"), ("陽子", "ヨウコ"))),
    ),
    ("refused-pin", 26, "01", End::Decided, None),
    (
        "refused-name",
        25,
        "04",
        End::Decided,
        Some((("渡邉", "ワタナベ"), ("茂", "シゲル"))),
    ),
    ("refused-account", 50, "03", End::Decided, None),
    ("cancelled", 30, "10", End::Cancelled, None),
    ("unknown", 200, "67", End::Unknown, None),
    ("checking", 2, "67", End::Open, None),
    ("mistaken", 28, "67", End::Decided, None),
    ("leaving", 100, "67", End::Decided, None),
    ("watched", 75, "67", End::Decided, None),
    (
        "odd-letter",
        27,
        "67",
        End::Decided,
        Some((("𠮷田", "ヨシダ"), ("千代", "チヨ"))),
    ),
];

/// The names that texts may use.
pub fn cases() -> Vec<&'static str> {
    CASES.iter().map(|case| case.0).collect()
}

/// Every reason for which an institution refuses, by the last two digits of an account.
const REASONS: [&str; 14] = [
    "01", "02", "03", "05", "06", "07", "11", "12", "13", "14", "16", "17", "18", "15",
];
/// What the cases and the background leave out: each state that an application can be in, and two institutions that are
/// easily taken for one another (りそな銀行, 埼玉りそな銀行). The newest is at the institution at this moment.
const ALSO: [(i64, &str, End, Option<&str>); 9] = [
    (150, "67", End::Corrected, None),
    (130, "67", End::Withdrawn, None),
    (110, "03", End::Paper, None),
    (90, "67", End::Lapsed, None),
    (41, "67", End::Decided, Some("0010")),
    (40, "67", End::Decided, Some("0017")),
    (5, "67", End::Waiting, None),
    (0, "67", End::Draft, None),
    (0, "67", End::Open, None),
];
/// What is typed otherwise than by most.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Typed {
    /// 変更, not 新規.
    pub change: bool,
    /// The result is told by mail.
    pub mail: bool,
    /// A phone at home, and no other.
    pub landline: bool,
    /// 当座, where the institution serves it.
    pub current_account: bool,
    /// The account is somebody else's.
    pub other_holder: bool,
    pub place: Account,
}

/// Where the account is.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Account {
    #[default]
    Branch,
    /// ゆうちょ: 記号 and 番号.
    Yucho,
    /// Typed at the institution, where the settings have such a one.
    Captured,
}

const USUALLY: Typed = Typed {
    change: false,
    mail: false,
    landline: false,
    current_account: false,
    other_holder: false,
    place: Account::Branch,
};
const MAILED: Typed = Typed { mail: true, ..USUALLY };
const CHANGED: Typed = Typed {
    change: true,
    ..USUALLY
};
const YUCHO: Typed = Typed {
    place: Account::Yucho,
    ..USUALLY
};
const CAPTURED: Typed = Typed {
    place: Account::Captured,
    ..USUALLY
};
const LANDLINE: Typed = Typed {
    landline: true,
    ..USUALLY
};

/// Each choice of the form at least once: hours ago, the last two digits of the account, what is typed, who.
const OTHERWISE: [(i64, &str, Typed, Option<Named>); 13] = [
    (235, "67", USUALLY, Some((("𣘺本", "ハシモト"), ("文", "フミ")))),
    (212, "67", CHANGED, None),
    (188, "67", MAILED, None),
    (163, "67", YUCHO, None),
    (
        140,
        "67",
        Typed {
            current_account: true,
            ..USUALLY
        },
        None,
    ),
    (117, "67", LANDLINE, None),
    (
        96,
        "67",
        Typed {
            other_holder: true,
            ..USUALLY
        },
        None,
    ),
    (92, "67", CAPTURED, None),
    (
        68,
        "04",
        Typed {
            mail: true,
            change: true,
            ..USUALLY
        },
        None,
    ),
    (
        66,
        "67",
        Typed {
            place: Account::Yucho,
            ..CHANGED
        },
        None,
    ),
    (
        47,
        "67",
        Typed {
            mail: true,
            landline: true,
            ..USUALLY
        },
        None,
    ),
    (
        45,
        "67",
        Typed {
            mail: true,
            other_holder: true,
            ..USUALLY
        },
        None,
    ),
    (23, "03", MAILED, None),
];

/// The months before, thinly: days ago, as the others above. Nobody goes further than six days without one, so that the
/// file of each day is made up for.
const EARLIER: [(i64, &str, Typed); 13] = [
    (BACK - 1, "67", USUALLY),
    (60, "67", MAILED),
    (56, "01", USUALLY),
    (52, "67", CHANGED),
    (48, "67", YUCHO),
    (44, "67", USUALLY),
    (40, "03", MAILED),
    (36, "67", USUALLY),
    (32, "67", LANDLINE),
    (28, "67", USUALLY),
    (24, "05", CHANGED),
    (20, "67", YUCHO),
    (16, "67", USUALLY),
];

/// Of a replayed month: most are registered.
pub(super) const USUAL: [&str; 10] = ["67", "67", "67", "67", "67", "67", "67", "01", "03", "05"];
/// Who only makes the lists look real: each reason once, the others registered.
const BACKGROUND: usize = 34;
/// Days over which they are spread.
const DAYS: i64 = 14;
/// Days before the present on which a desk's past begins: two whole months at least, and not more files than one page lists.
pub(super) const BACK: i64 = 65;

/// One application to come: when (hours ago), and what becomes of it.
pub(super) struct Plan {
    pub hours_ago: i64,
    pub case: Option<&'static str>,
    pub digits: &'static str,
    pub end: End,
    pub person: Person,
    /// The code of the institution, where it must be a certain one.
    pub institution: Option<&'static str>,
    pub typed: Typed,
}

impl Plan {
    /// As most are.
    pub fn usual(hours_ago: i64, digits: &'static str, person: Person) -> Self {
        Self {
            hours_ago,
            case: None,
            digits,
            end: End::Decided,
            person,
            institution: None,
            typed: USUALLY,
        }
    }
}

pub(super) fn plan(people: &mut People, others: &mut People) -> Vec<Plan> {
    let mut all: Vec<Plan> = vec![];
    for (case, hours_ago, digits, end, named) in CASES {
        let person = match named {
            Some((family, given)) => people.named(family, given),
            None => people.another(),
        };
        all.push(Plan {
            case: Some(case),
            end,
            ..Plan::usual(hours_ago, digits, person)
        });
    }
    // Somebody who is called the same, and whose name is written otherwise.
    let twin = people.named(("高橋", "タカハシ"), ("洋子", "ヨウコ"));
    all.push(Plan::usual(120, "67", twin));
    for n in 0..BACKGROUND {
        let digits = if n % 2 == 0 { REASONS.get(n / 2).copied() } else { None };
        let hours_ago = 2 + (n as i64 * DAYS * 24 / BACKGROUND as i64) + people.pick(5) as i64;
        let end = if n % 11 == 10 { End::Cancelled } else { End::Decided };
        all.push(Plan {
            end,
            ..Plan::usual(hours_ago, digits.unwrap_or("67"), people.another())
        });
    }
    for (hours_ago, digits, end, institution) in ALSO {
        all.push(Plan {
            end,
            institution,
            ..Plan::usual(hours_ago, digits, others.another())
        });
    }
    all.extend(otherwise(others));
    all.sort_by_key(|plan| std::cmp::Reverse(plan.hours_ago));
    all
}

/// Who types otherwise, and the months before.
fn otherwise(others: &mut People) -> Vec<Plan> {
    let mut all = vec![];
    for (hours_ago, digits, typed, named) in OTHERWISE {
        let person = match named {
            Some((family, given)) => others.named(family, given),
            None => others.another(),
        };
        all.push(Plan {
            typed,
            ..Plan::usual(hours_ago, digits, person)
        });
    }
    for (days_ago, digits, typed) in EARLIER {
        let hours_ago = days_ago * 24 + others.pick(9) as i64;
        all.push(Plan {
            typed,
            ..Plan::usual(hours_ago, digits, others.another())
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trainers_manual_counts_the_applications_of_a_desk() {
        let manual = include_str!("../../../manuals/trainer.md");
        for seed in [1, 7, 2026] {
            let all = plan(&mut People::new(seed), &mut People::aside(seed));
            assert!(all.iter().all(|plan| plan.hours_ago < BACK * 24));
            let (begun, sent): (Vec<_>, Vec<_>) = all.iter().partition(|plan| plan.end == End::Draft);
            let lately = sent.iter().filter(|plan| plan.hours_ago <= DAYS * 24).count();
            let (begun, sent) = (begun.len(), sent.len());
            for words in [
                format!("{BACK}日分の架空の申込みが{sent}件と、入力中のものが{begun}件あります。"),
                format!("このうち{lately}件は、この2週間のものです。"),
            ] {
                assert!(manual.contains(&words), "{words}");
            }
        }
    }
}
