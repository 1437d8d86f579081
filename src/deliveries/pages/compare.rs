//! Our bytes beside a sample file of the billing vendor. The sample is looked at and forgotten.
use super::{
    super::{
        batch::layout_of,
        layout::{Comparison, FileWriter, Layout, Masked, compare, rows_in},
        store::{self, Version},
        views,
    },
    studio::{context_of, studio},
    trial::{Trial, record_seen},
};
use crate::{
    accounts::Staff,
    crypto::sha256_hex,
    db::Conn,
    web::{Error, Site, html, read_upload, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;
use std::collections::BTreeSet;

/// What came of a comparison, as the audit record keeps it: whoever approves the layout sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The sample's checksum.
    pub sha256: String,
    /// How many differences of the file as a whole, and how many of values.
    pub shape: usize,
    pub values: usize,
    /// How many records: ours, and the sample's, where it has another number.
    pub records: Option<(usize, usize)>,
    /// There were more than are counted.
    pub more: bool,
}

impl Outcome {
    fn of(sample: &[u8], found: &Comparison) -> Self {
        let shape = found.differences.iter().filter(|d| d.is_shape()).count();
        Self {
            sha256: sha256_hex(sample),
            shape,
            values: found.differences.len() - shape,
            records: found.records,
            more: found.more,
        }
    }
    fn detail(&self) -> String {
        let records = self
            .records
            .map_or(String::new(), |(ours, sample)| format!(" records {ours} {sample}"));
        let more = if self.more { " more" } else { "" };
        format!(
            "sha256 {} shape {} values {}{records}{more}",
            self.sha256, self.shape, self.values
        )
    }
    pub(super) fn read(detail: &str) -> Option<Self> {
        let words: Vec<&str> = detail.split_whitespace().collect();
        let (["sha256", sha256, "shape", shape, "values", values], rest) = words.split_at_checked(6)? else {
            return None;
        };
        let (records, more) = match rest {
            ["records", ours, sample, more @ ..] => (Some((ours.parse().ok()?, sample.parse().ok()?)), more),
            more => (None, more),
        };
        Some(Self {
            sha256: (*sha256).to_owned(),
            shape: shape.parse().ok()?,
            values: values.parse().ok()?,
            records,
            more: more == ["more"],
        })
    }
    pub fn is_same(&self) -> bool {
        self.shape + self.values == 0 && self.records.is_none()
    }
}

/// `POST /layouts/{id}/comparison`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    body: Multipart,
) -> Result<HttpResponse, Error> {
    let sample = read_upload(body, "sample").await?;
    if sample.is_empty() {
        let studio = studio(&workspace, &staff, &id).await?;
        let form = views::SettingsForm::of(&studio);
        let errors = [FieldError::new("sample", "見本のファイルを選んでください")];
        return Ok(unprocessable(views::studio(&site, &staff, &studio, &form, &errors)));
    }
    let (world, by, wanted) = (workspace.clone(), staff.clone(), id.as_str().to_owned());
    let read = move |conn: &mut Conn| {
        let version = store::find_version(conn, &wanted)?;
        let layout = layout_of(&version)?;
        let trial = Trial::read(conn, &world, &by, world.clock.now())?;
        let (found, whose) = held_beside(&sample, &layout, &version, &trial, world.clock.now())?;
        Ok((Outcome::of(&sample, &found), found, trial.on.is_real(), whose))
    };
    let (outcome, found, is_masked, whose) = workspace.db.read::<_, Error>(read).await?;
    let now = workspace.clock.now();
    let (by, subject, detail) = (staff.clone(), format!("layout/{id}"), outcome.detail());
    let write = move |conn: &mut Conn| by.record(conn, now, "layout.compared", &subject, &detail);
    workspace.db.write(write).await?;
    record_seen(&workspace, &staff, &id, &whose).await?;
    let shown = (&outcome, &found, is_masked);
    Ok(html(views::comparison(&site, &staff, &id, shown)))
}

/// As many rows of ours as the sample has beside it, and the ids of those that the list shows.
fn held_beside(
    sample: &[u8],
    layout: &Layout,
    version: &Version,
    trial: &Trial,
    now: NaiveDateTime,
) -> Result<(Comparison, Vec<String>), Error> {
    let rows = trial.as_many(layout, rows_in(sample, layout));
    let mut ours = vec![];
    let failed = |e: std::io::Error| Error::Internal(e.to_string());
    let mut writer = FileWriter::new(layout, context_of(version, now), &mut ours);
    for row in &rows {
        // Whoever compares need not be somebody who may see persons: masked rows keep their widths.
        let masked = Masked(*row);
        let is_real = trial.on.is_real();
        writer.row(if is_real { &masked } else { *row }).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    let found = compare(&ours, sample, layout);
    let shown = found.differences.iter().filter_map(|d| rows.get(d.row?));
    let numbers: BTreeSet<&str> = shown.map(|row| row.receipt_number.as_str()).collect();
    Ok((found, trial.ids_of(&numbers)))
}
