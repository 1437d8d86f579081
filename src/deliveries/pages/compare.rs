//! Our bytes beside a sample file of the billing vendor. The sample is looked at and forgotten.
use super::{
    super::{
        layout::{Comparison, FileWriter, Masked, Row, compare},
        views,
    },
    studio::{context_of, studio},
    trial::Trial,
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

/// What came of a comparison, as the audit record keeps it: whoever approves the layout sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The sample's checksum.
    pub sha256: String,
    /// How many differences of the file as a whole, and how many of values.
    pub shape: usize,
    pub values: usize,
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
            more: found.more,
        }
    }
    fn detail(&self) -> String {
        let more = if self.more { " more" } else { "" };
        format!(
            "sha256 {} shape {} values {}{more}",
            self.sha256, self.shape, self.values
        )
    }
    pub(super) fn read(detail: &str) -> Option<Self> {
        let words: Vec<&str> = detail.split_whitespace().collect();
        let (["sha256", sha256, "shape", shape, "values", values], more) = words.split_at_checked(6)? else {
            return None;
        };
        Some(Self {
            sha256: (*sha256).to_owned(),
            shape: shape.parse().ok()?,
            values: values.parse().ok()?,
            more: more == ["more"],
        })
    }
    pub fn is_same(&self) -> bool {
        self.shape + self.values == 0
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
    let studio = studio(&workspace, &staff, &id).await?;
    if sample.is_empty() {
        let form = views::SettingsForm::of(&studio);
        let errors = [FieldError::new("sample", "見本のファイルを選んでください")];
        return Ok(unprocessable(views::studio(&site, &staff, &studio, &form, &errors)));
    }
    let (world, layout, version) = (workspace.clone(), studio.layout.clone(), studio.version.clone());
    let by = staff.clone();
    let read = move |conn: &mut Conn| {
        let now = world.clock.now();
        let trial = Trial::read(conn, &world, &by, now)?;
        let is_masked = trial.on.is_real();
        let mut ours = vec![];
        let failed = |e: std::io::Error| Error::Internal(e.to_string());
        let mut writer = FileWriter::new(&layout, context_of(&version, now), &mut ours);
        for row in trial.rows() {
            // Whoever compares need not be somebody who may see persons: masked rows keep their widths.
            let masked = Masked(row);
            writer.row(if is_masked { &masked } else { row }).map_err(failed)?;
        }
        writer.finish().map_err(failed)?;
        let found = compare(&ours, &sample, &layout);
        Ok((Outcome::of(&sample, &found), found, is_masked))
    };
    let (outcome, found, is_masked) = workspace.db.read::<_, Error>(read).await?;
    let now = workspace.clock.now();
    let (by, subject, detail) = (staff.clone(), format!("layout/{id}"), outcome.detail());
    let write = move |conn: &mut Conn| by.record(conn, now, "layout.compared", &subject, &detail);
    workspace.db.write(write).await?;
    let shown = (&outcome, &found, is_masked);
    Ok(html(views::comparison(&site, &staff, &studio, shown)))
}
