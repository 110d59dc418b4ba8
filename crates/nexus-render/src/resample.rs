//! Draws a picture into a rectangle whose edges may lie between pixels: separable Catmull-Rom, widened when
//! shrinking, so that a slow push is smooth and nothing shimmers.

use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::geometry::Rect;

/// Rows that one task draws.
const BAND: usize = 48;
/// Weights are integers in units of 1/16384.
const UNIT_BITS: u32 = 14;
/// Bits that the first pass drops, so that its result fits 16 bits with room for overshoot.
const FIRST_SHIFT: u32 = 8;

/// How a picture is laid over what is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lay {
    /// Where.
    pub(crate) target: Rect,
    /// 0 to 255.
    pub(crate) opacity: u8,
}

/// Draws `picture`, stretched to the target, over `canvas`.
pub(crate) fn draw(canvas: &mut Yuv420, picture: &Yuv420, lay: Lay) {
    let Lay { target, opacity } = lay;
    let (width, height) = (canvas.width_px as usize, canvas.height_px as usize);
    let (from_width, from_height) = (picture.width_px as usize, picture.height_px as usize);
    let is_whole = target == Rect { x: 0.0, y: 0.0, width: width as f64, height: height as f64 };
    if is_whole && opacity == 255 && (width, height) == (from_width, from_height) {
        canvas.data.copy_from_slice(&picture.data);
        return;
    }
    let luma_x = Axis::new(target.x, target.width, from_width, width, 0.0);
    let luma_y = Axis::new(target.y, target.height, from_height, height, 0.0);
    // Chroma stands on every second luma column (left) and between every two luma rows (centre), in the source
    // as in the film; only then do colours stay where their brightness is.
    let chroma_x = Axis::chroma(target.x, target.width, from_width / 2, width / 2, 0.25);
    let chroma_y = Axis::chroma(target.y, target.height, from_height / 2, height / 2, 0.0);
    let (y, u, v) = canvas.planes_mut();
    draw_plane(Plane { pixels: y, width }, picture.y(), from_width, (&luma_x, &luma_y), opacity);
    rayon::join(
        || {
            draw_plane(
                Plane { pixels: u, width: width / 2 },
                picture.u(),
                from_width / 2,
                (&chroma_x, &chroma_y),
                opacity,
            )
        },
        || {
            draw_plane(
                Plane { pixels: v, width: width / 2 },
                picture.v(),
                from_width / 2,
                (&chroma_x, &chroma_y),
                opacity,
            )
        },
    );
}

/// `picture` as a whole at another size.
pub(crate) fn scaled(picture: &Yuv420, (width_px, height_px): (u32, u32)) -> Yuv420 {
    let mut out = Yuv420::new(width_px, height_px);
    let target = Rect { x: 0.0, y: 0.0, width: f64::from(width_px), height: f64::from(height_px) };
    draw(&mut out, picture, Lay { target, opacity: 255 });
    out
}

/// The pixels of one direction that are drawn, and from which source pixels each is mixed.
struct Axis {
    /// First pixel drawn.
    first: usize,
    /// Source pixels per drawn pixel.
    taps: usize,
    /// First source pixel of each drawn pixel.
    starts: Vec<u32>,
    /// `taps` weights per drawn pixel.
    weights: Vec<i16>,
    /// For four taps: the weights again, one list per tap, and the runs of drawn pixels whose source pixels follow
    /// each other. Near the original size runs are long, and a run is a plain convolution.
    by_tap: [Vec<i16>; 4],
    runs: Vec<Run>,
    /// How much of each drawn pixel lies within the target, 0 to 255.
    cover: Vec<u8>,
}

/// `length` drawn pixels from `at`, of which the first is mixed from the source at `start`, the next from
/// `start + 1`, and so on.
struct Run {
    at: usize,
    start: usize,
    length: usize,
}

impl Axis {
    /// `shift` moves sample positions, in pixels of this plane.
    fn new(origin: f64, length: f64, from: usize, to: usize, shift: f64) -> Self {
        let first = origin.floor().max(0.0) as usize;
        let last = ((origin + length).ceil().min(to as f64).max(0.0) as usize).max(first);
        let first = first.min(last);
        let ratio = from as f64 / length;
        let widen = ratio.max(1.0);
        let taps = ((4.0 * widen).ceil() as usize).min(from);
        let count = last - first;
        let mut axis = Self {
            first,
            taps,
            starts: Vec::with_capacity(count),
            weights: Vec::with_capacity(count * taps),
            by_tap: Default::default(),
            runs: Vec::new(),
            cover: Vec::with_capacity(count),
        };
        let mut scratch = vec![0.0_f64; taps];
        for pixel in first..last {
            let centre = (pixel as f64 + 0.5 - shift - origin) * ratio - 0.5 + shift;
            axis.push(centre, widen, from, &mut scratch);
            let inside = (pixel as f64 + 1.0).min(origin + length) - (pixel as f64).max(origin);
            axis.cover.push((inside.clamp(0.0, 1.0) * 255.0).round() as u8);
        }
        if taps == 4 {
            axis.by_tap = [0, 1, 2, 3].map(|tap| axis.weights.iter().skip(tap).step_by(4).copied().collect());
            axis.runs = runs(&axis.starts);
        }
        axis
    }

    /// The axis of a plane of half the size; `shift` is how far its samples lie before the middle of their pixel.
    fn chroma(origin: f64, length: f64, from: usize, to: usize, shift: f64) -> Self {
        Self::new(origin / 2.0, length / 2.0, from, to, shift)
    }

    fn push(&mut self, centre: f64, widen: f64, from: usize, scratch: &mut [f64]) {
        let taps = self.taps;
        let lowest = (centre - 2.0 * widen).floor() as i64 + 1;
        let start = lowest.clamp(0, (from - taps) as i64);
        scratch.fill(0.0);
        let mut sum = 0.0;
        for tap in 0..taps as i64 {
            let place = lowest + tap;
            let weight = catmull_rom((place as f64 - centre) / widen);
            // Beyond the edge the edge's own pixel stands for what is missing.
            let slot = (place.clamp(0, from as i64 - 1) - start).clamp(0, taps as i64 - 1);
            scratch[slot as usize] += weight;
            sum += weight;
        }
        let unit = f64::from(1_i32 << UNIT_BITS);
        let begin = self.weights.len();
        self.weights.extend(scratch.iter().map(|weight| (weight / sum * unit).round().clamp(-32768.0, 32767.0) as i16));
        // Rounding must not change the brightness: the largest weight takes the difference.
        let total: i32 = self.weights[begin..].iter().map(|weight| i32::from(*weight)).sum();
        if let Some(largest) = self.weights[begin..].iter_mut().max_by_key(|weight| **weight) {
            *largest = (i32::from(*largest) + (1 << UNIT_BITS) - total).clamp(-32768, 32767) as i16;
        }
        self.starts.push(start as u32);
    }
}

fn runs(starts: &[u32]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let start = *start as usize;
        match runs.last_mut() {
            Some(run) if run.start + run.length == start => run.length += 1,
            Some(_) | None => runs.push(Run { at, start, length: 1 }),
        }
    }
    runs
}

/// The interpolating cubic of Catmull and Rom (Keys, 1981, with a = −½).
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

struct Plane<'a> {
    pixels: &'a mut [u8],
    width: usize,
}

fn draw_plane(plane: Plane<'_>, from: &[u8], from_width: usize, (across, down): (&Axis, &Axis), opacity: u8) {
    let Plane { pixels, width } = plane;
    let rows = down.starts.len();
    let columns = across.starts.len();
    if rows == 0 || columns == 0 {
        return;
    }
    let drawn = &mut pixels[down.first * width..(down.first + rows) * width];
    drawn.par_chunks_mut(width * BAND).enumerate().for_each(|(band, band_rows)| {
        let mut kept = KeptRows::new(down.taps, columns);
        let mut line = vec![0_u8; columns];
        for (offset, row) in band_rows.chunks_exact_mut(width).enumerate() {
            let index = band * BAND + offset;
            let start = down.starts[index] as usize;
            kept.advance(start, |source_row, out| {
                squeeze_row(&from[source_row * from_width..(source_row + 1) * from_width], across, out);
            });
            let weights = &down.weights[index * down.taps..(index + 1) * down.taps];
            let target = &mut row[across.first..across.first + columns];
            let alpha = mul255(opacity, down.cover[index]);
            if alpha == 255 && across.cover[0] == 255 && across.cover[columns - 1] == 255 {
                kept.mix(start, weights, target);
            } else {
                kept.mix(start, weights, &mut line);
                for ((pixel, new), cover) in target.iter_mut().zip(&line).zip(&across.cover) {
                    let alpha = mul255(alpha, *cover);
                    *pixel = mul255(*pixel, 255 - alpha) + mul255(*new, alpha);
                }
            }
        }
    });
}

/// One row of the source, filtered across, in units of 1/64.
fn squeeze_row(row: &[u8], axis: &Axis, out: &mut [i16]) {
    let round = 1 << (FIRST_SHIFT - 1);
    if axis.taps == 4 {
        for Run { at, start, length } in &axis.runs {
            let [first, second, third, fourth] = [0, 1, 2, 3].map(|tap| &row[start + tap..start + tap + length]);
            let [a, b, c, d] = [0, 1, 2, 3].map(|tap: usize| &axis.by_tap[tap][*at..at + length]);
            for (index, value) in out[*at..at + length].iter_mut().enumerate() {
                let sum = i32::from(i16::from(first[index])) * i32::from(a[index])
                    + i32::from(i16::from(second[index])) * i32::from(b[index])
                    + i32::from(i16::from(third[index])) * i32::from(c[index])
                    + i32::from(i16::from(fourth[index])) * i32::from(d[index]);
                *value = ((sum + round) >> FIRST_SHIFT) as i16;
            }
        }
    } else {
        for ((value, start), weights) in out.iter_mut().zip(&axis.starts).zip(axis.weights.chunks_exact(axis.taps)) {
            let pixels = &row[*start as usize..*start as usize + axis.taps];
            let sum: i32 =
                pixels.iter().zip(weights).map(|(pixel, weight)| i32::from(*pixel) * i32::from(*weight)).sum();
            *value = ((sum + round) >> FIRST_SHIFT) as i16;
        }
    }
}

/// The filtered source rows that the current row needs, reused from row to row.
struct KeptRows {
    rows: Vec<Vec<i16>>,
    /// Rows from `next - rows.len()` to `next` are kept, row `n` in slot `n % rows.len()`.
    next: Option<usize>,
    sums: Vec<i32>,
}

impl KeptRows {
    fn new(taps: usize, columns: usize) -> Self {
        Self { rows: vec![vec![0; columns]; taps], next: None, sums: vec![0; columns] }
    }

    fn advance(&mut self, start: usize, mut filter: impl FnMut(usize, &mut [i16])) {
        let taps = self.rows.len();
        let from = self.next.map_or(start, |next| next.max(start));
        for row in from..start + taps {
            filter(row, &mut self.rows[row % taps]);
        }
        self.next = Some(from.max(start + taps));
    }

    fn mix(&mut self, start: usize, weights: &[i16], out: &mut [u8]) {
        let taps = self.rows.len();
        let shift = 2 * UNIT_BITS - FIRST_SHIFT;
        let round = 1 << (shift - 1);
        if let [first, second, third, fourth] = *weights {
            let [a, b, c, d] = [0, 1, 2, 3].map(|tap| &self.rows[(start + tap) % taps][..out.len()]);
            for (index, pixel) in out.iter_mut().enumerate() {
                let sum = i32::from(a[index]) * i32::from(first)
                    + i32::from(b[index]) * i32::from(second)
                    + i32::from(c[index]) * i32::from(third)
                    + i32::from(d[index]) * i32::from(fourth);
                *pixel = ((sum + round) >> shift).clamp(0, 255) as u8;
            }
            return;
        }
        self.sums.fill(round);
        for (tap, weight) in weights.iter().enumerate() {
            for (sum, value) in self.sums.iter_mut().zip(&self.rows[(start + tap) % taps]) {
                *sum += i32::from(*value) * i32::from(*weight);
            }
        }
        for (pixel, sum) in out.iter_mut().zip(&self.sums) {
            *pixel = (sum >> shift).clamp(0, 255) as u8;
        }
    }
}

/// `a · b / 255`, rounded.
pub(crate) fn mul255(a: u8, b: u8) -> u8 {
    let product = u16::from(a) * u16::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ramp(width: u32, height: u32) -> Yuv420 {
        let mut picture = Yuv420::new(width, height);
        let columns = width as usize;
        for (index, pixel) in picture.y_mut().iter_mut().enumerate() {
            *pixel = (16 + index % columns * 4) as u8;
        }
        picture
    }

    #[test]
    fn a_flat_picture_stays_flat_at_any_scale() {
        let mut picture = Yuv420::new(64, 64);
        picture.y_mut().fill(180);
        picture.u_mut().fill(90);
        for width in [31.7, 64.0, 64.9, 200.3] {
            let mut canvas = Yuv420::new(64, 64);
            draw(
                &mut canvas,
                &picture,
                Lay { target: Rect { x: -0.3, y: -0.3, width: 0.6 + width, height: 65.0 }, opacity: 255 },
            );
            let inside = &canvas.y()[64 * 20..64 * 20 + (width as usize).min(64)];
            assert!(inside.iter().all(|pixel| *pixel == 180), "{width}: {inside:?}");
            assert_eq!(canvas.u()[32 * 10 + 5], 90);
        }
    }

    #[test]
    fn sub_pixel_moves_shift_a_ramp_by_their_fraction() {
        let picture = ramp(56, 8);
        let value = |x: f64| {
            let mut canvas = Yuv420::new(56, 8);
            draw(&mut canvas, &picture, Lay { target: Rect { x, y: 0.0, width: 56.0, height: 8.0 }, opacity: 255 });
            let row = &canvas.y()[56 * 4 + 10..56 * 4 + 40];
            row.iter().map(|pixel| f64::from(*pixel)).sum::<f64>() / 30.0
        };
        // One pixel to the right is four levels darker on this ramp, so a quarter of one is a whole level.
        assert!((value(0.0) - value(0.25) - 1.0).abs() < 0.06, "{} {}", value(0.0), value(0.25));
        assert!((value(0.0) - value(-3.5) + 14.0).abs() < 0.06);
    }

    #[test]
    fn opacity_mixes_and_edges_are_soft() {
        let mut white = Yuv420::new(16, 16);
        white.y_mut().fill(216);
        let mut canvas = Yuv420::new(32, 32);
        draw(&mut canvas, &white, Lay { target: Rect { x: 8.5, y: 8.0, width: 16.0, height: 16.0 }, opacity: 128 });
        let at = |x: usize, y: usize| canvas.y()[y * 32 + x];
        assert_eq!(at(4, 12), 16);
        assert!((i32::from(at(16, 12)) - 116).abs() <= 1, "{}", at(16, 12));
        assert!((i32::from(at(8, 12)) - 66).abs() <= 2, "{}", at(8, 12));
        assert_eq!(at(26, 12), 16);
    }

    proptest! {
        #[test]
        fn any_target_is_drawn_without_leaving_the_canvas(
            x in -300.0_f64..300.0, y in -300.0_f64..300.0, width in 0.5_f64..900.0, height in 0.5_f64..900.0,
        ) {
            let mut canvas = Yuv420::new(48, 32);
            draw(&mut canvas, &ramp(50, 20), Lay { target: Rect { x, y, width, height }, opacity: 255 });
            prop_assert_eq!(canvas.data.len(), 48 * 32 * 3 / 2);
        }
    }
}
