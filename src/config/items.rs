//! The items of the form (N8.2): which are asked, how, and in which order.
use super::{ConfigError, Source};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

/// The items ア–テ of the specification, and the applicant's relation to the user (`ux.md` rule 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    Required,
    Optional,
    No,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub id: ItemId,
    pub ask: Ask,
    pub label: String,
    pub hint: String,
    /// For a number: how many digits it has.
    pub digits: Option<usize>,
}

/// The items in their order on the pages.
#[derive(Clone, Debug)]
pub struct Items(Vec<Item>);

const BUILT_IN: &str = include_str!("../../assets/defaults/items.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    item: Vec<Spanned<RawItem>>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: Spanned<ItemId>,
    ask: Spanned<Ask>,
    label: Spanned<String>,
    #[serde(default)]
    hint: String,
    digits: Option<Spanned<usize>>,
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
const LONGEST_LABEL: usize = 30;

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
        let file: File = source.parse()?;
        let mut items: Vec<Item> = vec![];
        for spanned in file.item {
            let span = spanned.span();
            let raw = spanned.into_inner();
            if items.iter().any(|i| i.id == *raw.id.get_ref()) {
                return Err(source.at(
                    span,
                    format!("the item {:?} stands twice; remove one", raw.id.get_ref()),
                ));
            }
            items.push(raw.checked(source)?);
        }
        for needed in ALWAYS {
            let found = items.iter().find(|i| i.id == needed);
            if found.is_none_or(|i| i.ask != Ask::Required) {
                let what = format!(
                    "the item {needed:?} must stand here with ask = \"required\": without it nothing can be registered"
                );
                return Err(source.at(0..0, what));
            }
        }
        let is_phone = |i: &&Item| matches!(i.id, ItemId::PhoneHome | ItemId::PhoneWork | ItemId::PhoneMobile);
        if items.iter().filter(is_phone).all(|i| i.ask == Ask::No) {
            let what = "one phone item must be asked: its last four digits open the receipt look-up";
            return Err(source.at(0..0, what));
        }
        Ok(Self(items))
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

impl RawItem {
    fn checked(self, source: &Source) -> Result<Item, ConfigError> {
        let (id, ask) = (*self.id.get_ref(), *self.ask.get_ref());
        if id == ItemId::Pin && ask != Ask::No {
            let what = "the PIN is typed only on the institution's page and can never be asked here; set ask = \"no\"";
            return Err(source.at(self.ask.span(), what));
        }
        if ask == Ask::Optional && NEVER_OPTIONAL.contains(&id) {
            let what = format!("the item {id:?} cannot be optional; set ask = \"required\" or ask = \"no\"");
            return Err(source.at(self.ask.span(), what));
        }
        let length = self.label.get_ref().chars().count();
        if length == 0 || length > LONGEST_LABEL {
            let what = format!("a label has 1 to {LONGEST_LABEL} characters; this one has {length}");
            return Err(source.at(self.label.span(), what));
        }
        if let Some(digits) = &self.digits
            && !(4..=20).contains(digits.get_ref())
        {
            return Err(source.at(digits.span(), "digits must be 4 to 20"));
        }
        Ok(Item {
            id,
            ask,
            label: self.label.into_inner(),
            hint: self.hint,
            digits: self.digits.map(Spanned::into_inner),
        })
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
            error.contains(&format!("line {}", line_of("id = \"pin\"") + 1)) && error.contains("never be asked"),
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
