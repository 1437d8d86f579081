//! The files: who downloaded what when, the report of characters, reissues, encrypted copies.
use crate::{
    accounts::{self, Staff},
    alarms,
    db::Conn,
    deliveries::{
        batch::{self, Versions},
        jobs::{CLOSING, REISSUING, waiting_alarm},
        layout::Reported,
        store::{self, Delivery, Version},
        views,
    },
    tasks::{self, Task},
    web::{Error, FormBody, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY},
    },
    web::{Data, Path, Query},
};
use chrono::NaiveDateTime;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Write,
};

const PAGE: i64 = 50;
/// The shortest passphrase of an encrypted copy.
const PASSPHRASE: usize = 12;

/// A file with who made it and who has downloaded it.
pub struct FullDelivery {
    pub delivery: Delivery,
    pub made_by: String,
    pub layout_version: i32,
    /// Person, what, when.
    pub downloads: Vec<(String, String, NaiveDateTime)>,
    /// There is something to hand on.
    pub has_file: bool,
    /// The numbers that hold the same results once more.
    pub reissues: Vec<i64>,
}

/// Of all files together: a page has fifty.
fn full(conn: &mut Conn, workspace: &Workspace, list: Vec<Delivery>) -> Result<Vec<FullDelivery>, Error> {
    let nos: Vec<i64> = list.iter().map(|delivery| delivery.no).collect();
    let (downloads, reissues) = (store::downloads_of(conn, &nos)?, store::reissues_of(conn, &nos)?);
    let makers = list.iter().map(|delivery| delivery.made_by.clone());
    let actors = downloads.iter().map(|(_, id, ..)| format!("staff/{id}")).chain(makers);
    let mut names = HashMap::new();
    for actor in actors.collect::<BTreeSet<_>>() {
        let name = accounts::name_of(conn, &workspace.keys, &actor)?;
        names.insert(actor, name);
    }
    let name = |actor: &str| names.get(actor).cloned().unwrap_or_default();
    let mut versions = Versions::default();
    let one = |delivery: Delivery| {
        let own = downloads.iter().filter(|(no, ..)| *no == delivery.no);
        Ok(FullDelivery {
            made_by: name(&delivery.made_by),
            layout_version: versions.number(conn, &delivery)?,
            has_file: versions.has_file(conn, &delivery)?,
            downloads: own
                .map(|(_, id, what, at)| (name(&format!("staff/{id}")), what.clone(), *at))
                .collect(),
            reissues: reissues
                .iter()
                .filter(|(of, _)| *of == delivery.no)
                .map(|(_, no)| *no)
                .collect(),
            delivery,
        })
    };
    list.into_iter().map(one).collect()
}

/// `GET /deliveries`; with `?waiting`, those that nobody has downloaded, however many they are.
pub async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let below = query.get("below").and_then(|b| b.parse().ok()).unwrap_or(i64::MAX);
    let world = workspace.clone();
    let waiting = query.contains_key("waiting");
    let read = move |conn: &mut Conn| {
        let list = match waiting {
            true => batch::undownloaded(conn, world.clock.now())?,
            false => store::list(conn, below, PAGE + 1)?,
        };
        Ok::<_, Error>((full(conn, &world, list)?, open_tasks(conn)?))
    };
    let (mut list, open) = workspace.db.read(read).await?;
    let more = !waiting && list.len() as i64 > PAGE;
    if !waiting {
        list.truncate(PAGE as usize);
    }
    let shown = views::Listed {
        list: &list,
        more,
        waiting,
    };
    let times = &workspace.settings.deliveries;
    Ok(html(views::deliveries(&site, &staff, &shown, &open, times)))
}

/// What somebody has asked for here and is being made still.
fn open_tasks(conn: &mut Conn) -> Result<Vec<(&'static tasks::Kind, Vec<Task>)>, Error> {
    let of = |kind: &'static tasks::Kind| Ok((kind, tasks::find_open(conn, kind.job)?));
    [&CLOSING, &REISSUING].into_iter().map(of).collect()
}

/// `POST /deliveries`: asks for a batch now, besides the clock's.
pub async fn create(workspace: Data<Workspace>, staff: Staff) -> Result<HttpResponse, Error> {
    tasks::ask(&workspace, &staff, &CLOSING, "", "").await
}

/// Everything on the page of one file.
pub struct Loaded {
    pub file: FullDelivery,
    /// Results that its layout leaves out.
    pub left_out: i64,
    /// The versions that it could be written by once more.
    pub versions: Vec<Version>,
    /// The first lines of the report.
    pub reported: Vec<Reported>,
}

async fn load(workspace: &Data<Workspace>, no: i64) -> Result<Loaded, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let delivery = store::find(conn, no)?;
        let reported = match delivery.findings {
            0 => vec![],
            _ => Reported::read(&store::open_file(conn, &world.keys, no, true)?, views::SHOWN),
        };
        Ok(Loaded {
            left_out: store::left_out(conn, &delivery)?,
            file: full(conn, &world, vec![delivery])?.pop().ok_or(Error::NotFound)?,
            versions: store::approved(conn)?,
            reported,
        })
    };
    workspace.db.read(read).await
}

/// `GET /deliveries/{no}`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    no: Path<i64>,
) -> Result<HttpResponse, Error> {
    let loaded = load(&workspace, *no).await?;
    Ok(html(views::delivery(&site, &staff, &loaded, &[])))
}

/// `GET /deliveries/{no}/file`: the same bytes at every time; each download is written down.
pub async fn file(workspace: Data<Workspace>, staff: Staff, no: Path<i64>) -> Result<HttpResponse, Error> {
    let (delivery, bytes) = take(&workspace, &staff, *no, "file").await?;
    Ok(attachment(&delivery.file_name, "application/octet-stream", bytes))
}

/// `GET /deliveries/{no}/report`: what could not be written as it was.
pub async fn report(workspace: Data<Workspace>, staff: Staff, no: Path<i64>) -> Result<HttpResponse, Error> {
    let (delivery, bytes) = take(&workspace, &staff, *no, "report").await?;
    let name = format!("{}.report.csv", delivery.file_name);
    Ok(attachment(&name, "text/csv; charset=utf-8", bytes))
}

async fn take(
    workspace: &Data<Workspace>,
    staff: &Staff,
    no: i64,
    what: &'static str,
) -> Result<(Delivery, Vec<u8>), Error> {
    let (world, now, by) = (workspace.clone(), workspace.clock.now(), staff.clone());
    let write = move |conn: &mut Conn| {
        let delivery = store::find(conn, no)?;
        if what != "report" && !Versions::default().has_file(conn, &delivery)? {
            return Err(Error::NotFound);
        }
        let bytes = store::open_file(conn, &world.keys, no, what == "report")?;
        store::note_download(conn, no, &by.id, what, now)?;
        if what != "report" {
            for no in [Some(no), delivery.reissue_of].into_iter().flatten() {
                alarms::end(conn, &waiting_alarm(no), now)?;
            }
        }
        by.record(conn, now, "delivery.downloaded", &format!("delivery/{no}"), what)?;
        Ok::<_, Error>((delivery, bytes))
    };
    workspace.db.write(write).await
}

fn attachment(name: &str, mime: &str, bytes: Vec<u8>) -> HttpResponse {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    HttpResponse::Ok()
        .content_type(mime)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{encoded}")))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ))
        .body(bytes)
}

/// `POST /deliveries/{no}/encrypted`: a ZIP under AES-256, for media that leave the building (NP8).
pub async fn encrypted(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    no: Path<i64>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let passphrase = form.get("passphrase").to_owned();
    if passphrase.chars().count() < PASSPHRASE {
        let loaded = load(&workspace, *no).await?;
        let message = format!("パスフレーズは、{PASSPHRASE}文字以上で入力してください");
        let errors = [crate::web::ui::FieldError::new("passphrase", message)];
        let mut response = html(views::delivery(&site, &staff, &loaded, &errors));
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let (delivery, bytes) = take(&workspace, &staff, *no, "encrypted").await?;
    let name = delivery.file_name.clone();
    let zipped = crate::db::off_thread(move || zip(&name, &bytes, &passphrase)).await?;
    let zipped = zipped.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(attachment(
        &format!("{}.zip", delivery.file_name),
        "application/zip",
        zipped,
    ))
}

fn zip(name: &str, bytes: &[u8], passphrase: &str) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .with_aes_encryption(zip::AesMode::Aes256, passphrase);
    writer.start_file(name, options)?;
    writer.write_all(bytes)?;
    Ok(writer.finish()?.into_inner())
}

/// `POST /deliveries/{no}/reissues`: asks for one.
pub async fn reissue(
    workspace: Data<Workspace>,
    staff: Staff,
    no: Path<i64>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (no, version) = (*no, form.get("version").to_owned());
    let wish = version.clone();
    let read = move |conn: &mut Conn| batch::may_reissue(conn, no, &version).map(drop);
    workspace.db.read(read).await?;
    tasks::ask(&workspace, &staff, &REISSUING, &format!("delivery/{no}"), &wish).await
}
