//! When every clip stands: `auto`, `end` and `alias://` become exact frames. Pure.

use std::collections::BTreeMap;

use nexus_core::{FrameRate, Frames, Seconds};

use crate::{
    model::{
        Alias, Asset, Clip, Edit, Length, Start,
        asset::{AssetFile, CaptionSource, FileKind},
    },
    reader::{EditError, EditErrors},
};

/// How long a still stands when its length is `auto`, in seconds.
pub const STILL_S: f64 = 3.0;

/// Longest film in seconds; whatever ends later is an error.
const LONGEST_FILM_S: f64 = 24.0 * 3600.0;

/// When every clip of an edit stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// The rate that frames are counted at.
    pub rate: FrameRate,
    /// By track and clip, in the order of the document.
    pub tracks: Vec<Vec<Span>>,
    /// Length of the film in frames: the latest end.
    pub length: Frames,
}

/// When one clip stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Seconds on the timeline, before rounding.
    pub start_s: f64,
    /// Seconds, before rounding.
    pub length_s: f64,
    /// First frame.
    pub start: Frames,
    /// One past the last frame; equal to `start` when the clip is shorter than half a frame.
    pub end: Frames,
}

impl Span {
    fn new(start_s: f64, length_s: f64, rate: FrameRate) -> Self {
        let frame = |at_s: f64| rate.nearest_frame(Seconds(at_s));
        Self { start_s, length_s, start: frame(start_s), end: frame(start_s + length_s) }
    }

    /// Seconds on the timeline, before rounding.
    #[must_use]
    pub fn end_s(self) -> f64 {
        self.start_s + self.length_s
    }
}

/// The path of a clip in the document.
#[must_use]
pub fn clip_path(track: usize, clip: usize) -> String {
    format!("timeline.tracks[{track}].clips[{clip}]")
}

/// Resolves every start and length of `edit`. `media_s` gives the length in seconds of the file at an address, when
/// it is known; it is asked only for clips whose length is `auto`.
///
/// # Errors
/// Every alias that no clip or more than one has, every circle of clips that wait for each other, every `auto` whose
/// media has no known length, every `end` that nothing else gives an end to.
pub fn resolve(edit: &Edit, media_s: &dyn Fn(&str) -> Option<f64>) -> Result<Timing, EditErrors> {
    let rate = edit.output.rate();
    let board = Board::new(edit)?;
    let order = board.order()?;
    let times = board.times(&order, media_s)?;
    let mut tracks = Vec::new();
    let mut index = 0;
    for track in &edit.timeline.tracks {
        let span = |at: usize| Span::new(times[at * 2], times[at * 2 + 1], rate);
        tracks.push((index..index + track.clips.len()).map(span).collect::<Vec<_>>());
        index += track.clips.len();
    }
    let length = tracks.iter().flatten().map(|span| span.end).max().unwrap_or_default();
    Ok(Timing { rate, tracks, length })
}

/// The clips in a row, and who waits for whom. Node `2i` is the start of clip `i`, node `2i + 1` its length, and
/// the last node the end of the film.
struct Board<'a> {
    clips: Vec<Placed<'a>>,
    aliases: BTreeMap<&'a str, usize>,
    /// By clip: true when its length is `end`, or that of a clip of which the same holds. Such clips have no end
    /// of their own.
    open_ended: Vec<bool>,
}

struct Placed<'a> {
    clip: &'a Clip,
    path: String,
    /// The clip before it on its track.
    previous: Option<usize>,
}

impl<'a> Board<'a> {
    fn new(edit: &'a Edit) -> Result<Self, EditErrors> {
        let mut clips: Vec<Placed<'a>> = Vec::new();
        for (track, clips_of_track) in edit.timeline.tracks.iter().enumerate() {
            for (at, clip) in clips_of_track.clips.iter().enumerate() {
                let previous = (at > 0).then(|| clips.len() - 1);
                clips.push(Placed { clip, path: clip_path(track, at), previous });
            }
        }
        let mut aliases: BTreeMap<&str, usize> = BTreeMap::new();
        let mut errors = Vec::new();
        for (index, placed) in clips.iter().enumerate() {
            let Some(alias) = &placed.clip.alias else { continue };
            if let Some(first) = aliases.get(alias.as_str()) {
                let expected = "a name that no other clip has";
                let found = format!("'{alias}', the name of {}", clips[*first].path);
                errors.push(EditError::new(format!("{}.alias", placed.path), expected).found(found));
            } else {
                aliases.insert(alias.as_str(), index);
            }
        }
        let mut board = Self { clips, aliases, open_ended: vec![] };
        board.note_unknown_aliases(&mut errors);
        EditErrors::check(errors)?;
        board.open_ended = board.find_open_ended();
        Ok(board)
    }

    fn note_unknown_aliases(&self, errors: &mut Vec<EditError>) {
        for Placed { clip, path, .. } in &self.clips {
            let start = if let Start::Alias(alias) = &clip.start { Some(("start", alias)) } else { None };
            let length = if let Length::Alias(alias) = &clip.length { Some(("length", alias)) } else { None };
            let speech = spoken_clip(&clip.asset).map(|alias| ("asset.src", alias));
            for (field, alias) in [start, length, speech].into_iter().flatten() {
                if !self.aliases.contains_key(alias.as_str()) {
                    let error = EditError::new(format!("{path}.{field}"), "the alias of a clip");
                    let known = self.aliases.keys().copied();
                    let nearest = crate::reader::nearest(alias.as_str(), known).map(str::to_owned);
                    errors.push(EditError { nearest, ..error.found(format!("'{}'", alias.reference())) });
                }
            }
        }
    }

    fn find_open_ended(&self) -> Vec<bool> {
        let mut known: Vec<Option<bool>> = vec![None; self.clips.len()];
        for first in 0..self.clips.len() {
            let mut chain = Vec::new();
            let mut at = first;
            let is_open = loop {
                if let Some(is_open) = known[at] {
                    break is_open;
                }
                chain.push(at);
                // Until the chain's end is known, a circle comes back to a clip that counts as having an end.
                known[at] = Some(false);
                match &self.clips[at].clip.length {
                    Length::End => break true,
                    Length::Alias(alias) => at = self.of_alias(alias),
                    Length::Seconds(_) | Length::Auto => break false,
                }
            };
            chain.into_iter().for_each(|clip| known[clip] = Some(is_open));
        }
        known.into_iter().map(|is_open| is_open == Some(true)).collect()
    }

    /// The clips that give the film its end.
    fn ending(&self) -> impl Iterator<Item = usize> {
        (0..self.clips.len()).filter(|clip| !self.open_ended[*clip])
    }

    fn of_alias(&self, alias: &Alias) -> usize {
        self.aliases[alias.as_str()]
    }

    fn end_node(&self) -> usize {
        self.clips.len() * 2
    }

    /// The nodes that a node's value is made from.
    fn needs(&self, node: usize) -> Vec<usize> {
        if node == self.end_node() {
            return self.ending().flat_map(|clip| [clip * 2, clip * 2 + 1]).collect();
        }
        let Placed { clip, previous, .. } = &self.clips[node / 2];
        if node.is_multiple_of(2) {
            return match &clip.start {
                Start::At(_) => vec![],
                Start::Auto => previous.map_or_else(Vec::new, |clip| vec![clip * 2, clip * 2 + 1]),
                Start::Alias(alias) => vec![self.of_alias(alias) * 2],
            };
        }
        match &clip.length {
            Length::Seconds(_) => vec![],
            Length::Auto => spoken_clip(&clip.asset).map_or_else(Vec::new, |alias| vec![self.of_alias(alias) * 2 + 1]),
            Length::End => vec![node - 1, self.end_node()],
            Length::Alias(alias) => vec![self.of_alias(alias) * 2 + 1],
        }
    }

    /// All nodes, each after those that it needs. Depth first with a stack of its own: a track of thousands of
    /// `auto` clips is one long chain.
    fn order(&self) -> Result<Vec<usize>, EditErrors> {
        let count = self.end_node() + 1;
        let mut state = vec![State::New; count];
        let mut order = Vec::with_capacity(count);
        let mut errors = Vec::new();
        for first in 0..count {
            let mut stack: Vec<(usize, Vec<usize>)> = Vec::new();
            if state[first] == State::New {
                state[first] = State::Open;
                stack.push((first, self.needs(first)));
            }
            while let Some((node, needs)) = stack.last_mut() {
                let Some(next) = needs.pop() else {
                    state[*node] = State::Done;
                    order.push(*node);
                    stack.pop();
                    continue;
                };
                match state[next] {
                    State::Done => {}
                    State::New => {
                        state[next] = State::Open;
                        stack.push((next, self.needs(next)));
                    }
                    State::Open => {
                        let circle: Vec<usize> =
                            stack.iter().map(|(node, _)| *node).skip_while(|node| *node != next).collect();
                        errors.push(self.circle(&circle));
                    }
                }
            }
        }
        EditErrors::check(errors)?;
        Ok(order)
    }

    fn circle(&self, nodes: &[usize]) -> EditError {
        let clips: Vec<usize> = nodes.iter().filter(|node| **node != self.end_node()).copied().collect();
        let first = clips.iter().copied().min().unwrap_or_default();
        let mut others: Vec<&str> = clips.iter().map(|node| self.clips[node / 2].path.as_str()).collect();
        others.sort_unstable();
        others.dedup();
        let shown = others.iter().take(4).copied().collect::<Vec<_>>().join(", ");
        let more = if others.len() > 4 { format!(" and {} more", others.len() - 4) } else { String::new() };
        let expected = "a time that does not depend on itself";
        EditError::new(self.node_path(first), expected).found(format!("a circle through {shown}{more}"))
    }

    fn node_path(&self, node: usize) -> String {
        let field = if node.is_multiple_of(2) { "start" } else { "length" };
        format!("{}.{field}", self.clips[node / 2].path)
    }

    /// The value of every node in seconds.
    fn times(&self, order: &[usize], media_s: &dyn Fn(&str) -> Option<f64>) -> Result<Vec<f64>, EditErrors> {
        let mut times = vec![0.0; self.end_node() + 1];
        let mut errors = Vec::new();
        for node in order.iter().copied() {
            let value = self.value(node, &times, media_s).unwrap_or_else(|error| {
                errors.push((node, error));
                0.0
            });
            times[node] = value;
        }
        for (index, placed) in self.clips.iter().enumerate() {
            if times[index * 2] + times[index * 2 + 1] > LONGEST_FILM_S {
                let expected = format!("a clip that ends within {LONGEST_FILM_S} seconds");
                errors.push((index * 2 + 1, EditError::new(format!("{}.length", placed.path), expected)));
            }
        }
        // Found in the order of waiting, told in the order of the document.
        errors.sort_by_key(|(node, _)| *node);
        EditErrors::check(errors.into_iter().map(|(_, error)| error).collect())?;
        Ok(times)
    }

    fn value(&self, node: usize, times: &[f64], media_s: &dyn Fn(&str) -> Option<f64>) -> Result<f64, EditError> {
        if node == self.end_node() {
            return Ok(self.ending().map(|clip| times[clip * 2] + times[clip * 2 + 1]).fold(0.0, f64::max));
        }
        let Placed { clip, path, previous } = &self.clips[node / 2];
        if node.is_multiple_of(2) {
            return Ok(match &clip.start {
                Start::At(seconds) => *seconds,
                Start::Auto => previous.map_or(0.0, |clip| times[clip * 2] + times[clip * 2 + 1]),
                Start::Alias(alias) => times[self.of_alias(alias) * 2],
            });
        }
        let place = format!("{path}.length");
        match &clip.length {
            Length::Seconds(seconds) => Ok(*seconds),
            Length::Alias(alias) => Ok(times[self.of_alias(alias) * 2 + 1]),
            Length::Auto => match spoken_clip(&clip.asset) {
                Some(alias) => Ok(times[self.of_alias(alias) * 2 + 1]),
                None => auto_length_s(&clip.asset, media_s)
                    .map_err(|found| EditError::new(place, "a number of seconds").found(found)),
            },
            Length::End => {
                let length_s = times[self.end_node()] - times[node - 1];
                if length_s > 0.0 {
                    return Ok(length_s);
                }
                let found = format!("'end', and no other clip ends after {} s", times[node - 1]);
                Err(EditError::new(place, "a number of seconds, or another clip that ends later").found(found))
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// The clip whose speech an asset writes down.
fn spoken_clip(asset: &Asset) -> Option<&Alias> {
    let source = match asset {
        Asset::Caption(caption) => &caption.src,
        Asset::RichCaption(caption) => &caption.src,
        Asset::Video(_)
        | Asset::Image(_)
        | Asset::Text(_)
        | Asset::RichText(_)
        | Asset::Audio(_)
        | Asset::Luma(_)
        | Asset::Html(_)
        | Asset::Html5(_)
        | Asset::Title(_)
        | Asset::Shape(_)
        | Asset::Svg(_)
        | Asset::TextToImage(_)
        | Asset::ImageToVideo(_)
        | Asset::TextToSpeech(_) => return None,
    };
    match source {
        CaptionSource::Clip(alias) => Some(alias),
        CaptionSource::File(_) => None,
    }
}

/// Length of an asset whose clip says `auto`; otherwise what was found that has none, in words.
fn auto_length_s(asset: &Asset, media_s: &dyn Fn(&str) -> Option<f64>) -> Result<f64, String> {
    let played = |src: &str, trim: f64, speed: f64| {
        if speed == 0.0 {
            return Err("'auto' at speed 0, which never ends".to_owned());
        }
        let name = src.rsplit('/').next().unwrap_or(src);
        let media = media_s(src).filter(|media| media.is_finite());
        let media = media.ok_or_else(|| format!("'auto', and the length of '{name}' is not known"))?;
        if trim >= media {
            return Err(format!("'auto', and 'trim' skips all {media} s of '{name}'"));
        }
        Ok((media - trim) / speed)
    };
    match (asset.file(), asset) {
        (Some(AssetFile { kind: FileKind::Still, .. }), _) => Ok(STILL_S),
        // A mask may be a still.
        (Some(AssetFile { kind: FileKind::Mask, src, .. }), _) if media_s(src).is_none() => Ok(STILL_S),
        (Some(AssetFile { src, trim, speed, .. }), _) => played(src, trim, speed),
        (None, Asset::Video(_) | Asset::Audio(_) | Asset::ImageToVideo(_) | Asset::TextToSpeech(_)) => {
            Err("'auto', and media that has still to be made has no length".to_owned())
        }
        (None, _) => Ok(STILL_S),
    }
}
