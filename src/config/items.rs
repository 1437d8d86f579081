//! The items of the form (N8.2): which are asked, how, and in which order.
use super::{ConfigError, Source};
use serde::{Deserialize, Serialize};
use std::path::Path;
use toml::Spanned;

/// The items ア–テ of the specification, and the applicant's relation to the user (`ux.md` rule 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemId {
    /// ア 申込区分
    ApplicationKind,
    /// イ お問い合わせ番号
    CustomerNumber,
    /// ウ 使用場所の郵便番号
    PostalCode,
    /// エ 使用場所
    Premises,
    /// オ 使用者氏名（漢字）
    UserName,
    /// カ 使用者氏名（カナ）
    UserKana,
    /// キ 旧使用者氏名（漢字）
    OldName,
    /// ク 旧使用者氏名（カナ）
    OldKana,
    /// ケ 電話（自宅）
    PhoneHome,
    /// コ 電話（勤務先）
    PhoneWork,
    /// サ 電話（携帯）
    PhoneMobile,
    /// シ 水道使用開始日
    StartDate,
    /// ス 金融機関・支店
    Branch,
    /// セ 預金種別
    DepositType,
    /// ソ 口座番号
    AccountNumber,
    /// タ 口座名義人（漢字）
    HolderName,
    /// チ 口座名義人（カナ）
    HolderKana,
    /// ツ 暗証番号: only ever the sentence that it is typed at the institution.
    Pin,
    /// テ メールアドレス
    Email,
    Relation,
}

/// The pages that hold items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageId {
    Number,
    Place,
    Name,
    Former,
    Contact,
    Account,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    Required,
    Optional,
    No,
}

/// One item as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: ItemId,
    pub ask: Ask,
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// For a number: how many digits it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<usize>,
}

/// The items in their order on the pages; without a fault, but where somebody looks at a draft ([`Items::drafted`]).
#[derive(Clone, Debug)]
pub struct Items(Vec<Item>);

const BUILT_IN: &str = include_str!("../../assets/defaults/items.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spans {
    item: Vec<Spanned<Item>>,
}
/// What is written down of all items.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    item: Vec<Item>,
}

/// Without these no account can be registered or found again.
const ALWAYS: [ItemId; 7] = [
    ItemId::ApplicationKind,
    ItemId::CustomerNumber,
    ItemId::UserName,
    ItemId::UserKana,
    ItemId::Branch,
    ItemId::AccountNumber,
    ItemId::HolderKana,
];
/// The form asks for these or it does not; what it asks is needed where it is asked.
const NEVER_OPTIONAL: [ItemId; 5] = [
    ItemId::OldName,
    ItemId::OldKana,
    ItemId::HolderName,
    ItemId::Relation,
    ItemId::DepositType,
];
/// Characters of a label.
pub const LONGEST_LABEL: usize = 30;
/// Characters of a hint: two lines of a phone.
pub const LONGEST_HINT: usize = 80;

/// What keeps a table of items from being used. It is said in the settings' English here, in staff's words by `texts`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemFault {
    #[error("the item {0:?} stands twice; remove one")]
    Twice(ItemId),
    #[error("the item {0:?} must stand here with ask = \"required\": without it nothing can be registered")]
    Needed(ItemId),
    #[error("one phone item must be asked: its last four digits open the receipt look-up")]
    NoPhone,
    #[error("the PIN is typed only on the institution's page and can never be asked here; set ask = \"no\"")]
    Pin,
    #[error("the item {0:?} cannot be optional; set ask = \"required\" or ask = \"no\"")]
    NeverOptional(ItemId),
    #[error("a label has 1 to {LONGEST_LABEL} characters; this one has {1}")]
    Label(ItemId, usize),
    #[error("a hint has at most {LONGEST_HINT} characters; this one has {1}")]
    Hint(ItemId, usize),
    #[error("digits must be 4 to 20")]
    Digits(ItemId),
}

impl ItemFault {
    /// The item that it is about.
    pub fn item(&self) -> Option<ItemId> {
        match self {
            Self::NoPhone => None,
            Self::Pin => Some(ItemId::Pin),
            Self::Twice(id) | Self::Needed(id) | Self::NeverOptional(id) | Self::Digits(id) => Some(*id),
            Self::Label(id, _) | Self::Hint(id, _) => Some(*id),
        }
    }
}

impl ItemId {
    /// The page an item stands on.
    pub fn page(self) -> PageId {
        use ItemId::*;
        match self {
            ApplicationKind | CustomerNumber => PageId::Number,
            PostalCode | Premises | StartDate => PageId::Place,
            UserName | UserKana => PageId::Name,
            OldName | OldKana => PageId::Former,
            PhoneHome | PhoneWork | PhoneMobile | Relation | Email => PageId::Contact,
            Branch | DepositType | AccountNumber | HolderName | HolderKana | Pin => PageId::Account,
        }
    }

    /// Its word in the settings, `user_name`.
    pub fn word(self) -> String {
        let word = serde_json::to_value(self).ok();
        word.and_then(|w| w.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether an item may be asked in this way at all.
    pub fn may_be(self, ask: Ask) -> bool {
        match ask {
            Ask::No => !ALWAYS.contains(&self),
            Ask::Optional => self != ItemId::Pin && !ALWAYS.contains(&self) && !NEVER_OPTIONAL.contains(&self),
            Ask::Required => self != ItemId::Pin,
        }
    }
}

impl Item {
    fn faults(&self, faults: &mut Vec<ItemFault>) {
        let (id, label, hint) = (self.id, self.label.chars().count(), self.hint.chars().count());
        match self.ask {
            Ask::No if id == ItemId::Pin => {}
            _ if id == ItemId::Pin => faults.push(ItemFault::Pin),
            ask if ALWAYS.contains(&id) && ask != Ask::Required => faults.push(ItemFault::Needed(id)),
            Ask::Optional if NEVER_OPTIONAL.contains(&id) => faults.push(ItemFault::NeverOptional(id)),
            _ => {}
        }
        if label == 0 || label > LONGEST_LABEL {
            faults.push(ItemFault::Label(id, label));
        }
        if hint > LONGEST_HINT {
            faults.push(ItemFault::Hint(id, hint));
        }
        if self.digits.is_some_and(|digits| !(4..=20).contains(&digits)) {
            faults.push(ItemFault::Digits(id));
        }
    }
}

impl Items {
    /// The bureau's file, or the built-in table.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        match path {
            Some(path) => Self::parse(&Source::read(path)?),
            None => Self::parse(&Source::built_in("items.toml (built in)", BUILT_IN)),
        }
    }

    fn parse(source: &Source) -> Result<Self, ConfigError> {
        let spans: Spans = source.parse()?;
        let items: Vec<Item> = spans.item.iter().map(|s| s.get_ref().clone()).collect();
        Self::checked(items).map_err(|faults| {
            let fault = &faults[0];
            // The last of two that stand for the same item is the one too many.
            let place = spans.item.iter().rev().find(|s| Some(s.get_ref().id) == fault.item());
            source.at(place.map_or(0..0, Spanned::span), fault.to_string())
        })
    }

    /// These items, or what is wrong with them (at least one fault).
    pub fn checked(items: Vec<Item>) -> Result<Self, Vec<ItemFault>> {
        let mut faults = vec![];
        for (place, item) in items.iter().enumerate() {
            if items[..place].iter().any(|earlier| earlier.id == item.id) {
                faults.push(ItemFault::Twice(item.id));
            }
            item.faults(&mut faults);
        }
        let is_missing = |id: &&ItemId| items.iter().all(|i| i.id != **id);
        faults.extend(ALWAYS.iter().filter(is_missing).map(|id| ItemFault::Needed(*id)));
        let is_phone = |i: &&Item| matches!(i.id, ItemId::PhoneHome | ItemId::PhoneWork | ItemId::PhoneMobile);
        if items.iter().filter(is_phone).all(|i| i.ask == Ask::No) {
            faults.push(ItemFault::NoPhone);
        }
        if faults.is_empty() {
            Ok(Self(items))
        } else {
            Err(faults)
        }
    }

    /// Items of a draft, right or not: to be looked at, never to be asked.
    pub fn drafted(items: Vec<Item>) -> Self {
        Self(items)
    }

    /// What a table of items says, right or not; `None` if it is no such table.
    pub fn read(text: &str) -> Option<Vec<Item>> {
        toml::from_str::<Table>(text).ok().map(|table| table.item)
    }

    /// The text that [`Items::read`] reads.
    pub fn write(items: Vec<Item>) -> String {
        // A table of words and numbers can always be written down.
        toml::to_string(&Table { item: items }).unwrap_or_default()
    }

    /// Every item in order, also those that are not asked.
    pub fn all(&self) -> &[Item] {
        &self.0
    }
    /// The asked items of one page, in order.
    pub fn on(&self, page: PageId) -> impl Iterator<Item = &Item> {
        self.0.iter().filter(move |i| i.id.page() == page && i.ask != Ask::No)
    }
    /// An item, if it is asked.
    pub fn asked(&self, id: ItemId) -> Option<&Item> {
        self.0.iter().find(|i| i.id == id && i.ask != Ask::No)
    }
    /// Its label, asked or not.
    pub fn label(&self, id: ItemId) -> &str {
        self.0.iter().find(|i| i.id == id).map_or("", |i| i.label.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> Result<Items, String> {
        Items::parse(&Source::built_in("items.toml", text)).map_err(|e| e.to_string())
    }

    #[test]
    fn the_built_in_table_asks_every_item_but_the_pin() {
        let items = parse(BUILT_IN).unwrap();
        assert_eq!(items.0.len(), 20);
        assert!(items.asked(ItemId::Pin).is_none());
    }

    #[test]
    fn a_wrong_item_is_refused_with_its_line() {
        let line_of = |needle: &str| BUILT_IN.lines().position(|l| l.contains(needle)).unwrap() + 1;
        let pin = BUILT_IN.replace("id = \"pin\"\nask = \"no\"", "id = \"pin\"\nask = \"required\"");
        let error = parse(&pin).unwrap_err();
        assert!(
            error.contains(&format!("line {}", line_of("id = \"pin\"") - 1)) && error.contains("never be asked"),
            "{error}"
        );
        let unknown = BUILT_IN.replace("id = \"email\"", "id = \"mail\"");
        assert!(
            parse(&unknown)
                .unwrap_err()
                .contains(&format!("line {}", line_of("id = \"email\"")))
        );
        let twice = format!("{BUILT_IN}\n[[item]]\nid = \"email\"\nask = \"no\"\nlabel = \"x\"\n");
        assert!(parse(&twice).unwrap_err().contains("stands twice"));
        let optional = format!("{}\n", BUILT_IN).replace(
            "id = \"relation\"\nask = \"required\"",
            "id = \"relation\"\nask = \"optional\"",
        );
        assert!(parse(&optional).unwrap_err().contains("cannot be optional"));
        let missing = BUILT_IN.replace(
            "id = \"customer_number\"\nask = \"required\"",
            "id = \"customer_number\"\nask = \"optional\"",
        );
        assert!(parse(&missing).unwrap_err().contains("CustomerNumber"));
    }
}
