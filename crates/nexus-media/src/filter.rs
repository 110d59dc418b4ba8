//! Filter graphs built from numbers alone. No text of a person or a file can enter one.

use std::fmt::Write as _;

use nexus_core::FrameRate;

/// The matrix by which a source turned RGB into YUV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matrix {
    /// Standard definition.
    Bt601,
    /// High definition.
    Bt709,
    /// Ultra high definition.
    Bt2020,
}

impl Matrix {
    fn name(self) -> &'static str {
        match self {
            Self::Bt601 => "bt601",
            Self::Bt709 => "bt709",
            Self::Bt2020 => "bt2020",
        }
    }
}

/// How a source's samples are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour {
    /// Its matrix.
    pub(crate) matrix: Matrix,
    /// True when 0 to 255 is used.
    pub(crate) full_range: bool,
    /// True for the PQ and HLG curves of high dynamic range.
    pub(crate) hdr: bool,
    /// True when two fields make a frame.
    pub(crate) interlaced: bool,
}

/// A place where pictures leave one chain and enter another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pad {
    /// The pictures of an input, by its number.
    Input(usize),
    /// What a chain gave, by a number of our own.
    Made(usize),
}

impl std::fmt::Display for Pad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input(number) => write!(f, "[{number}:V:0]"),
            Self::Made(number) => write!(f, "[m{number}]"),
        }
    }
}

/// A chain of filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Chain(String);

impl Chain {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A constant rate from time `start_s` of the stamps that come in, each frame the source's nearest.
    ///
    /// `fps` alone takes the latest frame that rounds to a slot. Stamps that are moved almost half a source
    /// frame early and rounded up make it the nearest; a hair less than half decides ties alike everywhere.
    pub(crate) fn nearest(self, rate: FrameRate, start_s: f64, source_rate: FrameRate) -> Self {
        let shift_s = start_s + 0.49 / source_rate.as_f64();
        self.push(format_args!("setpts=PTS-{shift_s:.6}/TB"))
            .push(format_args!("fps=fps={}/{}:start_time=0:round=up", rate.num, rate.den))
    }

    /// A part of the picture.
    pub(crate) fn crop(self, width: u32, height: u32, x: u32, y: u32) -> Self {
        self.push(format_args!("crop={width}:{height}:{x}:{y}:exact=1"))
    }

    /// Whole frames from fields.
    pub(crate) fn deinterlace(self, colour: Colour) -> Self {
        if colour.interlaced { self.push(format_args!("yadif=mode=send_frame:deint=interlaced")) } else { self }
    }

    /// To `width` x `height` in BT.709 limited range, 8 bits, 4:2:0. High dynamic range is toned down.
    pub(crate) fn into_bt709(self, width: u32, height: u32, colour: Colour) -> Self {
        let from = if colour.full_range { "pc" } else { "tv" };
        if colour.hdr {
            return self
                .push(format_args!("scale={width}:{height}:flags=bicubic"))
                .toned_down()
                .push(format_args!("format=yuv420p"));
        }
        self.push(format_args!(
            "scale={width}:{height}:flags=bicubic:in_range={from}:out_range=tv:in_color_matrix={}:out_color_matrix=bt709",
            colour.matrix.name()
        ))
        .push(format_args!("format=yuv420p"))
    }

    /// To `width` x `height` in 8-bit RGB, by area.
    pub(crate) fn into_rgb(self, width: u32, height: u32, colour: Colour) -> Self {
        let from = if colour.full_range { "pc" } else { "tv" };
        if colour.hdr {
            return self
                .push(format_args!("scale={width}:{height}:flags=area"))
                .toned_down()
                .push(format_args!("format=rgb24"));
        }
        self.push(format_args!(
            "scale={width}:{height}:flags=area:in_range={from}:in_color_matrix={}",
            colour.matrix.name()
        ))
        .push(format_args!("format=rgb24"))
    }

    /// To `width` x `height` in the full-range YUV of JPEG (BT.601).
    pub(crate) fn into_jpeg(self, width: u32, height: u32, colour: Colour) -> Self {
        let from = if colour.full_range { "pc" } else { "tv" };
        self.push(format_args!(
            "scale={width}:{height}:flags=bicubic:in_range={from}:out_range=pc:in_color_matrix={}:out_color_matrix=bt601",
            colour.matrix.name()
        ))
        .push(format_args!("format=yuvj420p"))
    }

    /// Exactly `frames` frames, the last one repeated up to `spare` times, on a clock of half frames.
    pub(crate) fn exactly(self, frames: u64, spare: u64, rate: FrameRate) -> Self {
        self.push(format_args!("tpad=stop_mode=clone:stop={spare}"))
            .push(format_args!("trim=end_frame={frames}"))
            // Frames of a pipe have no pixel shape; those of a file must not bring one into the headers.
            .push(format_args!("setsar=0"))
            .half_frames(rate)
    }

    /// A clock of half frames, so that the middle of a frame has a time of its own.
    pub(crate) fn half_frames(self, rate: FrameRate) -> Self {
        self.push(format_args!("settb={}/{}", rate.den, u64::from(rate.num) * 2))
    }

    /// Names what this chain gives.
    pub(crate) fn named(mut self, name: Pad) -> Self {
        self.0.write_fmt(format_args!("{name}")).expect("writing to a string cannot fail");
        self
    }

    /// Goes on with another chain, which takes `inputs`.
    pub(crate) fn then_with(mut self, inputs: &[Pad]) -> Self {
        if !self.0.is_empty() {
            self.0.push(';');
        }
        for input in inputs {
            self.0.write_fmt(format_args!("{input}")).expect("writing to a string cannot fail");
        }
        self
    }

    /// Goes on with the filters of `chain`.
    pub(crate) fn followed_by(self, chain: &Self) -> Self {
        self.push(format_args!("{}", chain.0))
    }

    /// One picture after the other.
    pub(crate) fn joined(self) -> Self {
        self.push(format_args!("concat=n=2:v=1:a=0"))
    }

    /// The first picture gives way to the second evenly over `frames`, the first of which is `from`.
    pub(crate) fn crossfaded(self, from: u64, frames: u64, rate: FrameRate) -> Self {
        let second = |frames: f64| frames / rate.as_f64();
        // The middle of a frame counts, as in every transition.
        let (offset_s, length_s) = (second(from as f64 - 0.5), second(frames as f64));
        self.push(format_args!("xfade=transition=fade:duration={length_s:.6}:offset={offset_s:.6}"))
    }

    /// The second picture, premultiplied, over the first one at `x`, `y`, from frame `from` to before frame `to`.
    pub(crate) fn overlaid(self, (x, y): (u32, u32), (from, to): (u64, u64), rate: FrameRate) -> Self {
        let second = |frames: f64| frames / rate.as_f64();
        let (from_s, to_s) = (second(from as f64 - 0.5), second(to as f64 - 0.5));
        self.push(format_args!(
            "overlay=x={x}:y={y}:format=yuv420:alpha=premultiplied:eof_action=repeat:enable='between(t,{from_s:.6},{to_s:.6})'"
        ))
    }

    /// Fades the picture to black over `length_s` from `at_s`.
    pub(crate) fn fade_out(self, at_s: f64, length_s: f64) -> Self {
        self.push(format_args!("fade=t=out:st={at_s:.6}:d={length_s:.6}"))
    }

    /// Fades the sound out over `length_s` from `at_s`.
    pub(crate) fn sound_fade_out(self, at_s: f64, length_s: f64) -> Self {
        self.push(format_args!("afade=t=out:st={at_s:.6}:d={length_s:.6}"))
    }

    /// A palette of 256 colours that suits the whole film, and the film in it.
    pub(crate) fn into_palette(self) -> Self {
        self.push(format_args!("split[film][look]"))
            .branch(format_args!("[look]palettegen=stats_mode=diff[palette]"))
            .branch(format_args!("[film][palette]paletteuse=dither=sierra2_4a:diff_mode=rectangle"))
    }

    /// Sound at `rate_hz` whose first sample is at time 0; gaps are silence.
    pub(crate) fn resample(self, rate_hz: u32) -> Self {
        self.push(format_args!("aresample={rate_hz}:async=1:first_pts=0"))
    }

    /// Another tempo at the same pitch; one filter takes half to twice the tempo without skipping samples.
    pub(crate) fn tempo(self, factor: f64) -> Self {
        let (mut chain, mut left) = (self, factor);
        while !(0.5..=2.0).contains(&left) {
            let part = if left > 2.0 { 2.0 } else { 0.5 };
            chain = chain.push(format_args!("atempo={part}"));
            left /= part;
        }
        if (left - 1.0).abs() < 1e-9 { chain } else { chain.push(format_args!("atempo={left:.6}")) }
    }

    /// Peaks held below `ceiling` (linear), found at 192 kHz so that peaks between samples count.
    pub(crate) fn limit_peaks(self, ceiling: f64, rate_hz: u32) -> Self {
        self.push(format_args!("aresample=192000"))
            .push(format_args!("alimiter=limit={ceiling:.6}:attack=5:release=50:level=0:latency=1"))
            .push(format_args!("aresample={rate_hz}"))
    }

    /// Measures loudness by EBU R 128 with true peaks; passes sound through.
    pub(crate) fn loudness(self) -> Self {
        self.push(format_args!("ebur128=peak=true:framelog=verbose"))
    }

    /// The graph as ffmpeg reads it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// From the curves of high dynamic range to those of BT.709; highlights roll off.
    fn toned_down(self) -> Self {
        self.push(format_args!("zscale=t=linear:npl=203"))
            .push(format_args!("format=gbrpf32le"))
            .push(format_args!("zscale=p=bt709"))
            .push(format_args!("tonemap=tonemap=mobius:desat=0"))
            .push(format_args!("zscale=t=bt709:m=bt709:r=limited"))
    }

    /// Another chain of the same graph.
    fn branch(mut self, chain: std::fmt::Arguments<'_>) -> Self {
        self.0.push(';');
        self.0.write_fmt(chain).expect("writing to a string cannot fail");
        self
    }

    fn push(mut self, filter: std::fmt::Arguments<'_>) -> Self {
        if !self.0.is_empty() && !self.0.ends_with(']') {
            self.0.push(',');
        }
        self.0.write_fmt(filter).expect("writing to a string cannot fail");
        self
    }
}
