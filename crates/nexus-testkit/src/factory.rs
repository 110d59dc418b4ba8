//! Entities for tests, complete and plausible, so that a test names only what it is about.

use nexus_core::{
    AssetId, BusinessId, FrameRate, RunId,
    blob::{BlobKey, BlobRef, Bucket},
    business::{BrandKit, BrandVoice, Business},
    footage::{MediaInfo, Motion, Shot, Tag, VideoInfo},
    journal::{StepKey, StepName},
    network::Network,
    port::StepContext,
    review::{Review, ReviewDocument},
};

/// Quay House, a restaurant by a harbour.
#[must_use]
pub fn business() -> Business {
    Business {
        id: BusinessId::derived(&["quay-house"]),
        slug: "quay-house".into(),
        name: "Quay House".into(),
        category: "restaurant".into(),
        locality: "Old Harbour".into(),
        language: "en".into(),
        call_to_action: "Book a table".into(),
        website: "https://quayhouse.example".into(),
        voice: BrandVoice::default(),
        kit: BrandKit::default(),
        networks: Network::ALL.to_vec(),
    }
}

/// A review of Quay House with these words.
///
/// # Panics
/// When `text` could not be a review.
#[must_use]
pub fn review(text: &str) -> Review {
    ReviewDocument {
        id: "g-1".into(),
        rating: 5,
        author: "Marta K.".into(),
        text: text.into(),
        created_at: "2026-06-01T19:30:00Z".into(),
        language: "en".into(),
        source: "Google".into(),
    }
    .accept(business().id)
    .expect("a review for a test")
}

/// A step context that nobody watches.
#[must_use]
pub fn context(step: &'static str) -> StepContext {
    StepContext::quiet(StepKey { run: RunId::derived(&["test"]), step: StepName::aside(step), item: String::new() })
}

/// A stored object that no store holds.
///
/// # Panics
/// When `path` is no object path.
#[must_use]
pub fn blob(path: &str) -> BlobRef {
    let key = BlobKey::new(business().id, path).expect("a key for a test");
    BlobRef { bucket: Bucket::Raw, key, size_bytes: 1000, etag: "0123456789abcdef0123456789abcdef".into() }
}

/// Facts of a 4 s clip of 1920x1080 at 30 fps without sound.
#[must_use]
pub fn media_info() -> MediaInfo {
    MediaInfo {
        duration_s: 4.0,
        video: Some(VideoInfo {
            width_px: 1920,
            height_px: 1080,
            rotation_deg: 0,
            rate: FrameRate::FPS_30,
            variable_rate: false,
            bit_depth: 8,
            full_range: false,
            codec: "h264".into(),
            pixel_format: "yuv420p".into(),
        }),
        audio: None,
        container: "mov,mp4,m4a,3gp,3g2,mj2".into(),
    }
}

/// The only shot of a clip called `file_name`, with these tags at score 0.9.
#[must_use]
pub fn shot(file_name: &str, tags: &[&str]) -> Shot {
    let tag = |name: &&str| Tag { name: (*name).to_owned(), score: 0.9, source: "test".into(), at_s: 1.0 };
    Shot {
        asset: AssetId::derived(&[file_name]),
        index: 0,
        business: business().id,
        blob: blob(&format!("raw/{file_name}")),
        file_name: file_name.into(),
        start_s: 0.0,
        end_s: 4.0,
        tags: tags.iter().map(tag).collect(),
        quality: 0.8,
        motion: Motion { peak_s: 2.0, ..Motion::default() },
        mean_rgb: [120, 110, 100],
        focus: [0.5, 0.5],
        calm: [0.6, 0.4, 0.5],
        light: [0.3, 0.25, 0.2],
        info: media_info(),
        sound: None,
        generated: false,
        caption: String::new(),
        seen_by: String::new(),
        vectors: Vec::new(),
    }
}
