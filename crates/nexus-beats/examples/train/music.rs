//! Music made by rule, with its beats known exactly: drums in several styles, bass, chords and melody at a
//! random tempo, so that the models do not learn the few excerpts alone.

use std::f64::consts::TAU;

use nexus_core::port::Pcm;

use crate::source::Track;

const RATE: f64 = 22_050.0;
const LENGTH_S: f64 = 24.0;
/// Styles: hits in sixteenths of a bar of four (or of three when the fourth is not reached).
const STYLES: [[&str; 3]; 10] = [
    // kick, snare, hat; x strong, o soft, . none
    ["x.......x.......", "....x.......x...", "x.x.x.x.x.x.x.x."],
    ["x.......x.x.....", "....x.......x...", "xoxoxoxoxoxoxoxo"],
    ["x...x...x...x...", "....x.......x...", "..x...x...x...x."],
    ["x...x...x...x...", "................", "..x...x...x...x."],
    ["x.....x...x.....", "....x..o.o..x...", "x.x.x.x.x.x.x.x."],
    ["x...............", "........x.......", "x.x.x.x.x.x.x.x."],
    ["x.........x.....", "....x.......x...", "x.xxx.x.x.xxx.x."],
    ["x..x..x.x..x..x.", "....x.......x...", "x...x...x...x..."],
    ["................", "................", "x...o...x...o..."],
    ["................", "................", "................"],
];
const WALTZ: [[&str; 3]; 3] = [
    ["x...........", "....x...x...", "x.x.x.x.x.x."],
    ["x...........", "........x...", "x.x.x.x.x.x."],
    ["x.....o.....", "....o...x...", "x...x...x..."],
];

/// A deterministic stream of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn pick(&mut self, count: usize) -> usize {
        ((self.roll() * count as f64) as usize).min(count - 1)
    }
}

/// The track for a seed.
pub(crate) fn track(seed: u64) -> Track {
    let mut dice = Dice(seed.wrapping_mul(7919) + 17);
    if dice.roll() < 0.12 {
        return metronome(&mut dice);
    }
    let meter = if dice.roll() < 0.2 { 3 } else { 4 };
    let bpm = 70.0 * (180.0_f64 / 70.0).powf(dice.roll());
    let style = if meter == 4 { STYLES[dice.pick(STYLES.len())] } else { WALTZ[dice.pick(WALTZ.len())] };
    let drumless = style.iter().all(|line| !line.contains('x'));
    let swing = if dice.roll() < 0.2 { 0.3 } else { 0.0 };
    let lead = dice.roll() * 1.5;
    let beat = 60.0 / bpm;
    let mut sound = vec![0.0_f32; (LENGTH_S * RATE) as usize];
    let mut truth = Vec::new();
    let pickup = dice.pick(meter);
    let chords: Vec<f64> = (0..4).map(|_| [0.0, 3.0, 5.0, 7.0, 8.0, 10.0][dice.pick(6)]).collect();
    let bars_per_chord = 1 + dice.pick(2);
    let bass_style = dice.pick(4);
    let arpeggio = drumless || dice.roll() < 0.5;
    let root = 45.0 + dice.pick(8) as f64;
    let drum_gain = 0.3 + 0.7 * dice.roll();
    let mut index = 0;
    while lead + index as f64 * beat < LENGTH_S {
        let at = lead + index as f64 * beat;
        let place = (index + pickup) % meter;
        let bar = (index + pickup) / meter;
        truth.push((at, place as u32 + 1));
        let chord = root + chords[bar / bars_per_chord % 4];
        for step in 0..4 {
            let late = if step % 2 == 1 { swing * 0.25 * beat } else { 0.0 };
            let time = at + step as f64 * beat / 4.0 + late;
            for (voice, line) in style.iter().enumerate() {
                let gain: f64 = match line.as_bytes()[place * 4 + step] {
                    b'x' => 1.0,
                    b'o' => 0.4,
                    _ => 0.0,
                };
                let fill = bar % 4 == 3 && place + 1 == meter && voice == 1 && dice.roll() < 0.5 && !drumless;
                if gain > 0.0 || fill {
                    let gain = gain.max(if fill { 0.5 } else { 0.0 });
                    drum(&mut sound, voice, time, drum_gain * gain * (0.8 + 0.2 * dice.roll()), &mut dice);
                }
            }
            let bass_hit = match bass_style {
                0 => place == 0 && step == 0,
                1 => step == 0 && place.is_multiple_of(2),
                2 => step % 2 == 0,
                _ => (place == 0 && step == 0) || (place == meter / 2 && step == 2) || (step == 2 && dice.roll() < 0.2),
            };
            if bass_hit {
                let length = if bass_style == 2 { beat * 0.45 } else { beat * 1.4 };
                tone(&mut sound, chord - 12.0, time, length, 0.22);
            }
            if arpeggio && step % 2 == 0 {
                let note = chord + [0.0, 7.0, 12.0, 16.0][dice.pick(4)] + 12.0;
                tone(&mut sound, note, time, beat * 0.5, if step == 0 { 0.12 } else { 0.08 });
            }
        }
        if place == 0 && bar.is_multiple_of(bars_per_chord) {
            for note in [0.0, 4.0, 7.0] {
                tone(&mut sound, chord + 12.0 + note, at, beat * (meter * bars_per_chord) as f64, 0.08);
            }
            if bar.is_multiple_of(4) && !drumless && dice.roll() < 0.7 {
                drum(&mut sound, 3, at, drum_gain * 0.5, &mut dice);
            }
        }
        if dice.roll() < 0.3 {
            let note = chord + 24.0 + [0.0, 2.0, 4.0, 7.0, 9.0][dice.pick(5)];
            tone(&mut sound, note, at + [0.0, 0.5][dice.pick(2)] * beat, beat, 0.08);
        }
        index += 1;
    }
    Track { pcm: Pcm { rate_hz: RATE as u32, samples: sound }, truth }
}

/// Clicks with an accent on the downbeat.
fn metronome(dice: &mut Dice) -> Track {
    let meter = 3 + dice.pick(2);
    let beat = 60.0 / (70.0 * (180.0_f64 / 70.0).powf(dice.roll()));
    let lead = dice.roll();
    let accent = 1.2 + dice.roll();
    let (plain, high) = (70.0 + dice.roll() * 20.0, dice.roll() * 12.0);
    let mut sound = vec![0.0_f32; (LENGTH_S * RATE) as usize];
    let mut truth = Vec::new();
    for index in 0..((LENGTH_S - lead) / beat) as usize {
        let down = index % meter == 0;
        let at = lead + index as f64 * beat;
        let (note, gain) = if down { (plain + high, 0.3 * accent) } else { (plain, 0.3) };
        tone(&mut sound, note, at, 0.05, gain);
        truth.push((at, (index % meter) as u32 + 1));
    }
    Track { pcm: Pcm { rate_hz: RATE as u32, samples: sound }, truth }
}

fn tone(sound: &mut [f32], note: f64, at_s: f64, length_s: f64, gain: f64) {
    let hz = 440.0 * 2.0_f64.powf((note - 69.0) / 12.0);
    let first = (at_s * RATE) as usize;
    for offset in 0..(length_s * RATE) as usize {
        let Some(slot) = sound.get_mut(first + offset) else { return };
        let time = offset as f64 / RATE;
        let shape = (time / 0.006).min(1.0) * (1.0 - time / length_s) * (-time * 0.8).exp();
        let wave = (TAU * hz * time).sin() + 0.4 * (TAU * 2.0 * hz * time).sin() + 0.2 * (TAU * 3.0 * hz * time).sin();
        *slot += (wave * gain * shape) as f32;
    }
}

/// Kick, snare, hat, crash.
fn drum(sound: &mut [f32], voice: usize, at_s: f64, gain: f64, dice: &mut Dice) {
    let (length_s, decay) = [(0.25, 14.0), (0.2, 20.0), (0.06, 70.0), (1.2, 3.5)][voice];
    let first = (at_s.max(0.0) * RATE) as usize;
    let mut last = 0.0;
    for offset in 0..(length_s * RATE) as usize {
        let Some(slot) = sound.get_mut(first + offset) else { return };
        let time = offset as f64 / RATE;
        let noise = 2.0 * dice.roll() - 1.0;
        let bright = noise - last;
        last = noise;
        let wave = match voice {
            0 => 0.9 * (TAU * (50.0 * time + 4.0 * (1.0 - (-time * 35.0).exp()))).sin(),
            1 => 0.35 * noise + 0.35 * (TAU * 190.0 * time).sin(),
            _ => 0.16 * bright,
        };
        *slot += (wave * gain * (-time * decay).exp()) as f32;
    }
}
