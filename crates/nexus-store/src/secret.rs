//! The folder's own secrets: the S3 key pair and the key that signs approval links, made once.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, os::unix::fs::PermissionsExt as _, path::Path};

use nexus_core::Secret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{StoreError, disk::sync_folder};

/// Secrets of one data folder.
#[derive(Debug, Clone)]
pub(crate) struct Secrets {
    pub(crate) access_key: String,
    pub(crate) secret_key: Secret<String>,
    pub(crate) approval_key: Secret<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretFile {
    s3_access_key: String,
    s3_secret_key: String,
    approval_key: String,
}

/// Reads `secret.json`, or writes a new one that only its owner may read.
pub(crate) fn load(data_dir: &Path) -> Result<Secrets, StoreError> {
    let path = data_dir.join("secret.json");
    let text = match fs::read_to_string(&path) {
        Ok(text) => {
            let private = fs::Permissions::from_mode(0o600);
            fs::set_permissions(&path, private).map_err(StoreError::disk(&path))?;
            text
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(data_dir, &path)?,
        Err(error) => return Err(StoreError::disk(&path)(error)),
    };
    let broken = |detail: String| StoreError::Corrupt { what: "secret.json", detail };
    let file: SecretFile = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    let mut approval_key = [0; 32];
    hex::decode_to_slice(&file.approval_key, &mut approval_key).map_err(|error| broken(error.to_string()))?;
    Ok(Secrets {
        access_key: file.s3_access_key,
        secret_key: Secret::new(file.s3_secret_key),
        approval_key: Secret::new(approval_key),
    })
}

fn create(data_dir: &Path, path: &Path) -> Result<String, StoreError> {
    let file = SecretFile {
        s3_access_key: format!("NX{}", &hex::encode_upper(random_bytes())[..18]),
        s3_secret_key: hex::encode(random_bytes()),
        approval_key: hex::encode(random_bytes()),
    };
    let text = serde_json::to_string_pretty(&file).map_err(StoreError::corrupt("secret.json"))?;
    let temporary = data_dir.join(format!("secret.json.{}", Uuid::new_v4().simple()));
    let write = || {
        let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        // Unlike a rename, a link never replaces what another process made in the meantime.
        let linked = fs::hard_link(&temporary, path);
        fs::remove_file(&temporary)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => fs::read_to_string(path),
        }
    };
    let text = write().map_err(StoreError::disk(path))?;
    sync_folder(data_dir)?;
    Ok(text)
}

/// 32 bytes with at least 366 bits of the operating system's entropy behind them.
fn random_bytes() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for _ in 0..3 {
        hasher.update(Uuid::new_v4().as_bytes());
    }
    *hasher.finalize().as_bytes()
}
