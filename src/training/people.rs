//! Invented people, from fixed lists and a number alone. Their phone numbers are given to nobody (070-0000, 080-0000 and
//! 090-0000 are not assigned), their towns exist, their houses do not.
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Family name and its kana; among them what gives trouble: one name written in several ways, one character, three. Every
/// character is in CP932; the two people whose name is not are named in `sample`.
const FAMILIES: [(&str, &str); 36] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡辺", "ワタナベ"),
    ("渡邉", "ワタナベ"),
    ("渡邊", "ワタナベ"),
    ("伊藤", "イトウ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("山口", "ヤマグチ"),
    ("斎藤", "サイトウ"),
    ("斉藤", "サイトウ"),
    ("齋藤", "サイトウ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("清水", "シミズ"),
    ("長谷川", "ハセガワ"),
    ("五十嵐", "イガラシ"),
    ("星野", "ホシノ"),
    ("関", "セキ"),
    ("丸山", "マルヤマ"),
    ("諸橋", "モロハシ"),
    ("小国", "オグニ"),
    ("桑原", "クワバラ"),
    ("柳", "ヤナギ"),
    ("勅使河原", "テシガワラ"),
    ("阿部", "アベ"),
];

const GIVEN: [(&str, &str); 24] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("誠", "マコト"),
    ("陽子", "ヨウコ"),
    ("健", "ケン"),
    ("美咲", "ミサキ"),
    ("大輔", "ダイスケ"),
    ("恵", "メグミ"),
    ("翔", "ショウ"),
    ("節子", "セツコ"),
    ("幸一", "コウイチ"),
    ("由美", "ユミ"),
    ("隆", "タカシ"),
    ("さくら", "サクラ"),
    ("一郎", "イチロウ"),
    ("和子", "カズコ"),
    ("蓮", "レン"),
    ("結衣", "ユイ"),
    ("茂", "シゲル"),
    ("ひろみ", "ヒロミ"),
    ("悠真", "ユウマ"),
    ("千代", "チヨ"),
    ("雄介", "ユウスケ"),
    ("文", "フミ"),
];

/// One invented person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub family: (String, String),
    pub given: (String, String),
    /// As one types it, with hyphens.
    pub mobile: String,
    /// Ten digits.
    pub customer_number: String,
    pub block: String,
}

/// Gives one person after the other; the same seed gives the same people.
pub struct People {
    rng: StdRng,
    count: u64,
    base: u64,
}

/// More people than a class ever has.
const ASIDE: u64 = 1_000_000;

fn pair((kanji, kana): (&str, &str)) -> (String, String) {
    (kanji.to_owned(), kana.to_owned())
}

impl People {
    pub fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let base = rng.random_range(10_000_000..80_000_000);
        Self { rng, count: 0, base }
    }

    /// Others than those of [`People::new`] with the same seed, so that more of them change nothing there.
    pub fn aside(seed: u64) -> Self {
        let base = Self::new(seed).base + ASIDE;
        let rng = StdRng::seed_from_u64(!seed);
        Self { rng, count: 0, base }
    }

    pub fn another(&mut self) -> Person {
        self.count += 1;
        let family = pair(FAMILIES[self.pick(FAMILIES.len())]);
        let given = pair(GIVEN[self.pick(GIVEN.len())]);
        let head = ["070", "080", "090"][self.pick(3)];
        Person {
            family,
            given,
            mobile: format!("{head}-0000-{:04}", self.rng.random_range(1000..10_000)),
            // Each is another, whatever chance says.
            customer_number: format!("90{:08}", self.base + self.count),
            block: format!("{}-{}", self.rng.random_range(1..6), self.rng.random_range(1..30)),
        }
    }

    pub fn named(&mut self, family: (&str, &str), given: (&str, &str)) -> Person {
        Person {
            family: pair(family),
            given: pair(given),
            ..self.another()
        }
    }

    /// A place in a list of so many.
    pub fn pick(&mut self, of: usize) -> usize {
        self.rng.random_range(0..of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_gives_the_same_people_and_no_customer_number_twice() {
        let some = |seed| {
            let mut people = People::new(seed);
            (0..500).map(|_| people.another()).collect::<Vec<_>>()
        };
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
        let numbers: BTreeSet<String> = some(7).into_iter().map(|p| p.customer_number).collect();
        assert_eq!(numbers.len(), 500);
        let mut others = People::aside(7);
        assert!((0..500).all(|_| !numbers.contains(&others.another().customer_number)));
    }

    #[test]
    fn every_name_of_the_lists_can_be_written_into_the_bureau_s_files() {
        for (name, _) in FAMILIES.iter().chain(&GIVEN) {
            let encoded = crate::japan::cp932::encode(name, &std::collections::BTreeMap::new());
            assert!(encoded.problems.is_empty(), "{name}");
        }
    }

    #[test]
    fn nobody_has_an_invented_phone_number() {
        let mut people = People::new(1);
        for _ in 0..500 {
            let mobile = people.another().mobile;
            assert_eq!(&mobile[3..9], "-0000-", "{mobile}");
        }
    }
}
