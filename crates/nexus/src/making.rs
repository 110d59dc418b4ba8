//! `nexus render` of an edit that describes media: it is made first, and kept in the data folder.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use nexus_core::{
    BusinessId,
    blob::{BlobKey, BlobRef, Bucket},
    business::BrandKit,
    port::{BlobStore, StepContext},
};
use nexus_edit::{Edit, making::makings, merge};
use nexus_flows::edit::{Customer, Made};
use nexus_render::{Files, Library as _};
use nexus_store::{LocalBlobs, Store};
use serde_json::Value;

use crate::{clock::SystemClock, config::Config, wire};

/// Whoever has no account here.
const OWNER: &str = "nexus render";

/// Makes what `document` describes and adds it to `files`; the document of files alone, and what people should know.
pub(crate) async fn make(
    document: Value,
    files: &mut Files,
    config: &Config,
    context: &StepContext,
) -> anyhow::Result<(Value, Vec<String>)> {
    // What cannot be read is told by the renderer, with every place.
    let Ok((edit, _)) = Edit::read(&document) else { return Ok((document, Vec::new())) };
    let all = makings(&edit)?;
    if all.is_empty() {
        return Ok((document, Vec::new()));
    }
    let (mut document, _) = merge::expand(&document)?;
    let store = Store::open(&config.data, Arc::new(SystemClock)).await?;
    // Nobody asks for links to these objects, so the address of the endpoint does not matter.
    let blobs: Arc<dyn BlobStore> = Arc::new(LocalBlobs::new(store, "http://127.0.0.1:8788")?);
    let makers = wire::makers(&blobs, &config.data.join("scratch"));
    let customer = Customer { business: BusinessId::derived(&[OWNER]), kit: BrandKit::default() };
    let mut remarks = Vec::new();
    for making in &all {
        let still = match making.still_src() {
            Some(src) => stored(src, files, &blobs, customer.business).await?,
            None => None,
        };
        let made = makers.make(&customer, making, still.as_ref(), context).await;
        let Made { blob, remarks: told } = made.map_err(|error| anyhow::anyhow!("{}", error.message))?;
        making.put(&edit, &mut document, &blob.url());
        files.0.insert(blob.url(), blobs.local_file(&blob).await?);
        remarks.extend(told);
    }
    Ok((document, remarks))
}

/// The file behind `src` as a stored object, when there is one.
async fn stored(
    src: &str,
    files: &Files,
    blobs: &Arc<dyn BlobStore>,
    business: BusinessId,
) -> anyhow::Result<Option<BlobRef>> {
    let Some(found) = files.find(src).await? else { return Ok(None) };
    let ending = found.file.extension().and_then(|ending| ending.to_str()).filter(|ending| is_plain(ending));
    let key = BlobKey::new(business, &format!("stills/{}.{}", &found.identity[..32], ending.unwrap_or("bin")))
        .context("name a still")?;
    Ok(Some(put(blobs, &key, &found.file).await?))
}

async fn put(blobs: &Arc<dyn BlobStore>, key: &BlobKey, file: &Path) -> anyhow::Result<BlobRef> {
    match blobs.head(Bucket::Final, key).await? {
        Some(blob) => Ok(blob),
        None => Ok(blobs.put_file(Bucket::Final, key, file).await?),
    }
}

fn is_plain(ending: &str) -> bool {
    ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
