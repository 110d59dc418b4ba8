//! A script on a cut plan becomes an Edit document: pictures, words, stars, end card and music.

mod end_card;
mod pictures;
mod proof;
mod words;

use nexus_core::{
    business::Business,
    script::{Part, Scene, Script},
};

use crate::{
    cut::CutPlan,
    look::{Backdrop, Frame, Look, Place, light},
    model::{
        Animated, Asset, Audio, Clip, Easing, Edit, Format, Fps, Grade, Interpolation, Output, Quality, Size, Timeline,
        Track, Tween,
    },
};

pub use pictures::joins;

/// The picture of one slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Footage {
    /// Source, as the render request names it.
    pub src: String,
    /// First second used.
    pub in_s: f64,
    /// Source seconds per second: 1 as it was filmed, less for slow motion.
    pub speed: f64,
    /// Seconds of the same take before the first one used.
    pub head_s: f64,
    /// Seconds of the source after the last one used; negative where it ends before its slot does.
    pub tail_s: f64,
    /// Volume of its own sound, 0 to 1.
    pub volume: f64,
    /// True when the camera stands still; then the frame pushes in gently.
    pub is_static: bool,
    /// What words on it stand against.
    pub backdrop: Backdrop,
    /// Its mean colour, sRGB.
    pub mean_rgb: [u8; 3],
}

/// All that a film is composed of.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmPlan<'a> {
    /// Whose film; its kit says in which style.
    pub business: &'a Business,
    /// The words.
    pub script: &'a Script,
    /// The cuts, each with its [`crate::cut::Join`].
    pub cuts: &'a CutPlan,
    /// One picture per slot of `cuts`.
    pub footage: &'a [Footage],
    /// The track, as the render request names it.
    pub music_src: &'a str,
    /// Pixels.
    pub frame: Frame,
}

/// The Edit document of a film. Pure: the same plan gives the same document.
#[must_use]
pub fn compose(plan: &FilmPlan<'_>) -> Edit {
    let look = Look::of(&plan.business.kit);
    let grades = plan.grades();
    let pictures = pictures::pictures(plan, &look, &grades);
    let mut laid = Laid::default();
    let mut place = None;
    for (index, scene) in plan.script.scenes.iter().enumerate() {
        let Some((from, to)) = plan.cuts.scene_span(index) else { continue };
        let stage = Stage {
            plan,
            look: &look,
            scene,
            span_s: (plan.cuts.rate.start_of(from).0, plan.cuts.rate.start_of(to).0),
            backdrops: plan.backdrops(index, &grades),
            lasts: plan.lasts(index),
        };
        let more = match scene.part {
            Part::Hook | Part::Praise | Part::Drop => words::phrase(&stage, &mut place),
            Part::Place => words::lower_third(&stage),
            Part::Proof => proof::proof(&stage, place),
            Part::End => end_card::end_card(&stage),
        };
        laid.over.extend(more.over);
        laid.words.extend(more.words);
        laid.grounds.extend(more.grounds);
    }
    let mut tracks = stack(laid.over);
    tracks.extend(stack(laid.words));
    // Grounds lie upon each other in the order in which they were laid, the first at the bottom.
    tracks.extend(layers(laid.grounds));
    tracks.extend(pictures);
    tracks.extend(stack(music(plan)));
    let Frame { width_px, height_px } = plan.frame;
    let size = Size { width: width_px, height: height_px };
    let output = Output {
        fps: Some(Fps::nearest(plan.cuts.rate)),
        quality: Some(Quality::High),
        ..Output::new(Format::Mp4, size)
    };
    Edit::new(Timeline::new(tracks), output)
}

impl FilmPlan<'_> {
    /// What the words of a scene stand against: one per picture.
    fn backdrops(&self, scene: usize, grades: &[Option<Grade>]) -> Vec<Backdrop> {
        let shots = self.footage.iter().zip(grades);
        let of_scene = self.cuts.slots.iter().zip(shots).filter(|(slot, _)| slot.scene == scene);
        of_scene.map(|(_, (shot, grade))| shot.backdrop.graded(*grade)).collect()
    }

    /// What brings each picture nearer to the light of all.
    fn grades(&self) -> Vec<Option<Grade>> {
        let means: Vec<[u8; 3]> = self.footage.iter().map(|shot| shot.mean_rgb).collect();
        light::matched(&means)
    }

    /// True when every picture of a scene moves until its end.
    fn lasts(&self, scene: usize) -> bool {
        let mut of_scene = self.cuts.slots.iter().zip(self.footage).filter(|(slot, _)| slot.scene == scene);
        of_scene.all(|(_, shot)| shot.tail_s >= -0.5 / self.cuts.rate.as_f64())
    }
}

/// One scene, and all that it is laid with.
struct Stage<'a> {
    plan: &'a FilmPlan<'a>,
    look: &'a Look,
    scene: &'a Scene,
    /// From when to when it stands, in seconds.
    span_s: (f64, f64),
    backdrops: Vec<Backdrop>,
    /// True when its pictures move until their end.
    lasts: bool,
}

impl Stage<'_> {
    fn frame(&self) -> Frame {
        self.plan.frame
    }

    /// The beats in the scene, in film seconds.
    fn beats_s(&self) -> Vec<f64> {
        self.plan.cuts.beats_within(self.span_s)
    }

    /// Length of a beat in seconds; half a second where the music has none.
    fn beat_s(&self) -> f64 {
        match self.beats_s().as_slice() {
            [first, second, ..] => second - first,
            _ => 0.5,
        }
    }

    /// Height of a line of a role, as a share of the frame's height.
    fn line(&self, role: crate::look::Role) -> f64 {
        let (face, _) = self.look.face(role);
        self.frame().size_px(self.look, role) * face.line_height / f64::from(self.frame().height_px)
    }

    /// The ground that words at a place need; nothing where the picture is dark and calm enough.
    fn ground(&self, place: Place, band: crate::look::Band) -> Option<Clip> {
        let opacity = self.ground_opacity(place);
        let ground = self.look.palette.ground;
        (opacity >= 0.08).then(|| self.frame().scrim(ground, opacity, band, self.span_s))
    }

    /// Opacity of the ground behind words at a place, 0 to 1: as much as the contrast needs, more where it is busy.
    fn ground_opacity(&self, place: Place) -> f64 {
        let palette = &self.look.palette;
        let of = |backdrop: &Backdrop| {
            let needed = crate::look::needed_ground(palette.words, palette.ground, place.light(backdrop));
            needed.max(0.4 * (1.0 - place.calm(backdrop)))
        };
        self.backdrops.iter().map(of).fold(0.0, f64::max)
    }
}

/// Clips of a scene: what lies over everything, words, and what lies below words.
#[derive(Default)]
struct Laid {
    over: Vec<Clip>,
    words: Vec<Clip>,
    grounds: Vec<Clip>,
}

/// The music, faded over its last bar.
fn music(plan: &FilmPlan<'_>) -> Vec<Clip> {
    let pieces = &plan.cuts.music;
    let clip = |(index, piece): (usize, &crate::cut::MusicPiece)| {
        let is_last = index + 1 == pieces.len();
        let fade_s = plan.cuts.fade_s.min(piece.length_s);
        let fade = Tween {
            from: 1.0,
            to: 0.0,
            start: piece.length_s - fade_s,
            length: fade_s,
            interpolation: Interpolation::Bezier(Easing::EaseInOutSine),
        };
        let volume = if is_last && fade_s > 0.0 { Animated::Tweens(vec![fade]) } else { Animated::Constant(1.0) };
        let asset = Audio { trim: piece.source_s, volume, ..Audio::new(plan.music_src) };
        Clip::new(Asset::Audio(asset), piece.film_s, piece.length_s)
    };
    pieces.iter().enumerate().map(clip).collect()
}

/// Clips on as few tracks as hold them without overlap, in order of start.
fn stack(mut clips: Vec<Clip>) -> Vec<Track> {
    clips.sort_by(|left, right| span_s(left).0.total_cmp(&span_s(right).0));
    let mut tracks: Vec<Track> = Vec::new();
    for clip in clips {
        match tracks.iter_mut().find(|track| is_free(track, &clip)) {
            Some(track) => track.clips.push(clip),
            None => tracks.push(Track { clips: vec![clip] }),
        }
    }
    tracks
}

/// Clips on tracks in their own order: of two that overlap, the later one lies above.
fn layers(clips: Vec<Clip>) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    for clip in clips {
        // Above everything that it overlaps, and no higher.
        let above = tracks.iter().rposition(|track| !is_free(track, &clip)).map_or(0, |below| below + 1);
        match tracks.get_mut(above) {
            Some(track) => track.clips.push(clip),
            None => tracks.push(Track { clips: vec![clip] }),
        }
    }
    tracks.reverse();
    tracks
}

/// True when `clip` begins after the last clip of `track` has ended.
fn is_free(track: &Track, clip: &Clip) -> bool {
    track.clips.last().is_none_or(|last| span_s(last).1 <= span_s(clip).0 + 1e-6)
}

fn span_s(clip: &Clip) -> (f64, f64) {
    clip.fixed_span_s().expect("composed clips stand at fixed seconds")
}
