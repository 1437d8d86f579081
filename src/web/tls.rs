//! TLS in the program: the certificate is read at the start and again whenever its file changes.
use crate::config::Tls;
use chrono::{DateTime, NaiveDateTime};
use rustls::{
    ServerConfig,
    crypto::ring::{default_provider, sign::any_supported_type},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    path::Path,
    sync::{Arc, RwLock},
    time::SystemTime,
};

/// What is wrong with the certificate or its key, with the setting's name.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("public.tls.certificate = {file:?}: {cause}; name a PEM file with the certificate and those it hangs on")]
    Certificate { file: String, cause: String },
    #[error("public.tls.key = {file:?}: {cause}; name the PEM file with the certificate's private key")]
    Key { file: String, cause: String },
    #[error("public.tls: {0}")]
    Rustls(#[from] rustls::Error),
}

/// The certificate in use; handed to every new connection.
#[derive(Debug)]
pub struct Certificate {
    files: Tls,
    current: RwLock<(Option<SystemTime>, Arc<CertifiedKey>)>,
}

impl Certificate {
    pub fn load(files: &Tls) -> Result<Self, TlsError> {
        Ok(Self {
            current: RwLock::new((changed_at(files), Arc::new(read(files)?))),
            files: files.clone(),
        })
    }
    /// Reads the files again if they changed; a wrong new one is refused and the old one stays. Says whether it did.
    pub fn renew(&self) -> Result<bool, TlsError> {
        let now = changed_at(&self.files);
        let seen = self.current.read().map(|c| c.0).unwrap_or_default();
        if now == seen {
            return Ok(false);
        }
        let fresh = Arc::new(read(&self.files)?);
        if let Ok(mut current) = self.current.write() {
            *current = (now, fresh);
        }
        Ok(true)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello) -> Option<Arc<CertifiedKey>> {
        self.current.read().ok().map(|c| c.1.clone())
    }
}

fn changed_at(files: &Tls) -> Option<SystemTime> {
    let at = |path: &Path| path.metadata().and_then(|m| m.modified()).ok();
    at(&files.certificate).max(at(&files.key))
}

fn read(files: &Tls) -> Result<CertifiedKey, TlsError> {
    let key_error = |cause: String| TlsError::Key {
        file: files.key.display().to_string(),
        cause,
    };
    let chain = read_chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| key_error(e.to_string()))?;
    let key = any_supported_type(&key).map_err(|e| key_error(e.to_string()))?;
    let certified = CertifiedKey::new(chain, key);
    certified
        .keys_match()
        .map_err(|_| key_error("it does not belong to the certificate".into()))?;
    Ok(certified)
}

fn read_chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fail = |cause: String| TlsError::Certificate {
        file: file.display().to_string(),
        cause,
    };
    let read = CertificateDer::pem_file_iter(file).map_err(|e| fail(e.to_string()))?;
    let chain = read.collect::<Result<Vec<_>, _>>().map_err(|e| fail(e.to_string()))?;
    match chain.is_empty() {
        true => Err(fail("it holds no certificate".into())),
        false => Ok(chain),
    }
}

/// TLS 1.2 and 1.3 with the certificate given.
pub fn server_config(certificate: Arc<Certificate>) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    Ok(builder.with_no_client_auth().with_cert_resolver(certificate))
}

/// When a certificate ends (UTC).
pub fn certificate_end(file: &Path) -> Result<NaiveDateTime, String> {
    let chain = read_chain(file).map_err(|e| e.to_string())?;
    let first = chain.first().ok_or("it holds no certificate")?;
    let (_, parsed) = x509_parser::parse_x509_certificate(first).map_err(|e| e.to_string())?;
    let end = DateTime::from_timestamp(parsed.validity().not_after.timestamp(), 0);
    Ok(end.ok_or("its end is out of range")?.naive_utc())
}
