//! The off-site store as the settings name it: what lies there, and fetching a backup back.
use super::{
    manifest::BackupName,
    offsite::{Offsite, OffsiteError, Store},
    run::BackupError,
};
use crate::config;
use std::path::Path;

/// The store of the settings.
pub fn open_store(place: &config::Offsite) -> Result<Store, OffsiteError> {
    Store::new(&Offsite {
        endpoint: place.endpoint.clone(),
        bucket: place.bucket.clone(),
        region: place.region.clone(),
        access_key: place.access_key.clone(),
        secret_key: place.secret_key.clone(),
        prefix: place.prefix.clone(),
    })
}

/// Names and sizes of what lies off the site.
pub async fn list_offsite(place: &config::Offsite) -> Result<Vec<(String, u64)>, BackupError> {
    let files = open_store(place)?.list().await?;
    Ok(files.into_iter().map(|file| (file.name, file.bytes)).collect())
}

/// Fetches a backup and its manifest; `into` is the backup's name in the folder where they shall lie.
pub async fn fetch_offsite(place: &config::Offsite, into: &Path) -> Result<(), BackupError> {
    let name = into.file_name().and_then(|n| n.to_str()).and_then(BackupName::of_file);
    let Some(name) = name else {
        let text = format!(
            "{}: no name of a backup; `mizumado backup --list` shows them",
            into.display()
        );
        return Err(BackupError::NotWhole(text));
    };
    let store = open_store(place)?;
    store
        .download(&name.manifest_file(), &into.with_file_name(name.manifest_file()))
        .await?;
    store.download(&name.sealed_file(), into).await?;
    Ok(())
}
