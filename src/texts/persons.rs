//! What looks like somebody's name, address or account in a text that goes to everybody. It knows the usual ways to write
//! them and no names: a bare name is not seen, and the page says so.
use unicode_normalization::UnicodeNormalization;

/// What follows a name.
const TITLES: [&str; 4] = ["様", "さま", "殿", "氏"];
/// Before a title, these name nobody: 「お客様」「皆さま」「使用者様」「ご本人様」「同様」「仕様」「そのさま」「おかげさま」「お子様」.
const NOBODY: [&str; 28] = [
    "客",
    "皆",
    "な",
    "者",
    "方",
    "人",
    "族",
    "係",
    "同",
    "仕",
    "多",
    "模",
    "異",
    "の",
    "に",
    "も",
    "を",
    "は",
    "が",
    "で",
    "おかげ",
    "お疲れ",
    "お世話",
    "お子",
    "世帯主",
    "会社",
    "ご苦労",
    "ごちそう",
];
/// After a title, these make another word of it: 「様式」「様子」「氏名」「さまざま」「殿堂」.
const ANOTHER_WORD: [char; 11] = ['々', '子', '式', '相', '態', '変', '名', '族', 'ざ', 'た', '堂'];
/// Words before an account's number.
const ACCOUNT: [&str; 5] = ["口座", "記号", "普通", "当座", "通帳"];
/// What stands between such a word and its number, and nothing else.
const BETWEEN: &str = "番号預金は:の- ー()";
/// Digits from which on it is a number and not 「下4桁」.
const DIGITS: usize = 4;

/// What is found, one sentence each.
pub fn findings(text: &str) -> Vec<String> {
    let plain: String = text.nfkc().collect();
    let mut found = vec![];
    if let Some(title) = TITLES.iter().find(|title| names_somebody(&plain, title)) {
        found.push(format!(
            "本文を確かめてください。「{title}」の前に、人の名前のように見える文字があります"
        ));
    }
    if has_address(&plain) {
        found.push(
            "本文を確かめてください。住所のように見える文字があります。水道局の住所は{{address}}で差し込めます"
                .to_owned(),
        );
    }
    found
}

/// Whether a word that is a name, or may be, stands before the title.
fn names_somebody(text: &str, title: &str) -> bool {
    text.match_indices(title).any(|(at, _)| {
        let before = text[..at].trim_end_matches(' ');
        let after = text[at + title.len()..].chars().next();
        let is_nobody = NOBODY.iter().any(|word| before.ends_with(word));
        let is_word = !is_nobody && before.chars().next_back().is_some_and(char::is_alphabetic);
        is_word && !after.is_some_and(|c| ANOTHER_WORD.contains(&c))
    })
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || "〇一二三四五六七八九十百".contains(c)
}

/// 「〒940」「2丁目」「三番地」.
fn has_address(text: &str) -> bool {
    let follows = |word: &str| {
        let mut places = text.match_indices(word);
        places.any(|(at, _)| {
            text[..at]
                .trim_end_matches(' ')
                .chars()
                .next_back()
                .is_some_and(is_number)
        })
    };
    let postal = text
        .split('〒')
        .skip(1)
        .any(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    postal || follows("丁目") || follows("番地")
}

/// Whether a number stands behind a word for an account, be it shorter than a phone's.
pub fn has_account(text: &str) -> bool {
    let plain: String = text.nfkc().collect();
    let is_near = |rest: &str| {
        let rest = rest.trim_start_matches(|c| BETWEEN.contains(c));
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        // 「口座は2026年12月から」 is a day.
        digits >= DIGITS && !rest[digits..].starts_with('年')
    };
    ACCOUNT.iter().any(|word| {
        let mut places = plain.match_indices(word);
        places.any(|(at, _)| is_near(&plain[at + word.len()..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_addresses_and_accounts_are_seen_however_they_are_written() {
        for personal in [
            "山田様",
            "山田　太郎 様から",
            "ヤマダ タロウ様",
            "やまだ たろうさま",
            "佐藤殿",
            "鈴木氏より",
            "〒940-0062",
            "〒 ９４０",
            "大手通2丁目",
            "三丁目",
            "12番地",
            "山本様",
            "はなこ様",
        ] {
            assert_eq!(findings(personal).len(), 1, "{personal}");
        }
        for account in ["口座番号：123456", "普通預金 12345", "記号（１２３４０）"] {
            assert!(has_account(account), "{account}");
        }
    }

    #[test]
    fn words_that_name_nobody_are_left_alone() {
        for harmless in [
            "お客様の申込み",
            "お客さまへ",
            "皆様、みなさま",
            "使用者様",
            "おかげさまで",
            "お疲れ様です",
            "お子様の",
            "世帯主様",
            "ご家族様",
            "同様に、仕様、様式、様子、さまざまな",
            "氏名、口座名義人の氏名",
            "そのさまを",
            "口座番号の下4桁",
            "口座の登録は2026年",
            "住所は{{address}}",
            "〒マーク、丁目と番地",
        ] {
            assert_eq!(findings(harmless), Vec::<String>::new(), "{harmless}");
            assert!(!has_account(harmless), "{harmless}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,200}") {
            let _ = (findings(&text), has_account(&text));
        }
    }
}
