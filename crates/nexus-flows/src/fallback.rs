//! Flow 3, arrows 9 to 11: where footage is missing, a still is designed and a camera moves over it.

use nexus_core::{
    Arrow, AssetId, BusinessId, FrameRate,
    blob::BlobRef,
    business::Business,
    film::StillRequest,
    footage::{MediaInfo, Motion, Shot, Tag},
    port::{AnimateSpec, Ports},
    script::{Scene, Script},
};
use nexus_workflow::{FlowError, Run};

use crate::choose::{Choice, Pick};

/// How generated shots are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeneratedLook {
    /// Width of the film in pixels.
    pub width_px: u32,
    /// Height of the film in pixels.
    pub height_px: u32,
    /// Frame rate of the film.
    pub rate: FrameRate,
    /// Same seed, same stills.
    pub seed: u64,
}

/// Length of a generated clip in seconds: longer than the longest shot.
const GENERATED_S: f64 = 3.8;

/// Room for the camera to move: the still is that much larger than the film.
const MARGIN: f64 = 1.2;

/// Arrows 9 to 11: fills every gap of `choice`.
pub async fn fallback(
    run: &Run,
    ports: &Ports,
    business: &Business,
    script: &Script,
    choice: Choice,
    look: GeneratedLook,
) -> Result<Choice, FlowError> {
    let missing: Vec<usize> = (0..script.scenes.len()).filter(|&index| choice.picks[index].is_none()).collect();
    if missing.is_empty() {
        for arrow in [Arrow::AssetMissing, Arrow::MakeStill, Arrow::Animate] {
            run.skip(arrow, "every scene has its own footage").await?;
        }
        return Ok(choice);
    }
    let mut choice = choice;
    for index in missing {
        let scene = &script.scenes[index];
        choice.picks[index] = Some(generate(run, ports, business, scene, look).await?);
    }
    Ok(choice)
}

async fn generate(
    run: &Run,
    ports: &Ports,
    business: &Business,
    scene: &Scene,
    look: GeneratedLook,
) -> Result<Pick, FlowError> {
    let request = StillRequest {
        business: business.id,
        subject: scene.shows.clone(),
        kit: business.kit.clone(),
        width_px: enlarged(look.width_px),
        height_px: enlarged(look.height_px),
        seed: look.seed,
    };
    run.step_item(Arrow::AssetMissing, &scene.id, async |_| Ok(request.clone())).await?;
    let still = run
        .by(ports.images.adapter())
        .step_item(Arrow::MakeStill, &scene.id, async |step| ports.images.make_still(&request, &step).await)
        .await?;
    let spec =
        AnimateSpec { width_px: look.width_px, height_px: look.height_px, rate: look.rate, length_s: GENERATED_S };
    let clip = run
        .by(ports.animator.adapter())
        .step_item(Arrow::Animate, &scene.id, async |step| {
            let clip = ports.animator.animate(&still, &spec, &step).await?;
            let info = ports.media.probe(&ports.blobs.local_file(&clip).await?).await?;
            Ok((clip, info))
        })
        .await?;
    Ok(generated_pick(business.id, scene, clip))
}

/// The side of a still that a camera moves over, in pixels, for a clip with that side.
pub(crate) fn enlarged(pixels: u32) -> u32 {
    ((f64::from(pixels) * MARGIN / 2.0).round() as u32 * 2).min(4096)
}

fn generated_pick(business: BusinessId, scene: &Scene, (blob, info): (BlobRef, MediaInfo)) -> Pick {
    let why = format!(
        "Nothing in the footage shows “{}”, so a designed picture was made; it is marked as generated.",
        scene.shows
    );
    let shot = Shot {
        asset: AssetId::derived(&["generated", blob.key.as_str()]),
        index: 0,
        business,
        file_name: format!("generated: {}", scene.shows),
        start_s: 0.0,
        end_s: info.duration_s,
        tags: vec![Tag { name: "generated".into(), score: 1.0, source: "nexus".into(), at_s: 0.0 }],
        quality: 1.0,
        motion: Motion { activity: 1.0, zoom: 0.02, ..Motion::default() },
        mean_rgb: [64, 64, 64],
        focus: [0.5, 0.5],
        calm: [0.7, 0.6, 0.7],
        light: [0.2; 3],
        sound: None,
        generated: true,
        caption: String::new(),
        seen_by: String::new(),
        vectors: Vec::new(),
        blob,
        info,
    };
    Pick { shot, score: 0.0, why }
}
