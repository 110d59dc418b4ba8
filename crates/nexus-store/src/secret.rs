//! The folder's own secrets: the S3 key pair and the key that signs approval links, made once.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, os::unix::fs::PermissionsExt as _, path::Path};

use nexus_core::Secret;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
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
    read(&text)
}

/// The secrets of a database that machines share: made by whoever comes first.
pub(crate) async fn load_shared(connection: &mut AnyConnection) -> Result<Secrets, StoreError> {
    let new = serde_json::to_string(&SecretFile::random()).map_err(StoreError::corrupt("secret"))?;
    share(connection, &new).await?;
    read(&shared_text(connection).await?)
}

/// Gives `text` to a shared database that has no secrets.
pub(crate) async fn share(connection: &mut AnyConnection, text: &str) -> Result<(), StoreError> {
    let share =
        sqlx::query("insert into installation (name, value) values ('secrets', $1) on conflict (name) do nothing");
    share.bind(text).execute(connection).await.map(drop).map_err(StoreError::database("keep its secrets"))
}

/// Gives `text` to a shared database, whatever it has.
pub(crate) async fn share_instead(connection: &mut AnyConnection, text: &str) -> Result<(), StoreError> {
    let forget = sqlx::query("delete from installation where name = 'secrets'").execute(&mut *connection).await;
    forget.map_err(StoreError::database("forget its secrets"))?;
    share(connection, text).await
}

/// The secrets of a shared database, as they are stored.
pub(crate) async fn shared_text(connection: &mut AnyConnection) -> Result<String, StoreError> {
    let text = sqlx::query_scalar("select value from installation where name = 'secrets'");
    text.fetch_one(connection).await.map_err(StoreError::database("read its secrets"))
}

/// The secrets of a folder, as they are stored; made when it has none.
pub(crate) fn text(data_dir: &Path) -> Result<String, StoreError> {
    load(data_dir)?;
    let path = data_dir.join("secret.json");
    fs::read_to_string(&path).map_err(StoreError::disk(&path))
}

/// Puts other secrets in the place of a folder's own.
pub(crate) fn replace(data_dir: &Path, text: &str) -> Result<(), StoreError> {
    let path = data_dir.join("secret.json");
    let draft = data_dir.join(format!("secret.json.{}", Uuid::new_v4().simple()));
    let write = || {
        let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        fs::rename(&draft, &path)
    };
    write().map_err(StoreError::disk(&path))?;
    sync_folder(data_dir)
}

fn read(text: &str) -> Result<Secrets, StoreError> {
    let broken = |detail: String| StoreError::Corrupt { what: "secret.json", detail };
    let file: SecretFile = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
    let mut approval_key = [0; 32];
    hex::decode_to_slice(&file.approval_key, &mut approval_key).map_err(|error| broken(error.to_string()))?;
    Ok(Secrets {
        access_key: file.s3_access_key,
        secret_key: Secret::new(file.s3_secret_key),
        approval_key: Secret::new(approval_key),
    })
}

impl SecretFile {
    fn random() -> Self {
        Self {
            s3_access_key: format!("NX{}", &hex::encode_upper(random_bytes())[..18]),
            s3_secret_key: hex::encode(random_bytes()),
            approval_key: hex::encode(random_bytes()),
        }
    }
}

fn create(data_dir: &Path, path: &Path) -> Result<String, StoreError> {
    let text = serde_json::to_string_pretty(&SecretFile::random()).map_err(StoreError::corrupt("secret.json"))?;
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
