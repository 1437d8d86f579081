//! The items of the form as a text: what staff type in fields is kept as the table that the settings file has, too.
use crate::{
    config::{Ask, Item, ItemFault, ItemId, Items, LONGEST_HINT, LONGEST_LABEL, PageId},
    web::FormBody,
};

/// The pages that hold items, in the order in which citizens see them.
pub const PAGES: [(PageId, &str); 6] = [
    (PageId::Number, "お問い合わせ番号のページ"),
    (PageId::Place, "使用場所のページ"),
    (PageId::Name, "お名前のページ"),
    (PageId::Former, "前の使用者のページ"),
    (PageId::Contact, "連絡先のページ"),
    (PageId::Account, "口座のページ"),
];

/// How an item is asked, as the select has it.
pub const ASKS: [(Ask, &str, &str); 3] = [
    (Ask::Required, "required", "必ず聞く"),
    (Ask::Optional, "optional", "任意で聞く"),
    (Ask::No, "no", "聞かない"),
];

pub fn ask_label(ask: Ask) -> &'static str {
    ASKS.iter().find(|(a, ..)| *a == ask).map_or("", |(_, _, label)| label)
}

/// The name of an item in the specification (8(2) ア–テ), whatever its label is.
pub fn name(id: ItemId) -> &'static str {
    match id {
        ItemId::ApplicationKind => "ア 申込区分",
        ItemId::CustomerNumber => "イ お問い合わせ番号",
        ItemId::PostalCode => "ウ 使用場所の郵便番号",
        ItemId::Premises => "エ 使用場所",
        ItemId::UserName => "オ 使用者氏名（漢字）",
        ItemId::UserKana => "カ 使用者氏名（カナ）",
        ItemId::OldName => "キ 旧使用者氏名（漢字）",
        ItemId::OldKana => "ク 旧使用者氏名（カナ）",
        ItemId::PhoneHome => "ケ 電話番号（自宅）",
        ItemId::PhoneWork => "コ 電話番号（勤務先）",
        ItemId::PhoneMobile => "サ 電話番号（携帯）",
        ItemId::StartDate => "シ 水道使用開始日",
        ItemId::Branch => "ス 金融機関・支店",
        ItemId::DepositType => "セ 預金種別",
        ItemId::AccountNumber => "ソ 口座番号",
        ItemId::HolderName => "タ 口座名義人（漢字）",
        ItemId::HolderKana => "チ 口座名義人（カナ）",
        ItemId::Pin => "ツ 暗証番号",
        ItemId::Email => "テ メールアドレス",
        ItemId::Relation => "申込者と使用者の関係",
    }
}

/// The name of one field of an item in the form, `label.user_name`.
pub fn field(what: &str, id: ItemId) -> String {
    format!("{what}.{}", id.word())
}

/// The items of a text, right or not.
pub fn rows(body: &str) -> Vec<Item> {
    Items::read(body).unwrap_or_default()
}

/// The text that the fields give. `before` is the version that they were shown of: it says which items there are.
pub fn typed(form: &FormBody, before: &str) -> String {
    let read = |(place, old): (usize, Item)| {
        let get = |what: &str| form.get(&field(what, old.id)).trim();
        let ask = ASKS.iter().find(|(_, word, _)| *word == get("ask"));
        let digits = old.digits.map(|digits| get("digits").parse().unwrap_or(digits));
        let item = Item {
            ask: ask.map_or(old.ask, |(ask, ..)| *ask),
            label: get("label").to_owned(),
            hint: get("hint").to_owned(),
            digits,
            id: old.id,
        };
        (item.id.page(), get("order").parse().unwrap_or(place + 1), item)
    };
    let mut read: Vec<(PageId, usize, Item)> = rows(before).into_iter().enumerate().map(read).collect();
    read.sort_by_key(|(page, order, _)| (*page, *order));
    Items::write(read.into_iter().map(|(_, _, item)| item).collect())
}

/// What is wrong with the table, in sentences for staff.
pub fn problems(body: &str) -> Vec<String> {
    let Some(items) = Items::read(body) else {
        return vec!["項目の表を読めません。新しい案を作り直してください".to_owned()];
    };
    let label = |id: ItemId| {
        let item = items.iter().find(|i| i.id == id && !i.label.is_empty());
        item.map_or_else(|| name(id).to_owned(), |i| i.label.clone())
    };
    let say = |fault: &ItemFault| match fault {
        ItemFault::Twice(id) => format!("「{}」が2つあります。新しい案を作り直してください", label(*id)),
        ItemFault::Needed(id) => format!("「{}」は「必ず聞く」を選んでください。登録に欠かせません", label(*id)),
        ItemFault::NoPhone => "電話番号は、1つ以上を聞いてください。下4桁で受付番号をさがすためです".to_owned(),
        ItemFault::Pin => "暗証番号は「聞かない」を選んでください。入力するのは金融機関の画面だけです".to_owned(),
        ItemFault::NeverOptional(id) => format!("「{}」は、必ず聞くか、聞かないかを選んでください", label(*id)),
        ItemFault::Label(id, n) => {
            format!(
                "「{}」の表示名は、1〜{LONGEST_LABEL}文字で入力してください（いま{n}文字です）",
                name(*id)
            )
        }
        ItemFault::Hint(id, n) => {
            format!(
                "「{}」の説明は、{LONGEST_HINT}文字以内で入力してください（いま{n}文字です）",
                label(*id)
            )
        }
        ItemFault::Digits(id) => format!("「{}」の桁数は、4〜20で入力してください", label(*id)),
    };
    Items::checked(items.clone()).map_or_else(|faults| faults.iter().map(say).collect(), |_| vec![])
}

/// One line for each item, as the difference shows them.
pub fn readable(body: &str) -> String {
    let items = rows(body);
    let mut text = String::new();
    for (page, heading) in PAGES {
        for (place, item) in items.iter().filter(|i| i.id.page() == page).enumerate() {
            let digits = item.digits.map_or(String::new(), |n| format!("　{n}桁"));
            let (place, ask) = (place + 1, ask_label(item.ask));
            text += &format!("{heading}　{place}　{}　{ask}{digits}　{}\n", item.label, item.hint);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shipped() -> String {
        Items::write(Items::load(None).unwrap().all().to_vec())
    }

    #[test]
    fn the_shipped_items_may_be_proposed_and_are_written_as_they_are_read() {
        assert_eq!(problems(&shipped()), Vec::<String>::new());
        assert_eq!(Items::write(rows(&shipped())), shipped());
    }

    #[test]
    fn every_fault_is_a_sentence_that_names_the_item() {
        let with = |id: ItemId, change: &dyn Fn(&mut Item)| {
            let mut items = rows(&shipped());
            change(items.iter_mut().find(|i| i.id == id).unwrap());
            problems(&Items::write(items)).concat()
        };
        assert!(with(ItemId::Branch, &|i| i.ask = Ask::No).starts_with("「支店」は「必ず聞く」"));
        assert!(with(ItemId::Pin, &|i| i.ask = Ask::Required).starts_with("暗証番号は「聞かない」"));
        assert!(with(ItemId::Relation, &|i| i.ask = Ask::Optional).contains("聞かないかを選んで"));
        assert!(with(ItemId::Premises, &|i| i.label.clear()).contains("エ 使用場所"));
        assert!(with(ItemId::Email, &|i| i.hint = "長".repeat(81)).contains("いま81文字"));
        assert!(with(ItemId::CustomerNumber, &|i| i.digits = Some(3)).contains("4〜20"));
        assert!(!problems("これは表ではない").is_empty());
    }
}
