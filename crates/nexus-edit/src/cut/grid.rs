//! Cuts on a grid: which scene gets which stretch of music, and where stretches are cut once more.

use nexus_core::{FrameRate, Frames, Seconds, script::Part};

use super::{
    CutConfig, CutPlan, LONGEST_SHOT_S, QUICK_S, SceneNeed, Slot,
    pace::{Pace, Piece, paces},
    track::{Track, Unit},
};

/// A tenth of a stretch too short is still readable; a whole stretch more would drag.
const SLACK: f64 = 0.1;

/// Every way to pace the film on its best stretch of the track, the best first.
pub(super) fn cuts(scenes: &[SceneNeed], track: &Track<'_>, rate: FrameRate, config: &CutConfig) -> Vec<CutPlan> {
    let mut shares = Shares::new(scenes, track.unit_s(), config);
    shares.end_on_bar_line(scenes, track.units_per_bar());
    let start = |shares: &Shares| track.best_start(shares.total(), shares.until_drop(scenes));
    let (mut units, mut music) = track.walk(start(&shares), shares.total());
    // Where beats are too quick for three moments in one stretch, a drop takes two.
    if let Some(at) = shares.drop_unit(scenes)
        && units[at].arrives
        && units[at].moments(QUICK_S).len() < 3
    {
        let drop = shares.scene_of(at);
        shares.whole[drop] += 1;
        shares.end_on_bar_line(scenes, track.units_per_bar());
        (units, music) = track.walk(start(&shares), shares.total());
    }
    let owners = shares.owners();
    let frame = |at_s: f64| rate.nearest_frame(Seconds(at_s));
    let slot = |piece: &Piece| {
        let (start, end) = (frame(piece.from_s), frame(piece.to_s));
        Slot {
            scene: piece.scene,
            start,
            length: Frames(end.0 - start.0),
            beat_s: Some(piece.from_s),
            beat: piece.beat,
            energy: piece.energy,
            is_quick: piece.is_quick,
            ..Slot::default()
        }
    };
    let beats_s: Vec<f64> = units.iter().flat_map(|unit| unit.beats.iter().map(|(at_s, _)| *at_s)).collect();
    let length = frame(units.last().map_or(0.0, |unit| unit.end_s));
    let plan = |pace: &Pace| CutPlan {
        rate,
        slots: pace.pieces(scenes, &owners, &units).iter().map(slot).collect(),
        length,
        music: music.clone(),
        beats_s: beats_s.clone(),
        fade_s: track.bar_s(),
    };
    paces(scenes, &owners, &units, config).iter().map(plan).collect()
}

/// How many stretches each scene gets.
struct Shares {
    /// Whole stretches by scene.
    whole: Vec<usize>,
    /// True when the end card shares one more stretch with the scene before it.
    end_shares: bool,
}

/// Who stands in a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// One scene.
    One(usize),
    /// The scene before the end card, and from the middle beat on the end card.
    Shared(usize, usize),
}

impl Shares {
    fn new(scenes: &[SceneNeed], unit_s: f64, config: &CutConfig) -> Self {
        let enough = |wanted: f64| ((wanted / unit_s - SLACK).ceil().max(1.0)) as usize;
        let mut whole: Vec<usize> = scenes.iter().map(|scene| enough(scene.min_s)).collect();
        let mut end_shares = false;
        if let Some((last, end)) = scenes.iter().enumerate().next_back().filter(|(_, scene)| scene.part == Part::End) {
            let wanted_s = end.min_s.max(config.end_card_s);
            let count = enough(wanted_s);
            let longest = ((LONGEST_SHOT_S / unit_s).floor() as usize).max(1);
            let half_less = (count as f64 - 0.5) * unit_s;
            end_shares = last > 0 && count > 1 && half_less >= wanted_s - SLACK * unit_s && half_less <= LONGEST_SHOT_S;
            // Too long a text for one shot stands for as long as one shot may.
            let half_more = (longest as f64 + 0.5) * unit_s;
            end_shares |= last > 0 && count > longest && half_more <= LONGEST_SHOT_S;
            whole[last] = if end_shares { (count - 1).min(longest) } else { count.min(longest) };
        }
        Self { whole, end_shares }
    }

    /// Where a stretch is half a bar, an odd one is added to the proof, else to the scene before the end card.
    fn end_on_bar_line(&mut self, scenes: &[SceneNeed], units_per_bar: usize) {
        if !self.total().is_multiple_of(units_per_bar) {
            let proof = scenes.iter().position(|scene| scene.part == Part::Proof);
            self.whole[proof.unwrap_or(scenes.len().saturating_sub(2))] += 1;
        }
    }

    fn total(&self) -> usize {
        self.whole.iter().sum::<usize>() + usize::from(self.end_shares)
    }

    /// Stretches before the first scene after the praise.
    fn until_drop(&self, scenes: &[SceneNeed]) -> usize {
        scenes.iter().zip(&self.whole).take_while(|(scene, _)| scene.part < Part::Drop).map(|(_, count)| count).sum()
    }

    /// The first stretch of the drop, when the script has one.
    fn drop_unit(&self, scenes: &[SceneNeed]) -> Option<usize> {
        let has_drop = scenes.iter().any(|scene| scene.part == Part::Drop);
        has_drop.then(|| self.until_drop(scenes)).filter(|at| *at < self.total())
    }

    fn scene_of(&self, unit: usize) -> usize {
        match self.owners()[unit] {
            Owner::One(scene) | Owner::Shared(scene, _) => scene,
        }
    }

    fn owners(&self) -> Vec<Owner> {
        let end = self.whole.len() - 1;
        let of_scene = |(scene, count): (usize, &usize)| {
            let shared = (self.end_shares && scene == end).then(|| Owner::Shared(end - 1, end));
            shared.into_iter().chain(std::iter::repeat_n(Owner::One(scene), *count)).collect::<Vec<Owner>>()
        };
        self.whole.iter().enumerate().flat_map(of_scene).collect()
    }
}

impl Pace {
    /// The shots of a film at this pace, in order and without gaps.
    pub(super) fn pieces(&self, scenes: &[SceneNeed], owners: &[Owner], units: &[Unit]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (index, (owner, unit)) in owners.iter().zip(units).enumerate() {
            let firsts = match owner {
                Owner::Shared(..) => [Some(0), unit.middle()].into_iter().flatten().collect(),
                Owner::One(_) if self.quick.contains(&index) => self.quick_firsts(unit),
                Owner::One(_) if self.halved.contains(&index) => {
                    [Some(0), unit.middle()].into_iter().flatten().collect()
                }
                Owner::One(_) => vec![0],
            };
            for (count, &first) in firsts.iter().enumerate() {
                let scene = match owner {
                    Owner::One(scene) => *scene,
                    Owner::Shared(before, end) => {
                        if count == 0 {
                            *before
                        } else {
                            *end
                        }
                    }
                };
                let (from_s, beat) = unit.beats.get(first).copied().unwrap_or((unit.start_s(), 1));
                let to_s = firsts.get(count + 1).map_or(unit.end_s, |next| unit.beats[*next].0);
                let is_quick = self.quick.contains(&index);
                let piece = Piece { scene, from_s, to_s, beat, energy: unit.energy, is_quick };
                let joins = scenes[scene].part == Part::End
                    || (self.joins_proof && matches!(owner, Owner::Shared(..)) && count == 0);
                match pieces.last_mut().filter(|last| joins && last.scene == scene) {
                    Some(last) if piece.to_s - last.from_s <= LONGEST_SHOT_S => last.to_s = piece.to_s,
                    Some(_) | None => pieces.push(piece),
                }
            }
        }
        pieces
    }
}
