//! The entries of the public page of questions: made from answers by one person, approved by another, as all texts are.
use super::readable;
use crate::{
    accounts::{self, Staff, Verdict, VersionState},
    db::Conn,
    inquiries::{
        model::{self, Category, MessageKind},
        store::{self, FaqEntry, Words},
        views,
    },
    texts::has_personal,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// The longest question.
const LONGEST: usize = 100;

/// What stands in the form of an entry.
pub struct FaqForm {
    pub question: String,
    pub answer: String,
    pub category: String,
    /// Why the second person refuses it.
    pub refusal: String,
}

impl FaqForm {
    fn of(entry: &FaqEntry) -> Self {
        Self {
            question: entry.question.clone(),
            answer: entry.answer.clone(),
            category: entry.category.as_str().into(),
            refusal: String::new(),
        }
    }
    fn typed(form: &FormBody) -> Self {
        Self {
            question: form.get("question").trim().to_owned(),
            answer: model::tidy(form.get("answer")),
            category: form.get("category").to_owned(),
            refusal: String::new(),
        }
    }

    /// What is wrong; what looks like a person's goes on the page of nobody.
    fn problems(&self) -> Vec<FieldError> {
        let mut errors = vec![];
        let length = self.question.chars().count();
        if length == 0 {
            errors.push(FieldError::new("question", "質問を入力してください"));
        } else if length > LONGEST {
            let sentence = format!("質問は、{LONGEST}文字以内で入力してください（いま{length}文字です）");
            errors.push(FieldError::new("question", sentence));
        }
        model::read_body("answer", "答え", &self.answer, &mut errors);
        if Category::from_word(&self.category).is_none() {
            errors.push(FieldError::new("category", "種類を選んでください"));
        }
        for (field, label, text) in [("question", "質問", &self.question), ("answer", "答え", &self.answer)] {
            if has_personal(text) && FieldError::of(&errors, field).is_none() {
                let sentence = format!(
                    "{label}を確かめてください。電話番号・口座番号・メールアドレスのように見える文字があります。水道局の電話番号は{{{{phone}}}}で差し込めます"
                );
                errors.push(FieldError::new(field, sentence));
            }
        }
        errors
    }
}

fn path(id: &str) -> String {
    format!("/questions/{id}")
}

/// `GET /questions`
pub async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let keys = workspace.keys.clone();
    let mut list = workspace.db.read(move |conn| store::entries(conn, &keys)).await?;
    // A draft may still hold what a citizen said.
    list.retain(|entry| entry.state != VersionState::Draft || entry.made_by == staff.word());
    Ok(html(views::entries(&site, &staff, &list)))
}

/// `POST /questions`: an empty draft, one from the last answer of an inquiry, or one that changes an entry.
pub async fn create(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let (inquiry, replaces) = (form.get("inquiry").to_owned(), form.get("replaces").to_owned());
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let (mut question, mut answer, mut category) = (String::new(), String::new(), Category::Other);
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(id) = some(&inquiry) {
            let from = readable(conn, &staff, &id)?;
            let said = store::messages_of(conn, &world.keys, &id)?;
            let last = |kind| {
                said.iter()
                    .rev()
                    .find(|m| m.kind == kind)
                    .map(|m| m.body.clone())
                    .unwrap_or_default()
            };
            question = last(MessageKind::Asked)
                .chars()
                .take(LONGEST)
                .collect::<String>()
                .replace('\n', " ");
            answer = last(MessageKind::Reply);
            category = from.category;
        } else if let Some(id) = some(&replaces) {
            let before = store::find_entry(conn, &world.keys, &id)?;
            (question, answer, category) = (before.question, before.answer, before.category);
        }
        let words = Words {
            question: &question,
            answer: &answer,
            category,
        };
        let from = (some(&inquiry), some(&replaces));
        let id = store::add_entry(
            conn,
            &world.keys,
            &words,
            (from.0.as_deref(), from.1.as_deref()),
            &staff.word(),
            now,
        )?;
        staff.record(conn, now, "faq.drafted", &format!("faq/{id}"), "")?;
        Ok::<_, Error>(id)
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&path(&id)))
}

const OF_ITS_MAKER: &str =
    "作りかけの案は、作った人だけが見られます。却下された案は、作った人と却下した人だけが見られます。";

async fn page(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    typed: Option<FaqForm>,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let (world, id, by) = (workspace.clone(), id.to_owned(), staff.word());
    let read = move |conn: &mut Conn| {
        let entry = store::find_entry(conn, &world.keys, &id)?;
        // A draft, and what was refused, may hold what a citizen said.
        let decider = entry.decided_by.as_ref() == Some(&by);
        let is_open = match entry.state {
            VersionState::Draft => entry.made_by == by,
            VersionState::Refused => entry.made_by == by || decider,
            VersionState::Proposed | VersionState::Approved => true,
        };
        if !is_open {
            return Err(Error::Denied(OF_ITS_MAKER));
        }
        let maker = accounts::name_of(conn, &world.keys, &entry.made_by)?;
        Ok::<_, Error>((entry, maker))
    };
    let (entry, maker) = workspace.db.read(read).await?;
    let form = typed.unwrap_or_else(|| FaqForm::of(&entry));
    let problems = FaqForm::of(&entry).problems();
    let preview = (workspace.site.fill(&entry.question), workspace.site.fill(&entry.answer));
    let markup = views::entry(
        site,
        staff,
        &entry,
        &maker,
        &form,
        ((&preview.0, &preview.1), &problems),
        errors,
    );
    Ok(if errors.is_empty() {
        html(markup)
    } else {
        unprocessable(markup)
    })
}

/// `GET /questions/{id}`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    page(&workspace, &site, &staff, &id, None, &[]).await
}

/// `POST /questions/{id}`: other words in one's own draft.
pub async fn update(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = FaqForm::typed(&form);
    let errors = typed.problems();
    let Some(category) = Category::from_word(&typed.category).filter(|_| errors.is_empty()) else {
        return page(&workspace, &site, &staff, &id, Some(typed), &errors).await;
    };
    let (world, now, to) = (workspace.clone(), workspace.clock.now(), path(&id));
    let write = move |conn: &mut Conn| {
        let words = Words {
            question: &typed.question,
            answer: &typed.answer,
            category,
        };
        if !store::update_entry(conn, &world.keys, &id, &words, &staff.word())? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "faq.changed", &format!("faq/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&to))
}

/// `POST /questions/{id}/proposal`: only what has no problem goes on.
pub async fn propose(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let (world, now, to) = (workspace.clone(), workspace.clock.now(), path(&id));
    let write = move |conn: &mut Conn| {
        let entry = store::find_entry(conn, &world.keys, &id)?;
        let right = FaqForm::of(&entry).problems().is_empty();
        if !right || !store::propose_entry(conn, &id, &staff.word())? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "faq.proposed", &format!("faq/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&to))
}

const OVERTAKEN: &str =
    "もとの質問は、ほかの案で直されたか、公開をやめています。却下して、いまの質問から案を作り直してください";

/// Whether what a proposal replaces is gone.
async fn is_overtaken(workspace: &Data<Workspace>, id: &str) -> Result<bool, Error> {
    let (keys, id) = (workspace.keys.clone(), id.to_owned());
    let read = move |conn: &mut Conn| {
        let entry = store::find_entry(conn, &keys, &id)?;
        match entry.replaces.filter(|_| entry.state == VersionState::Proposed) {
            Some(before) => Ok(!store::is_shown(conn, &before)?),
            None => Ok::<_, Error>(false),
        }
    };
    workspace.db.read(read).await
}

/// `POST /questions/{id}/decision`: by somebody else than its maker. Why it is refused may speak of a person, and stands in
/// no audit entry.
pub async fn decide(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let verdict = Verdict::read(&form, &mut errors)?;
    if verdict.is_approval() && is_overtaken(&workspace, &id).await? {
        errors.push(FieldError::new("decision", OVERTAKEN));
    }
    let (keys, asked) = (workspace.keys.clone(), id.clone());
    let read = move |conn: &mut Conn| store::find_entry(conn, &keys, &asked);
    let entry = workspace.db.read(read).await?;
    if entry.state != VersionState::Proposed || entry.made_by == staff.word() {
        return Err(Error::Conflict);
    }
    if !errors.is_empty() {
        let mut typed = FaqForm::of(&entry);
        typed.refusal = form.get("refusal").to_owned();
        return page(&workspace, &site, &staff, &id, Some(typed), &errors).await;
    }
    let (world, now, to) = (workspace.clone(), workspace.clock.now(), path(&id));
    let write = move |conn: &mut Conn| {
        if !store::decide_entry(conn, &world.keys, &id, &staff.word(), &verdict, now)? {
            return Err(Error::Conflict);
        }
        let action = format!("faq.{}", verdict.state().as_str());
        staff.record(conn, now, &action, &format!("faq/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&to))
}

/// `POST /questions/{id}/retirement`
pub async fn retire(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let entry = store::find_entry(conn, &world.keys, &id)?;
        if entry.state != VersionState::Approved || !store::retire_entry(conn, &id, now)? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "faq.retired", &format!("faq/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/questions"))
}
