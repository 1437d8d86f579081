//! The tables of the manuals, drawn from the code so that they cannot differ from it.
use super::rules::PLAN;
use crate::{
    accounts::{Access, PERMISSIONS, Role, columns_of_permissions},
    alarms,
    config::{Ask, Items},
    deliveries,
    enrolment::{reason_text, states::Registration},
    gateways::Reason,
    institutions,
    manuals::{Library, Place, Table, library},
    texts::{Kind, TextId},
    training::{self, Exercises},
};

/// The table of a name, as manuals ask for it: `<!-- table: roles -->`.
pub fn draw(name: &str) -> Option<Table> {
    Some(match name {
        "roles" => roles(),
        "permissions" => permission_table(),
        "states" => states(),
        "reasons" => reasons(),
        "items" => items(),
        "layout-fields" => layout_fields(),
        "layouts" => layouts(),
        "institutions" => institution_table(),
        "alarms" => alarm_table(),
        "jobs" => jobs(),
        "mails" => mails(),
        "screens" => screens(library().ok()?),
        "public-screens" => public_screens(library().ok()?),
        "deliverables" => deliverables(library().ok()?),
        "exercises" => exercises(),
        "courses" => sets_of_exercises("役割", &training::COURSES),
        "scenes" => sets_of_exercises("場面", &training::SCENES),
        _ => return None,
    })
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Table {
    Table {
        header: header.map(str::to_owned).to_vec(),
        rows: rows.map(|row| row.to_vec()).collect(),
    }
}

fn yes(is: bool) -> String {
    if is { "○".to_owned() } else { String::new() }
}

fn roles() -> Table {
    let may = |role: Role| -> String {
        let of = PERMISSIONS.iter().filter(|(_, _, roles)| roles.contains(&role));
        of.map(|(_, label, _)| *label).collect::<Vec<_>>().join("／")
    };
    let used = columns_of_permissions().into_iter();
    table(
        ["役割", "できること"],
        used.map(|role| [role.label().to_owned(), may(role)]),
    )
}

fn permission_table() -> Table {
    let used = columns_of_permissions();
    let header = std::iter::once("できること".to_owned()).chain(used.iter().map(|role| role.label().to_owned()));
    let rows = PERMISSIONS.iter().map(|(_, label, roles)| {
        // In the words of `/permissions`, which is printed too.
        let cells = used
            .iter()
            .map(|role| if roles.contains(role) { "可" } else { "" }.to_owned());
        std::iter::once((*label).to_owned()).chain(cells).collect()
    });
    Table {
        header: header.collect(),
        rows: rows.collect(),
    }
}

fn states() -> Table {
    let row = |state: &Registration| {
        let next = Registration::ALL.iter().filter(|to| state.leads_to(**to));
        let next: Vec<&str> = next.map(|to| to.label()).collect();
        let next = if next.is_empty() {
            "なし".to_owned()
        } else {
            next.join("、")
        };
        [
            state.label().to_owned(),
            state.meaning().to_owned(),
            yes(state.is_result()),
            next,
        ]
    };
    table(
        ["状態", "意味", "還元データにのる", "つぎになりうる状態"],
        Registration::ALL.iter().map(row),
    )
}

fn reasons() -> Table {
    let rows = Reason::ALL.iter().filter_map(|reason| {
        let text = reason_text(*reason)?;
        let again = if text.retry { "できる" } else { "できない" };
        Some([text.staff, general(&text.title), general(&text.next), again.to_owned()])
    });
    table(
        ["理由", "申込者への見出し", "申込者への案内", "同じ申込みのやり直し"],
        rows,
    )
}

/// A text that is told to one person, as it is told to all.
fn general(text: &str) -> String {
    let words = [
        ("{{institution}}", "金融機関"),
        ("{{bureau}}", "水道局"),
        ("{{bureau_short}}", "水道局"),
        ("{{phone}}", "水道局の電話"),
    ];
    words
        .iter()
        .fold(text.to_owned(), |text, (word, general)| text.replace(word, general))
}

fn items() -> Table {
    let all = Items::load(None).ok();
    let rows = all.iter().flat_map(|items| items.all()).map(|item| {
        let ask = match item.ask {
            Ask::Required => "必ず入力",
            Ask::Optional => "入力は自由",
            Ask::No => "たずねない",
        };
        [item.label.clone(), ask.to_owned(), item.hint.clone()]
    });
    table(
        ["項目", "入力", "入力のときの説明"],
        rows.collect::<Vec<_>>().into_iter(),
    )
}

fn layout_fields() -> Table {
    let rows = deliveries::FIELDS.iter().map(|field| {
        [
            format!("{}（{}）", field.label, field.name),
            field.meaning.to_owned(),
            yes(field.personal),
        ]
    });
    table(["項目", "入っているもの", "個人情報"], rows)
}

fn layouts() -> Table {
    let rows = deliveries::READY.iter();
    table(
        ["レイアウト", "使いみち"],
        rows.map(|ready| [ready.name.to_owned(), ready.meaning.to_owned()]),
    )
}

fn institution_table() -> Table {
    let rows = institutions::shipped().into_iter();
    table(["金融機関コード", "金融機関"], rows.map(|(code, name)| [code, name]))
}

fn alarm_table() -> Table {
    let rows = alarms::CAUSES.iter();
    table(
        ["警報", "すること"],
        rows.map(|(_, label, remedy)| [(*label).to_owned(), (*remedy).to_owned()]),
    )
}

/// Standing work, its rhythm and what it is for; a test holds it against the code.
#[rustfmt::skip]
pub const JOBS: &[(&str, &str, &str)] = &[
    ("enrolment.sweep", "10分ごと", "古い入力中の申込みを閉じて内容を消し、引き渡しを待つ人に再開を知らせ、30日たったものを期限切れにします"),
    ("reconciliation.fetch", "毎日4時", "ゲートウェイの日次ファイルを受け取り、申込みと照合します"),
    ("deliveries.close", "営業日の締め時刻", "前回からの結果を1つの還元データにまとめます"),
    ("deliveries.watch", "決めた時刻", "還元データがまだ受け取られていないとき、警報を出します"),
    ("inquiries.watch", "10分ごと", "期限を過ぎた問合せの警報を出します"),
    ("inquiries.scan", "10分ごと", "検査を待つ添付ファイルのウイルス検査をやり直します"),
    ("incidents.watch", "1分ごと", "経過の記入と再発防止策の期限を見ます"),
    ("outages.watch", "5分ごと", "停止予定の承認待ち・近づいた予定・始まりと終わりを見ます"),
    ("operations.probe", "1分ごと", "申込みの画面が応答するかを記録します"),
    ("operations.figures", "5分ごと", "稼働状況の数字を記録します"),
    ("operations.watch", "10分ごと", "メール・ディスク・時計・証明書などを調べ、警報を出します"),
    ("operations.logbook", "毎日0時40分", "ログを封印し、保存期間を過ぎたものを消します"),
    ("operations.forget", "毎日2時50分", "消したデータを、ファイルの中からも読めなくします"),
    ("backups.daily", "決めた時刻", "暗号化したバックアップを作り、戻せることを確かめます"),
    ("audit.checkpoint", "毎日0時5分", "操作記録の終わりに、署名した控えを作ります"),
    ("audit.head", "1時間ごと", "操作記録の終わりを、署名してログに書きます"),
];

fn jobs() -> Table {
    let rows = JOBS.iter();
    table(
        ["いつ", "すること"],
        rows.map(|(_, when, what)| [(*when).to_owned(), (*what).to_owned()]),
    )
}

fn mails() -> Table {
    let mails = TextId::ALL.iter().filter(|id| id.kind() == Kind::Mail);
    table(
        ["番号", "メール"],
        mails
            .enumerate()
            .map(|(n, id)| [(n + 1).to_string(), id.title().to_owned()]),
    )
}

fn screens(library: &Library) -> Table {
    let mut rows = vec![];
    for manual in library.all() {
        for (_, section) in manual.sections() {
            for place in &section.explains {
                if let Place::Screen(path) = place {
                    rows.push([
                        path.clone(),
                        section.title.clone(),
                        needed(path),
                        manual.head.title.clone(),
                    ]);
                }
            }
        }
    }
    rows.sort();
    table(["アドレス", "画面", "開くのに要る権限", "マニュアル"], rows.into_iter())
}

/// What the rule of a page asks for, in words.
fn needed(path: &str) -> String {
    let rule = PLAN.rules.iter().find(|rule| rule.method == "GET" && rule.path == path);
    match rule.map(|rule| rule.access) {
        Some(Access::May(permission) | Access::StepUp(permission)) => {
            let row = PERMISSIONS.iter().find(|(known, _, _)| *known == permission);
            row.map(|(_, label, _)| (*label).to_owned()).unwrap_or_default()
        }
        Some(Access::Open) => "なし（ログインの前）".to_owned(),
        _ => "すべての職員".to_owned(),
    }
}

fn public_screens(library: &Library) -> Table {
    let mut rows = vec![];
    for manual in library.all() {
        for (_, section) in manual.sections() {
            for place in &section.explains {
                if let Place::Public(path) = place {
                    rows.push([path.clone(), section.title.clone()]);
                }
            }
        }
    }
    table(["アドレス", "画面"], rows.into_iter())
}

fn deliverables(library: &Library) -> Table {
    let rows = library.all().iter().map(|manual| {
        [
            manual.head.number.to_string(),
            manual.head.title.clone(),
            manual.head.kind.label().to_owned(),
            manual.version().to_owned(),
            manual.date().to_owned(),
        ]
    });
    table(["番号", "名前", "種類", "版", "日"], rows)
}

fn exercises() -> Table {
    let all = Exercises::load(None, &training::cases());
    let rows = all.iter().flat_map(|all| all.iter()).map(|exercise| {
        let head = &exercise.head;
        let role = Role::from_word(&head.role).map_or("", Role::label);
        [
            head.title.clone(),
            role.to_owned(),
            format!("{}分", head.minutes),
            head.requirement.clone(),
        ]
    });
    table(["課題", "役割", "時間", "要件"], rows.collect::<Vec<_>>().into_iter())
}

/// What a class is made of when a trainer chooses one of these sets.
fn sets_of_exercises(what: &str, sets: &[(&str, &str)]) -> Table {
    let all = Exercises::load(None, &training::cases()).ok();
    let rows = sets.iter().map(|(word, label)| {
        let heads: Vec<_> = all
            .iter()
            .flat_map(|all| all.of_set(word))
            .map(|one| &one.head)
            .collect();
        let titles: String = heads.iter().map(|head| format!("「{}」", head.title)).collect();
        let minutes: u32 = heads.iter().map(|head| head.minutes).sum();
        [(*label).to_owned(), titles, format!("{minutes}分")]
    });
    table([what, "課題", "合計"], rows.collect::<Vec<_>>().into_iter())
}
