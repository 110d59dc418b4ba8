//! A picture of a track: waveform, beats, bars and sections, in rows like the systems of a score.

use std::fmt::Write as _;

use nexus_core::music::{BeatGrid, SectionLabel};

/// Width of a row and of its margin, in pixels.
const WIDTH: f64 = 1600.0;
const MARGIN: f64 = 24.0;
/// Height of a row, of the wave within it, and of the heading.
const ROW: f64 = 148.0;
const WAVE: f64 = 92.0;
const HEAD: f64 = 64.0;
/// Seconds in a row, unless the track is so long that there would be more than [`MOST_ROWS`].
const ROW_S: f64 = 30.0;
const MOST_ROWS: f64 = 40.0;
/// Peaks per second.
const PEAKS_PER_S: f64 = 100.0;

/// The waveform, small enough to draw.
#[derive(Debug, Clone)]
pub struct Peaks {
    per_peak: f64,
    heard: u64,
    /// Largest magnitude in each hundredth of a second.
    peaks: Vec<f32>,
}

impl Peaks {
    /// For samples at `rate_hz`.
    #[must_use]
    pub fn new(rate_hz: u32) -> Self {
        Self { per_peak: f64::from(rate_hz) / PEAKS_PER_S, heard: 0, peaks: Vec::new() }
    }

    /// The next samples.
    pub fn push(&mut self, samples: &[f32]) {
        for sample in samples {
            let place = (self.heard as f64 / self.per_peak) as usize;
            self.heard += 1;
            if self.peaks.len() <= place {
                self.peaks.resize(place + 1, 0.0);
            }
            self.peaks[place] = self.peaks[place].max(sample.abs());
        }
    }
}

/// The picture as SVG; `name` stands in its heading.
#[must_use]
pub fn plot(name: &str, grid: &BeatGrid, peaks: &Peaks) -> String {
    let row_s = ROW_S.max(grid.duration_s / MOST_ROWS);
    let rows = (grid.duration_s / row_s).ceil().max(1.0) as usize;
    let height = HEAD + rows as f64 * ROW;
    let mut svg = String::new();
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="Inter, Helvetica, Arial, sans-serif" font-size="12">
<rect width="{width}" height="{height}" fill="#faf9f7"/>
<text x="{MARGIN}" y="30" font-size="20" font-weight="600" fill="#1d1b19">{name}</text>
<text x="{MARGIN}" y="50" fill="#5c5751">{facts}</text>
"##,
        width = WIDTH + 2.0 * MARGIN,
        name = escaped(name),
        facts = escaped(&facts(grid)),
    );
    let loudest = peaks.peaks.iter().copied().fold(1e-6, f32::max);
    for row in 0..rows {
        let from_s = row as f64 * row_s;
        let view = View { from_s, to_s: (from_s + row_s).min(grid.duration_s), row_s, top: HEAD + row as f64 * ROW };
        view.draw(&mut svg, grid, peaks, loudest);
    }
    svg.push_str("</svg>\n");
    svg
}

fn facts(grid: &BeatGrid) -> String {
    if grid.beats.is_empty() {
        return format!("no beat, {:.1} s", grid.duration_s);
    }
    let trust = if grid.is_trustworthy() { "" } else { " (not trusted: cut by phrases)" };
    format!(
        "{:.1} bpm, {} beats per bar, {} bars, {:.1} s, confidence {:.2}{trust}",
        grid.tempo_bpm,
        grid.meter,
        grid.downbeats().count(),
        grid.duration_s,
        grid.confidence
    )
}

/// One row.
struct View {
    from_s: f64,
    to_s: f64,
    row_s: f64,
    top: f64,
}

impl View {
    fn x(&self, at_s: f64) -> f64 {
        MARGIN + (at_s - self.from_s) / self.row_s * WIDTH
    }

    fn holds(&self, at_s: f64) -> bool {
        at_s >= self.from_s && at_s < self.to_s
    }

    fn draw(&self, svg: &mut String, grid: &BeatGrid, peaks: &Peaks, loudest: f32) {
        self.sections(svg, grid);
        self.wave(svg, peaks, loudest);
        self.beats(svg, grid);
        self.energy(svg, grid);
        let base = self.top + 18.0 + WAVE;
        let step = if self.row_s > 60.0 { (self.row_s / 12.0 / 30.0).ceil() * 30.0 } else { 5.0 };
        let mut at_s = (self.from_s / step).ceil() * step;
        while at_s < self.to_s {
            let label = format!("{}:{:02}", at_s as u64 / 60, at_s as u64 % 60);
            let _ = writeln!(
                svg,
                r##"<text x="{:.1}" y="{:.1}" fill="#8a847c">{label}</text>"##,
                self.x(at_s),
                base + 14.0
            );
            at_s += step;
        }
    }

    fn sections(&self, svg: &mut String, grid: &BeatGrid) {
        for section in &grid.sections {
            let (from, to) = (section.start.max(self.from_s), section.end.min(self.to_s));
            if from >= to {
                continue;
            }
            let (fill, name) = look(section.label);
            let name = if grid.is_trustworthy() { name } else { "phrase" };
            let (x, width, top) = (self.x(from), self.x(to) - self.x(from), self.top);
            let _ = writeln!(
                svg,
                r##"<rect x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{:.1}" fill="{fill}"/>"##,
                WAVE + 18.0
            );
            if self.holds(section.start) {
                let _ = writeln!(
                    svg,
                    r##"<text x="{:.1}" y="{:.1}" font-weight="600" fill="#1d1b19">{name}</text>"##,
                    x + 4.0,
                    top + 13.0
                );
            }
        }
    }

    fn wave(&self, svg: &mut String, peaks: &Peaks, loudest: f32) {
        let middle = self.top + 18.0 + WAVE / 2.0;
        let column = |x: usize| {
            let at = |x: usize| ((self.from_s + x as f64 / WIDTH * self.row_s) * PEAKS_PER_S) as usize;
            let part = peaks.peaks.get(at(x)..(at(x + 1)).max(at(x) + 1).min(peaks.peaks.len())).unwrap_or(&[]);
            f64::from(part.iter().copied().fold(0.0, f32::max) / loudest) * WAVE / 2.0
        };
        let columns = ((self.to_s - self.from_s) / self.row_s * WIDTH) as usize;
        let heights: Vec<f64> = (0..columns).step_by(2).map(column).collect();
        let point = |index: usize, sign: f64| {
            format!("{:.0},{:.1}", MARGIN + 2.0 * index as f64, middle + sign * heights[index])
        };
        let upper = (0..heights.len()).map(|index| point(index, -1.0));
        let lower = (0..heights.len()).rev().map(|index| point(index, 1.0));
        let points: Vec<String> = upper.chain(lower).collect();
        let _ = writeln!(svg, r##"<polygon points="{}" fill="#b9b2a8"/>"##, points.join(" "));
    }

    fn beats(&self, svg: &mut String, grid: &BeatGrid) {
        let (top, bottom) = (self.top + 18.0, self.top + 18.0 + WAVE);
        for beat in grid.beats.iter().filter(|beat| self.holds(beat.t)) {
            let x = self.x(beat.t);
            let (colour, width, from) =
                if beat.pos == 1 { ("#c2410c", 1.6, top) } else { ("#3f3a35", 0.7, bottom - WAVE * 0.35) };
            let _ = writeln!(
                svg,
                r##"<line x1="{x:.1}" x2="{x:.1}" y1="{from:.1}" y2="{bottom:.1}" stroke="{colour}" stroke-width="{width}"/>"##
            );
            if beat.pos == 1 && beat.bar.is_multiple_of(4) && self.row_s <= 60.0 {
                let _ = writeln!(
                    svg,
                    r##"<text x="{:.1}" y="{:.1}" font-size="10" fill="#c2410c">{}</text>"##,
                    x + 3.0,
                    bottom - 3.0,
                    beat.bar + 1
                );
            }
        }
        for drop in grid.drops_s.iter().filter(|drop| self.holds(**drop)) {
            let x = self.x(*drop);
            let _ = writeln!(
                svg,
                r##"<path d="M{:.1},{top:.1}h14l-7,12z" fill="#c2410c"><title>drop</title></path>"##,
                x - 7.0
            );
        }
    }

    fn energy(&self, svg: &mut String, grid: &BeatGrid) {
        let (top, bottom) = (self.top + 18.0, self.top + 18.0 + WAVE);
        let points: Vec<String> = grid
            .beats
            .iter()
            .filter(|beat| self.holds(beat.t))
            .map(|beat| format!("{:.1},{:.1}", self.x(beat.t), bottom - beat.energy * (bottom - top)))
            .collect();
        let _ = writeln!(
            svg,
            r##"<polyline points="{}" fill="none" stroke="#0f766e" stroke-width="1.5"/>"##,
            points.join(" ")
        );
    }
}

fn look(label: SectionLabel) -> (&'static str, &'static str) {
    match label {
        SectionLabel::Intro => ("#eef2f7", "intro"),
        SectionLabel::Verse => ("#f3efe6", "verse"),
        SectionLabel::Build => ("#fdecc8", "build"),
        SectionLabel::Drop => ("#fbd5c4", "drop"),
        SectionLabel::Chorus => ("#f9e2d9", "chorus"),
        SectionLabel::Break => ("#e3eee9", "break"),
        SectionLabel::Outro => ("#ecebf3", "outro"),
    }
}

fn escaped(text: &str) -> String {
    let safe = |sign: &char| !sign.is_control();
    text.chars().filter(safe).fold(String::new(), |mut out, sign| {
        match sign {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(sign),
        }
        out
    })
}
