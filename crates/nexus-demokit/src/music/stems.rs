//! The band: each player renders its part of the score into a stereo bus.

use super::score::{Part, Score};
use super::synth::{Envelope, Filter, Noise, RATE, Saw, Sine, pitch};

/// A stereo stretch of samples.
#[derive(Debug, Clone)]
pub(crate) struct Bus {
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
}

impl Bus {
    /// Silence of a length.
    pub(crate) fn silent(samples: usize) -> Self {
        Self { left: vec![0.0; samples], right: vec![0.0; samples] }
    }

    /// Adds `sound(t)` from second `at` for `length_s`; `pan` is -1 left to 1 right.
    fn add(&mut self, at: f64, length_s: f32, pan: f32, mut sound: impl FnMut(f32) -> f32) {
        let first = (at * f64::from(RATE)).round() as usize;
        let count = (length_s * RATE) as usize;
        let (l, r) = ((1.0 - pan).min(1.0), (1.0 + pan).min(1.0));
        for k in 0..count {
            let value = sound(k as f32 / RATE);
            if let Some(out) = self.left.get_mut(first + k) {
                *out += value * l;
            }
            if let Some(out) = self.right.get_mut(first + k) {
                *out += value * r;
            }
        }
    }
}

/// All players' buses.
pub(crate) struct Stems {
    pub(crate) kick: Bus,
    pub(crate) drums: Bus,
    pub(crate) bass: Bus,
    pub(crate) pads: Bus,
    pub(crate) stabs: Bus,
    pub(crate) lead: Bus,
    pub(crate) rise: Bus,
    /// When each kick falls, for the pumping of the others.
    pub(crate) kicks: Vec<f64>,
}

/// Plays the whole score.
pub(crate) fn play(score: &Score) -> Stems {
    let samples = (score.length_s() * f64::from(RATE)) as usize;
    let new = || Bus::silent(samples);
    let mut stems = Stems {
        kick: new(),
        drums: new(),
        bass: new(),
        pads: new(),
        stabs: new(),
        lead: new(),
        rise: new(),
        kicks: Vec::new(),
    };
    for bar in 0..score.bars() {
        drums(score, bar, &mut stems);
        harmony(score, bar, &mut stems);
    }
    ending(score, &mut stems);
    stems
}

fn drums(score: &Score, bar: u32, stems: &mut Stems) {
    let (part, inside, bars) = score.part_of(bar);
    let first = bar * 16;
    let at = |step: u32| score.at(first + step);
    let last = inside + 1 == bars;
    // Kick.
    let kicks: &[u32] = match part {
        Part::Intro if inside < bars / 2 => &[0],
        Part::Intro => &[0, 8],
        Part::Build if last => &[],
        Part::Build => &[0, 4, 8, 12],
        Part::Drop => score.kick,
        Part::Outro => &[0, 8],
    };
    for &step in kicks {
        kick(&mut stems.kick, at(step), if part == Part::Intro { 0.62 } else { 1.0 });
        stems.kicks.push(at(step));
    }
    // Snare with clap on two and four; a roll that tightens through the build.
    match part {
        Part::Drop => [4, 12].iter().for_each(|&step| snare(&mut stems.drums, at(step), 1.0, bar * 16 + step)),
        Part::Intro if inside >= bars / 2 => snare(&mut stems.drums, at(12), 0.45, bar),
        Part::Build => {
            let every = match (inside * 4) / bars.max(1) {
                0 => 8,
                1 => 4,
                2 => 2,
                _ => 1,
            };
            let steps = if last { 14 } else { 16 };
            for step in (0..steps).filter(|step| step % every == if every == 8 { 4 } else { 0 }) {
                let rise = (inside as f32 + step as f32 / 16.0) / bars as f32;
                snare(&mut stems.drums, at(step), 0.22 + 0.5 * rise * rise, bar * 16 + step);
            }
        }
        Part::Outro if inside == 0 => {
            [4, 12].iter().for_each(|&step| snare(&mut stems.drums, at(step), 0.7, bar * 16 + step))
        }
        Part::Intro | Part::Outro => {}
    }
    if part == Part::Drop && last {
        for (step, level) in [(13, 0.3), (14, 0.45), (15, 0.6)] {
            snare(&mut stems.drums, at(step), level, bar * 16 + step + 7);
        }
    }
    // Hats: closed with a swing of loudness, open between the beats.
    let density = match part {
        Part::Intro if inside < bars / 2 => 0,
        Part::Intro => 4,
        Part::Build => 2,
        Part::Drop => 1,
        Part::Outro => 4,
    };
    if density > 0 {
        for step in (0..16).step_by(density) {
            let accent = [1.0, 0.35, 0.7, 0.4][step as usize % 4];
            let level = accent * if part == Part::Drop { 0.9 } else { 0.6 };
            hat(&mut stems.drums, at(step), 0.045, level, bar * 16 + step);
        }
    }
    if matches!(part, Part::Drop) || (part == Part::Build && inside > 0) {
        for step in [2, 6, 10, 14] {
            hat(&mut stems.drums, at(step), 0.17, 0.75, bar * 16 + step + 3);
        }
    }
    if inside == 0 && matches!(part, Part::Drop | Part::Outro) || (part == Part::Drop && inside % 8 == 0) {
        crash(&mut stems.drums, at(0), bar);
    }
    if part == Part::Build && inside == 0 {
        rise(&mut stems.rise, at(0), (score.beat_s() * 4.0 * f64::from(bars)) as f32);
    }
}

fn kick(bus: &mut Bus, at: f64, level: f32) {
    let mut phase = 0.0f32;
    let mut noise = Noise::new(7);
    bus.add(at, 0.34, 0.0, |t| {
        phase += (46.0 + 120.0 * (-t * 32.0).exp() + 260.0 * (-t * 180.0).exp()) / RATE;
        let body = (phase * std::f32::consts::TAU).sin() * (-t * 8.5).exp() * (1.0 - t / 0.34);
        let click = noise.next() * (-t * 700.0).exp() * 0.16;
        ((body * 1.5).tanh() + click) * level * (t / 0.0007).min(1.0)
    });
}

fn snare(bus: &mut Bus, at: f64, level: f32, seed: u32) {
    for (index, pan) in [-0.28f32, 0.28].into_iter().enumerate() {
        let mut noise = Noise::new(seed * 2 + index as u32 + 100);
        let (mut band, mut air) = (Filter::default(), Filter::default());
        let mut tone = Sine::default();
        bus.add(at, 0.30, pan, |t| {
            let claps =
                [0.0f32, 0.011, 0.021].iter().map(|d| if t >= *d { (-(t - d) * 95.0).exp() } else { 0.0 }).sum::<f32>();
            let n = noise.next();
            let clap = band.next(n, 1650.0, 1.5).band * (claps * 0.75 + (-t * 17.0).exp() * 0.55);
            let sizzle = air.next(n, 5200.0, 0.7).high * (-t * 26.0).exp() * 0.20;
            let drum = tone.next(178.0 + 60.0 * (-t * 45.0).exp()) * (-t * 24.0).exp() * 0.42;
            (clap + sizzle + drum) * level * 0.62 * (t / 0.0005).min(1.0) * (1.0 - t / 0.30)
        });
    }
}

fn hat(bus: &mut Bus, at: f64, decay: f32, level: f32, seed: u32) {
    let mut noise = Noise::new(seed + 900);
    let mut high = Filter::default();
    let pan = if seed.is_multiple_of(2) { 0.16 } else { -0.12 };
    bus.add(at, decay * 2.2, pan, |t| {
        high.next(noise.next(), 8200.0, 0.9).high * (-t / decay * 3.2).exp() * level * 0.17 * (t / 0.0006).min(1.0)
    });
}

fn crash(bus: &mut Bus, at: f64, seed: u32) {
    for (index, pan) in [-0.6f32, 0.6].into_iter().enumerate() {
        let mut noise = Noise::new(seed * 3 + index as u32 + 5000);
        let mut high = Filter::default();
        bus.add(at, 2.2, pan, |t| {
            high.next(noise.next(), 4300.0, 0.6).high * (-t * 2.3).exp() * 0.17 * (1.0 - t / 2.2) * (t / 0.001).min(1.0)
        });
    }
}

/// A breath of noise that climbs and stops a little before the drop.
fn rise(bus: &mut Bus, at: f64, length: f32) {
    for (index, pan) in [-0.5f32, 0.5].into_iter().enumerate() {
        let mut noise = Noise::new(index as u32 + 8000);
        let mut band = Filter::default();
        let mut tone = Saw::new(0.25 * index as f32);
        let end = length - 0.10;
        bus.add(at, length, pan, |t| {
            let s = (t / end).min(1.0);
            let gone = (1.0 - (t - end).max(0.0) / 0.09).max(0.0);
            let air = band
                .next(noise.next() + 0.12 * tone.next(pitch(48.0 + 24.0 * s * s)), 300.0 + 6500.0 * s * s, 1.4)
                .band;
            air * s * s * 0.15 * gone
        });
    }
}

fn harmony(score: &Score, bar: u32, stems: &mut Stems) {
    let (part, inside, bars) = score.part_of(bar);
    let chord = &score.chords[(bar % 4) as usize];
    let bar_s = (score.beat_s() * 4.0) as f32;
    let sixteenth = bar_s / 16.0;
    let first = bar * 16;
    let through = (inside as f32 + 0.5) / bars as f32;
    // Pads: three detuned saws per voice, wide.
    let (open, level) = match part {
        Part::Intro => (750.0 + 500.0 * through, 0.80),
        Part::Build => (900.0 + 3200.0 * through * through, 0.80),
        Part::Drop => (2400.0, 0.62),
        Part::Outro => (1300.0 - 500.0 * through, 0.85),
    };
    for (index, &note) in chord.voices.iter().enumerate() {
        for (k, (cents, pan)) in [(-0.075f32, -0.75f32), (0.0, 0.0), (0.07, 0.75)].into_iter().enumerate() {
            let hz = pitch(note as f32 + cents);
            let mut saw = Saw::new((index as f32 * 0.37 + k as f32 * 0.29 + bar as f32 * 0.61).fract());
            let mut low = Filter::default();
            let shape = Envelope { attack: 0.10, decay: 1.0, sustain: 0.85, release: 0.45, gate: bar_s - 0.03 };
            stems.pads.add(score.at(first), shape.length(), pan, |t| {
                low.next(saw.next(hz), open * score.bright * (0.85 + 0.15 * (t * 0.9).sin()), 0.75).low
                    * shape.at(t)
                    * 0.030
                    * level
            });
        }
    }
    // Short chords.
    let stabs: &[u32] = match part {
        Part::Intro => &[0, 6, 11],
        Part::Build | Part::Drop => score.stabs,
        Part::Outro => &[0],
    };
    for &step in stabs {
        for (index, &note) in chord.voices.iter().enumerate() {
            let pan = (index as f32 - 1.5) * 0.36;
            let (mut one, mut two, mut body) = (Saw::new(0.13 * index as f32), Saw::new(0.5), Sine::default());
            let mut low = Filter::default();
            let shape = Envelope { attack: 0.003, decay: 0.42, sustain: 0.0, release: 0.16, gate: sixteenth * 2.4 };
            let bright = score.bright
                * match part {
                    Part::Intro => 0.55 + 0.35 * through,
                    Part::Build => 0.8 + 0.8 * through,
                    Part::Drop => 1.15,
                    Part::Outro => 0.7,
                };
            let hz = pitch(note as f32 + 12.0 * f32::from(u8::from(index == 0)));
            stems.stabs.add(score.at(first + step), shape.length(), pan, |t| {
                let raw = one.next(hz * 1.0025) + two.next(hz * 0.9975);
                let cut = (500.0 + 3600.0 * (-t * 11.0).exp()) * bright;
                (low.next(raw, cut, 1.1).low * 0.055 + body.next(hz) * 0.035) * shape.at(t)
            });
        }
    }
    // Bass.
    let bass: &[(u32, u32, i32)] = match part {
        Part::Intro if inside < bars / 2 => &[],
        Part::Intro => &[(0, 14, 0)],
        Part::Build => &[(0, 3, 0), (4, 3, 0), (8, 3, 0), (12, 3, 0)],
        Part::Drop => score.bass,
        Part::Outro => &[(0, 15, 0)],
    };
    for &(step, length, interval) in bass {
        let note = chord.bass + interval;
        let note = if note > 50 { note - 12 } else { note };
        let hz = pitch(note as f32);
        let (mut sub, mut saw, mut low) = (Sine::default(), Saw::new(0.0), Filter::default());
        let shape = Envelope {
            attack: 0.006,
            decay: 0.35,
            sustain: 0.72,
            release: 0.05,
            gate: length as f32 * sixteenth * 0.88,
        };
        stems.bass.add(score.at(first + step), shape.length(), 0.0, |t| {
            let growl = low.next(saw.next(hz), (160.0 + 900.0 * (-t * 9.0).exp()) * score.bright, 0.9).low;
            (sub.next(hz) * 0.34 + growl * 0.22) * shape.at(t)
        });
    }
    // Lead: the phrase in the drop, its first half alone, an octave down and soft in the build.
    let (level, lower) = match part {
        Part::Drop => (1.0, 0),
        Part::Build => (0.45, 12),
        Part::Intro if inside >= bars / 2 => (0.30, 12),
        Part::Intro | Part::Outro => return,
    };
    let phrase_bar = bar % 4;
    for &(step, length, note) in score.lead.iter().filter(|(step, _, _)| step / 16 == phrase_bar) {
        let hz = pitch((note - lower) as f32);
        let (mut one, mut two, mut round, mut low) =
            (Saw::new(0.0), Saw::new(0.33), Sine::default(), Filter::default());
        let shape =
            Envelope { attack: 0.012, decay: 0.5, sustain: 0.6, release: 0.14, gate: length as f32 * sixteenth * 0.92 };
        stems.lead.add(score.at(first + step % 16), shape.length(), 0.0, |t| {
            let bend = 1.0 + 0.0035 * (t * 33.0).sin() * (t * 3.0 - 0.3).clamp(0.0, 1.0);
            let raw = one.next(hz * bend * 1.003) + two.next(hz * bend * 0.997);
            let tone = low.next(raw, (900.0 + 2600.0 * (-t * 5.0).exp()) * score.bright, 0.9).low;
            (tone * 0.060 + round.next(hz * bend) * 0.085) * shape.at(t) * level
        });
    }
}

/// The last downbeat: one chord, left to ring.
fn ending(score: &Score, stems: &mut Stems) {
    let at = score.at(score.bars() * 16);
    kick(&mut stems.kick, at, 0.9);
    stems.kicks.push(at);
    crash(&mut stems.drums, at, 999);
    let chord = &score.chords[0];
    for (index, &note) in chord.voices.iter().chain([&chord.bass]).enumerate() {
        let hz = pitch(note as f32);
        let (mut saw, mut sine, mut low) = (Saw::new(0.2 * index as f32), Sine::default(), Filter::default());
        stems.stabs.add(at, 1.55, (index as f32 - 2.0) * 0.3, |t| {
            let fall = (-t * 2.4).exp() * (1.0 - t / 1.55) * (t / 0.004).min(1.0);
            (low.next(saw.next(hz), 400.0 + 2000.0 * (-t * 5.0).exp(), 0.8).low * 0.10 + sine.next(hz) * 0.09) * fall
        });
    }
}
