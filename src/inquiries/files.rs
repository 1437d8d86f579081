//! Files beside an inquiry (S9): brought by a citizen or by staff, looked at by ClamAV, and opened only when it found nothing.
use super::{
    desk,
    store::{self, FileState, Inquiry},
};
use crate::{
    accounts::Staff,
    alarms,
    audit::{self, Actor},
    db::Conn,
    jobs::{self, JobError},
    uploads::{Clamd, Kind, Verdict, tidy_name},
    web::{Error, Uploaded},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY},
    web::{Data, Path},
};
use chrono::{Duration, NaiveDateTime};

/// Looks at the files that wait.
pub const SCAN_JOB: &str = "inquiries.scan";
/// Files of one inquiry.
const MOST: usize = 10;
/// Files that one run looks at.
const AT_ONCE: i64 = 20;
/// A file that waits longer is an incident of ClamAV.
const PATIENCE: Duration = Duration::minutes(30);
const ALARM: &str = "inquiries.files_wait";

/// Whether this bureau takes files: only with a virus check.
pub fn are_taken(workspace: &Workspace) -> bool {
    workspace.settings.clamav.is_some()
}

/// Why a file is not kept, as the address of the next page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    None,
    Kind,
    Size,
    Many,
}

impl Refusal {
    pub fn word(self) -> &'static str {
        match self {
            Refusal::None => "none",
            Refusal::Kind => "kind",
            Refusal::Size => "size",
            Refusal::Many => "many",
        }
    }
    pub fn sentence(word: &str) -> Option<&'static str> {
        Some(match word {
            "none" => "付けるファイルを選んでください",
            "kind" => "付けるファイルは、写真（JPEG、PNG）かPDFを選んでください",
            "size" => "付けるファイルは、10MB以内のものを選んでください",
            "many" => "付けるファイルは、1つの問合せに10個までです",
            _ => return None,
        })
    }
}

/// Keeps a file and puts the look at it into the queue: who brings it, and whether the citizen sees it.
pub fn keep(
    conn: &mut Conn,
    workspace: &Workspace,
    inquiry: &Inquiry,
    file: &Uploaded,
    (by, is_shown): (Actor, bool),
    now: NaiveDateTime,
) -> Result<Result<String, Refusal>, Error> {
    if file.bytes.is_empty() {
        return Ok(Err(Refusal::None));
    }
    let Some(kind) = Kind::of(&file.bytes) else {
        return Ok(Err(Refusal::Kind));
    };
    if store::files_of(conn, &inquiry.id)?.len() >= MOST {
        return Ok(Err(Refusal::Many));
    }
    let name = tidy_name(&file.name, kind);
    let content = (kind, name.as_str(), file.bytes.as_slice());
    let id = store::add_file(conn, &workspace.keys, &inquiry.id, content, (&by.word(), is_shown), now)?;
    store::add_event(conn, &inquiry.id, &by.word(), "file_added", kind.as_str(), now)?;
    audit::record(
        conn,
        now,
        by,
        "inquiry.file_added",
        &inquiry.subject(),
        &format!("file/{id}"),
    )?;
    jobs::enqueue(conn, now, SCAN_JOB, &id, now)?;
    Ok(Ok(id))
}

/// Looks at everything that waits. Where ClamAV does not answer the job comes again, and so does the standing one.
pub async fn scan(workspace: Workspace) -> Result<(), JobError> {
    let Some(clamav) = &workspace.settings.clamav else {
        return Ok(());
    };
    let waiting = workspace
        .db
        .read(|conn| Ok::<_, Error>(store::waiting_files(conn, AT_ONCE)?))
        .await?;
    // One that cannot be judged must not keep the others waiting.
    let mut failed: Option<(store::File, String)> = None;
    for file in waiting {
        let (keys, id) = (workspace.keys.clone(), file.id.clone());
        let content = workspace.db.read(move |conn| store::content(conn, &keys, &id)).await?;
        match Clamd(&clamav.address).scan(&content).await {
            Ok(verdict) => note(&workspace, file, verdict).await?,
            Err(error) if failed.is_none() => failed = Some((file, error.to_string())),
            Err(_) => {}
        }
    }
    if let Some((oldest, error)) = failed {
        complain(&workspace, &oldest).await?;
        return Err(JobError::Retry(error));
    }
    let now = workspace.clock.now();
    workspace.db.write(move |conn| alarms::end(conn, ALARM, now)).await?;
    Ok(())
}

async fn note(workspace: &Workspace, file: store::File, verdict: Verdict) -> Result<(), Error> {
    let now = workspace.clock.now();
    let (state, finding) = match verdict {
        Verdict::Clean => (FileState::Clean, String::new()),
        Verdict::Infected(finding) => (FileState::Infected, finding),
    };
    let write = move |conn: &mut Conn| {
        if !store::set_checked(conn, &file.id, state, &finding, now)? {
            return Ok(());
        }
        let system = Actor::System;
        store::add_event(
            conn,
            &file.inquiry_id,
            &system.word(),
            "file_checked",
            state.as_str(),
            now,
        )?;
        let detail = format!("file/{} {} {finding}", file.id, state.as_str());
        let subject = format!("inquiry/{}", file.inquiry_id);
        audit::record(conn, now, system, "inquiry.file_checked", &subject, detail.trim_end())?;
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await
}

async fn complain(workspace: &Workspace, oldest: &store::File) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let waits_long = now - oldest.added_at >= PATIENCE;
    let write = move |conn: &mut Conn| {
        let cause = alarms::Cause {
            key: ALARM,
            subject: "",
            message: "30分以上、ウイルスの検査を待っているファイルがあります（設定 clamav.address）。\
                      ClamAV（clamd）が動いているか、その設定 StreamMaxLength が12M以上かを確かめてください。",
        };
        alarms::hold(conn, &world, waits_long, &cause, now)
    };
    workspace.db.write(write).await
}

/// A file as a download, whatever it holds: never shown in the page, never taken for another kind.
pub fn download(workspace: &Workspace, file: &store::File, content: Vec<u8>) -> Result<HttpResponse, Error> {
    let name = file.name(&workspace.keys)?;
    let encoded = percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!(
        "attachment; filename=\"file.{}\"; filename*=UTF-8''{encoded}",
        file.kind.ending()
    );
    Ok(HttpResponse::Ok()
        .content_type(file.kind.mime())
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(content))
}

/// The content of a file that was found clean; no other is opened.
pub fn open(
    conn: &mut Conn,
    workspace: &Workspace,
    inquiry: &Inquiry,
    id: &str,
    by: Actor,
    now: NaiveDateTime,
) -> Result<(store::File, Vec<u8>), Error> {
    let file = store::find_file(conn, &inquiry.id, id)?;
    if file.state != FileState::Clean {
        return Err(Error::NotFound);
    }
    let content = store::content(conn, &workspace.keys, id)?;
    audit::record(
        conn,
        now,
        by,
        "inquiry.file_opened",
        &inquiry.subject(),
        &format!("file/{id}"),
    )?;
    Ok((file, content))
}

/// `GET /inquiries/{id}/files/{file}`
pub async fn show_at_desk(
    workspace: Data<Workspace>,
    staff: Staff,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, file) = path.into_inner();
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let inquiry = desk::readable(conn, &staff, &id)?;
        open(conn, &world, &inquiry, &file, staff.actor(), now)
    };
    let (file, content) = workspace.db.write(write).await?;
    download(&workspace, &file, content)
}
