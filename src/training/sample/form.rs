//! What somebody types into the form: an account at an institution and branch that exist, a town of the bureau's city.
use super::script::{Account, Typed};
use crate::{
    clock::jst,
    config::{AccountCapture, Ask, ItemId, Items},
    db::Conn,
    institutions::{self, Institution, Place},
    training::people::Person,
    web::Error,
    workspace::Workspace,
};

/// A filled-in form: the institution's name, and every field. The last two digits of the account say what the gateway
/// makes of it.
pub async fn filled_in(
    workspace: &Workspace,
    person: &Person,
    digits: &str,
) -> Result<(String, Vec<(&'static str, String)>), Error> {
    let (institution, account) = account(workspace, person, digits, (None, Typed::default())).await?;
    let towns = towns(workspace).await?;
    let mut fields = answers(workspace, person, home(person, None, &towns)?, Typed::default());
    fields.extend(account);
    Ok((institution, fields))
}

/// The institution, and how its account is typed: a branch that exists, and a number that ends in these digits. `fixed` is
/// the code of an institution that it must be.
pub(super) async fn account(
    workspace: &Workspace,
    person: &Person,
    digits: &str,
    (fixed, typed): (Option<&'static str>, Typed),
) -> Result<(String, Vec<(&'static str, String)>), Error> {
    let now = workspace.clock.now();
    let pick = person.customer_number.bytes().map(usize::from).sum::<usize>();
    let capture = workspace.settings.institutions.clone();
    let read = move |conn: &mut Conn| {
        let today = jst(now).date();
        let by_form = |code: &str| {
            let set = capture.get(code);
            set.is_none_or(|i| i.account_capture == AccountCapture::Form)
        };
        let all = institutions::all(conn, today)?;
        let wanted = |i: &Institution| match typed.place {
            Account::Branch => false,
            Account::Yucho => i.is_yucho() && by_form(&i.code),
            Account::Captured => !by_form(&i.code),
        };
        // A bureau may have none of that kind.
        if let Some(i) = all.iter().find(|i| wanted(i)) {
            return Ok::<_, Error>((i.code.clone(), i.name.clone(), None));
        }
        let all: Vec<_> = all.into_iter().filter(|i| !i.is_yucho() && by_form(&i.code)).collect();
        let certain = all.iter().find(|i| fixed == Some(i.code.as_str()));
        let institution = certain.or(all.get(pick % all.len().max(1))).ok_or(Error::NotFound)?;
        let branches = institutions::branches_of(conn, &institution.code)?;
        let branch = branches
            .keys()
            .nth(pick % branches.len().max(1))
            .ok_or(Error::NotFound)?;
        Ok((institution.code.clone(), institution.name.clone(), Some(branch.clone())))
    };
    let (code, name, branch) = workspace.db.read(read).await?;
    let number = format!("{}{digits}", &person.customer_number[5..]);
    let deposit_type = deposit_type(workspace, &code, typed);
    let mut fields = vec![("institution", code)];
    match (branch, typed.place) {
        (Some(branch), _) => fields.extend([
            ("branch", branch),
            ("deposit_type", deposit_type.to_owned()),
            ("account_number", number),
        ]),
        (None, Account::Yucho) => fields.extend(yucho(&number)),
        (None, _) => return Ok((name, fields)),
    }
    fields.extend(holder(person, typed));
    Ok((name, fields))
}

/// 普通, or 当座 where the institution serves it.
fn deposit_type(workspace: &Workspace, code: &str, typed: Typed) -> &'static str {
    let served = workspace.settings.institutions.get(code).map(|i| &i.deposit_types);
    let is_served = served.is_none_or(|types| types.is_empty() || types.iter().any(|one| one == "2"));
    if typed.current_account && is_served { "2" } else { "1" }
}

/// 記号 and 番号 of an account whose number at other institutions is this one. Whether the digits are right is not asked
/// again: that question was answered.
fn yucho(number: &str) -> [(&'static str, String); 3] {
    const SYMBOL: &str = "14030";
    let number = format!("{number}1");
    let seen = format!("{SYMBOL}-{number}");
    [
        ("yucho_symbol", SYMBOL.to_owned()),
        ("yucho_number", number),
        ("check_digit_seen", seen),
    ]
}

fn holder(person: &Person, typed: Typed) -> Vec<(&'static str, String)> {
    if !typed.other_holder {
        return vec![("holder", "same".to_owned())];
    }
    vec![
        ("holder", "other".to_owned()),
        ("holder_name", format!("{}　{}", person.family.0, "幸子")),
        ("holder_kana", format!("{}　{}", person.family.1, "サチコ")),
    ]
}

/// Where people may live: towns of the bureau's city.
pub async fn towns(workspace: &Workspace) -> Result<Vec<Place>, Error> {
    let city = workspace.site.bureau.city.clone();
    let read = move |conn: &mut Conn| Ok::<_, Error>(institutions::places_of(conn, &city)?);
    workspace.db.read(read).await
}

/// The town of the cases, where the bureau has it, so that what is told of them stays.
const OF_CASES: &str = "9400062";

/// The customer number alone chooses, so that the same people live at the same places.
pub(super) fn home<'a>(person: &Person, case: Option<&str>, towns: &'a [Place]) -> Result<&'a Place, Error> {
    let of_cases = towns.iter().find(|place| place.postal_code == OF_CASES);
    let number: u64 = person.customer_number.parse().unwrap_or_default();
    // Numbers follow one another; the towns shall not.
    let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let any = towns.get(spread as usize % towns.len().max(1));
    let found = if case.is_some() { of_cases.or(any) } else { any };
    found.ok_or(Error::NotFound)
}

/// Everything that the form may ask of a person.
pub(super) fn answers(
    workspace: &Workspace,
    person: &Person,
    home: &Place,
    typed: Typed,
) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    let mut all = vec![
        ("application_kind", text(if typed.change { "change" } else { "new" })),
        ("customer_number", person.customer_number.clone()),
        ("postal_code", home.postal_code.clone()),
        ("town", format!("{}{}", home.city, home.town)),
        ("block", person.block.clone()),
        ("building", String::new()),
        ("name_style", text("split")),
        ("family_name", person.family.0.clone()),
        ("given_name", person.given.0.clone()),
        ("family_kana", person.family.1.clone()),
        ("given_kana", person.given.1.clone()),
        ("name_changed", text("no")),
        ("relation", text(if typed.other_holder { "family" } else { "self" })),
    ];
    all.extend(contact(&workspace.items, person, typed));
    all
}

/// How one is reached. What the bureau does not ask, or must have, decides before what somebody would like.
fn contact(items: &Items, person: &Person, typed: Typed) -> Vec<(&'static str, String)> {
    let ask = |id| items.asked(id).map(|item| item.ask);
    let landline =
        typed.landline && ask(ItemId::PhoneHome).is_some() && ask(ItemId::PhoneMobile) != Some(Ask::Required);
    let phone = match landline {
        // 0258-00: no exchange begins with 0, so it is nobody's.
        true => ("phone_home", format!("0258-00-{}", &person.mobile[9..])),
        false => ("phone_mobile", person.mobile.clone()),
    };
    if typed.mail || ask(ItemId::Email) == Some(Ask::Required) {
        let address = format!("u{}@example.jp", person.customer_number);
        return vec![phone, ("notice", "mail".to_owned()), ("email", address)];
    }
    vec![phone, ("notice", "site".to_owned())]
}
