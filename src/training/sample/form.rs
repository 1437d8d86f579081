//! What somebody types into the form: an account at an institution and branch that exist, a town of the bureau's city.
use crate::{
    clock::jst,
    db::Conn,
    institutions::{self, Place},
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
    let (institution, account) = account(workspace, person, digits, None).await?;
    let towns = towns(workspace).await?;
    let mut fields = answers(person, home(person, None, &towns)?);
    fields.extend(account);
    Ok((institution, fields))
}

/// The institution, and how its account is typed: a branch that exists, and a number that ends in these digits. `fixed` is
/// the code of an institution that it must be.
pub(super) async fn account(
    workspace: &Workspace,
    person: &Person,
    digits: &str,
    fixed: Option<&'static str>,
) -> Result<(String, Vec<(&'static str, String)>), Error> {
    let now = workspace.clock.now();
    let pick = person.customer_number.bytes().map(usize::from).sum::<usize>();
    let capture = workspace.settings.institutions.clone();
    let read = move |conn: &mut Conn| {
        let today = jst(now).date();
        let by_form = |code: &str| {
            let set = capture.get(code);
            set.is_none_or(|i| i.account_capture == crate::config::AccountCapture::Form)
        };
        let all = institutions::all(conn, today)?;
        let all: Vec<_> = all.into_iter().filter(|i| !i.is_yucho() && by_form(&i.code)).collect();
        let certain = all.iter().find(|i| fixed == Some(i.code.as_str()));
        let institution = certain.or(all.get(pick % all.len().max(1))).ok_or(Error::NotFound)?;
        let branches = institutions::branches_of(conn, &institution.code)?;
        let branch = branches
            .keys()
            .nth(pick % branches.len().max(1))
            .ok_or(Error::NotFound)?;
        Ok::<_, Error>((institution.code.clone(), institution.name.clone(), branch.clone()))
    };
    let (code, name, branch) = workspace.db.read(read).await?;
    let number = format!("{}{digits}", &person.customer_number[5..]);
    let fields = vec![
        ("institution", code),
        ("branch", branch),
        ("deposit_type", "1".to_owned()),
        ("account_number", number),
        ("holder", "same".to_owned()),
    ];
    Ok((name, fields))
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
pub(super) fn answers(person: &Person, home: &Place) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("application_kind", text("new")),
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
        ("phone_mobile", person.mobile.clone()),
        ("relation", text("self")),
        ("notice", text("site")),
    ]
}
