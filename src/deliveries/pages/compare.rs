//! Our bytes beside a sample file of the billing vendor. The sample is looked at and forgotten.
use super::{
    super::{
        layout::{FileWriter, Masked, Row, compare},
        views,
    },
    layouts::{context_of, studio},
};
use crate::{
    accounts::Staff,
    db::Conn,
    enrolment::{self, ResultRecord},
    web::{Error, Site, html, read_upload, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::Duration;

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
    let read = move |conn: &mut Conn| {
        let now = world.clock.now();
        let rows = enrolment::results(conn, &world, now - Duration::days(30), now)?;
        let sample_row = ResultRecord::sample();
        // Whoever compares need not be somebody who may see persons: masked rows keep their widths.
        let masked: Vec<Masked> = rows.iter().map(|row| Masked(row as &dyn Row)).collect();
        let mut written: Vec<&dyn Row> = masked.iter().map(|row| row as &dyn Row).collect();
        if written.is_empty() {
            written.push(&sample_row);
        }
        let mut ours = vec![];
        let failed = |e: std::io::Error| Error::Internal(e.to_string());
        let mut writer = FileWriter::new(&layout, context_of(&version, now), &mut ours);
        for row in written {
            writer.row(row).map_err(failed)?;
        }
        writer.finish().map_err(failed)?;
        Ok(compare(&ours, &sample, &layout))
    };
    let differences = workspace.db.read::<_, Error>(read).await?;
    let now = workspace.clock.now();
    let (by, subject) = (staff.clone(), format!("layout/{id}"));
    let write = move |conn: &mut Conn| by.record(conn, now, "layout.compared", &subject, "");
    workspace.db.write(write).await?;
    Ok(html(views::comparison(&site, &staff, &studio, &differences)))
}
