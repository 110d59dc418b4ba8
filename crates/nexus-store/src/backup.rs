//! Backups of one machine's data folder, taken while it is worked in: a snapshot of the database, every object that the
//! snapshot knows, and a manifest that says what all of it must be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nexus_core::blob::{BlobKey, Bucket};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use crate::{
    StoreError,
    database::{Database, DatabaseUrl},
    disk::{Disk, sync_folder},
    objects::blocking,
};

const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "nexus.db";
const KEYS: &str = "secret.json";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this document.
    pub version: u32,
    /// BLAKE3 of the database, hexadecimal.
    pub database: String,
    /// Every object.
    pub objects: Vec<BackedUp>,
}

/// One object of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// Its bucket's name.
    pub bucket: String,
    /// Its key.
    pub key: BlobKey,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// BLAKE3 of its content, hexadecimal.
    pub hash: String,
}

impl Manifest {
    /// Bytes of all objects.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.objects.iter().map(|object| object.size_bytes).sum()
    }
}

/// Saves the data folder `from` below `to`, also while others work in it. A backup that is there is brought up to date:
/// objects that have not changed are not copied again. `told` gets objects done and in all.
///
/// # Errors
/// [`StoreError::Conflict`] when an object changed again and again while it was copied; what the disk says.
pub async fn back_up(from: &Path, to: &Path, mut told: impl FnMut(u64, u64) + Send) -> Result<Manifest, StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match back_up_once(from, to, &mut told).await {
            // An object went away or was replaced while it was copied: another moment is taken.
            Err(StoreError::Conflict(_)) if tries < 3 => {}
            outcome => return outcome,
        }
    }
}

async fn back_up_once(
    from: &Path,
    to: &Path,
    told: &mut (impl FnMut(u64, u64) + Send),
) -> Result<Manifest, StoreError> {
    let database = Database::new(&DatabaseUrl::Sqlite, from)?;
    if !from.join(DATABASE).is_file() {
        return Err(StoreError::NotFound(format!("there is no database in {}; nothing to back up", from.display())));
    }
    fs::create_dir_all(to).map_err(StoreError::disk(to))?;
    let snapshot = to.join("nexus.db.new");
    if snapshot.exists() {
        fs::remove_file(&snapshot).map_err(StoreError::disk(&snapshot))?;
    }
    let mut connection = database.connect().await?;
    let failed = StoreError::database("be copied");
    let path = snapshot.display().to_string().replace('\'', "''");
    let vacuum = sqlx::raw_sql(AssertSqlSafe(format!("vacuum into '{path}'")));
    vacuum.execute(&mut connection).await.map_err(&failed)?;
    let rows: Vec<(String, String, i64)> = {
        // What the snapshot knows, not what came since.
        let attach = format!("attach '{path}' as snapshot");
        sqlx::raw_sql(AssertSqlSafe(attach)).execute(&mut connection).await.map_err(&failed)?;
        let listed = "select bucket, object_key, size_bytes from snapshot.objects order by bucket, object_key";
        sqlx::query_as(listed).fetch_all(&mut connection).await.map_err(&failed)?
    };
    drop(connection);
    let before = read_manifest(to).ok();
    let (live, saved) = (Disk::open(from)?, Disk::open(to)?);
    let total = rows.len() as u64;
    let mut objects = Vec::with_capacity(rows.len());
    for (done, (bucket, key, size)) in rows.into_iter().enumerate() {
        told(done as u64, total);
        let place = place(&bucket, key)?;
        let known = before.as_ref().and_then(|manifest| {
            manifest.objects.iter().find(|object| object.bucket == bucket && object.key == place.1)
        });
        let size_bytes = u64::try_from(size).unwrap_or(0);
        let (source, target) = (live.object(place.0, &place.1), saved.object(place.0, &place.1));
        let known = known.filter(|known| known.size_bytes == size_bytes).map(|known| known.hash.clone());
        let hash = blocking(move || save(&source, &target, size_bytes, known)).await?;
        objects.push(BackedUp { bucket, key: place.1, size_bytes, hash });
    }
    told(total, total);
    let manifest = Manifest { version: 1, database: hash_of(&snapshot)?, objects };
    copy_whole(&from.join(KEYS), &to.join(KEYS))?;
    let database = to.join(DATABASE);
    fs::rename(&snapshot, &database).map_err(StoreError::disk(&database))?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(StoreError::corrupt("manifest"))?;
    let draft = to.join("manifest.json.new");
    fs::write(&draft, text).map_err(StoreError::disk(&draft))?;
    fs::rename(&draft, to.join(MANIFEST)).map_err(StoreError::disk(to))?;
    sync_folder(to)?;
    Ok(manifest)
}

/// Makes the data folder `to` of the backup `from`, every file of which is compared with the manifest first.
///
/// # Errors
/// [`StoreError::Conflict`] when `to` holds a database already; [`StoreError::Corrupt`] when a file is not what the
/// manifest says; what the disk says. Nothing is left in `to` that could be taken for a whole installation.
pub async fn restore(from: &Path, to: &Path, mut told: impl FnMut(u64, u64) + Send) -> Result<Manifest, StoreError> {
    let manifest = read_manifest(from)?;
    if [DATABASE, "nexus.db-wal", "nexus.db-shm"].iter().any(|name| to.join(name).exists()) {
        return Err(StoreError::Conflict(format!(
            "{} holds an installation already; choose another folder with --data, or move that one away",
            to.display()
        )));
    }
    check("database", &from.join(DATABASE), &manifest.database)?;
    fs::create_dir_all(to).map_err(StoreError::disk(to))?;
    let (saved, live) = (Disk::open(from)?, Disk::open(to)?);
    let total = manifest.objects.len() as u64;
    for (done, object) in manifest.objects.iter().enumerate() {
        told(done as u64, total);
        let (bucket, key) = place(&object.bucket, object.key.to_string())?;
        let (source, target, hash) = (saved.object(bucket, &key), live.object(bucket, &key), object.hash.clone());
        blocking(move || {
            copy_whole(&source, &target)?;
            check("object", &target, &hash)
        })
        .await?;
    }
    told(total, total);
    copy_whole(&from.join(KEYS), &to.join(KEYS))?;
    // Last, because it makes the folder an installation.
    copy_whole(&from.join(DATABASE), &to.join(DATABASE))?;
    Ok(manifest)
}

fn read_manifest(folder: &Path) -> Result<Manifest, StoreError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => StoreError::NotFound(format!(
            "{} is no backup: there is no {MANIFEST} in it; `nexus backup --to DIR` makes one",
            folder.display()
        )),
        _ => StoreError::disk(&path)(error),
    })?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(StoreError::corrupt("manifest"))?;
    if manifest.version != 1 {
        let detail = format!("it has version {}, this program knows 1", manifest.version);
        return Err(StoreError::Corrupt { what: "manifest", detail });
    }
    Ok(manifest)
}

fn place(bucket: &str, key: String) -> Result<(Bucket, BlobKey), StoreError> {
    let corrupt = |detail: String| StoreError::Corrupt { what: "object", detail };
    let bucket = Bucket::from_name(bucket).ok_or_else(|| corrupt(format!("unknown bucket {bucket}")))?;
    Ok((bucket, BlobKey::try_from(key).map_err(|error| corrupt(error.to_string()))?))
}

/// Copies one object unless the backup has it; its hash. An object that is replaced meanwhile is copied again.
fn save(source: &Path, target: &Path, size_bytes: u64, known: Option<String>) -> Result<String, StoreError> {
    let modified = |path: &Path| fs::metadata(path).and_then(|facts| facts.modified());
    if let Some(hash) = known
        && let (Ok(live), Ok(saved)) = (modified(source), modified(target))
        && saved >= live
        && fs::metadata(target).is_ok_and(|facts| facts.len() == size_bytes)
    {
        return Ok(hash);
    }
    let replaced = || {
        StoreError::Conflict(format!("{} was replaced while it was copied; take the backup again", source.display()))
    };
    if !source.exists() {
        return Err(replaced());
    }
    copy_whole(source, target)?;
    let found = fs::metadata(target).map_err(StoreError::disk(target))?.len();
    if found != size_bytes {
        return Err(StoreError::Conflict(format!(
            "{} was replaced while it was copied; take the backup again",
            source.display()
        )));
    }
    hash_of(target)
}

fn check(what: &'static str, path: &Path, hash: &str) -> Result<(), StoreError> {
    let found = hash_of(path)?;
    if found == hash {
        return Ok(());
    }
    let detail = format!("{} is not what the manifest says; use another backup", path.display());
    Err(StoreError::Corrupt { what, detail })
}

/// Copies a file so that it is whole or not there.
fn copy_whole(source: &Path, target: &Path) -> Result<(), StoreError> {
    let folder = target.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    fs::create_dir_all(&folder).map_err(StoreError::disk(&folder))?;
    let draft = tempfile::NamedTempFile::new_in(&folder).map_err(StoreError::disk(&folder))?;
    fs::copy(source, draft.path()).map_err(StoreError::disk(source))?;
    draft.as_file().sync_all().map_err(StoreError::disk(target))?;
    draft.persist(target).map(drop).map_err(|error| StoreError::disk(target)(error.error))
}

fn hash_of(path: &Path) -> Result<String, StoreError> {
    let mut hasher = blake3::Hasher::new();
    let mut file = fs::File::open(path).map_err(StoreError::disk(path))?;
    std::io::copy(&mut file, &mut hasher).map_err(StoreError::disk(path))?;
    Ok(hasher.finalize().to_hex().to_string())
}
