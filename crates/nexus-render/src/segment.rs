//! Segments: closed pieces of the film that are encoded, cached and resumed on their own.

use std::{collections::BTreeMap, ops::Range};

use nexus_edit::model::Color;
use serde::Serialize;

use crate::plan::{Content, Layer, Plan};

/// Part of every cache key: raised whenever the same plan gives other pixels or samples.
pub const RENDERER_VERSION: u32 = 1;

/// Longer pieces are split, in seconds.
const LONGEST_S: f64 = 4.0;
/// Target length of split pieces, in seconds.
const SPLIT_S: f64 = 3.0;
/// Shorter pieces are joined with their neighbour, in seconds.
const SHORTEST_S: f64 = 1.0;

/// The pieces of a film, in order, without gaps. Edges lie on the clip edges of the bottom picture track;
/// long clips are split evenly, short ones share a piece.
#[must_use]
pub fn segments(plan: &Plan) -> Vec<Range<u64>> {
    let fps = plan.rate.as_f64();
    let bottom = plan.layers.iter().filter(|layer| is_picture(layer)).map(|layer| layer.track).max();
    let mut edges: Vec<u64> = plan
        .layers
        .iter()
        .filter(|layer| is_picture(layer) && Some(layer.track) == bottom)
        .flat_map(|layer| [layer.start, layer.end])
        .filter(|edge| (1..plan.frames).contains(edge))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges.push(plan.frames);
    let mut pieces = Vec::new();
    let mut start = 0;
    for (index, edge) in edges.iter().copied().enumerate() {
        let is_short = ((edge - start) as f64) < SHORTEST_S * fps;
        let next_fits = edges.get(index + 1).is_some_and(|next| (next - start) as f64 <= LONGEST_S * fps);
        if is_short && next_fits {
            continue;
        }
        split(start..edge, fps, &mut pieces);
        start = edge;
    }
    pieces
}

fn is_picture(layer: &Layer) -> bool {
    matches!(layer.content, Content::Video { .. } | Content::Still { .. })
}

fn split(piece: Range<u64>, fps: f64, pieces: &mut Vec<Range<u64>>) {
    let length = piece.end - piece.start;
    let parts = if length as f64 > LONGEST_S * fps { (length as f64 / (SPLIT_S * fps)).ceil() as u64 } else { 1 };
    for part in 0..parts {
        pieces.push(piece.start + length * part / parts..piece.start + length * (part + 1) / parts);
    }
}

/// The layers that are seen in a piece, the bottom one first, with their index in the plan.
pub fn live<'a>(plan: &'a Plan, piece: &Range<u64>) -> impl Iterator<Item = (usize, &'a Layer)> {
    let piece = piece.clone();
    plan.layers.iter().enumerate().filter(move |(_, layer)| layer.start < piece.end && layer.end > piece.start)
}

/// All that decides the bytes of a segment beside its layers.
#[derive(Debug, Clone, Serialize)]
pub struct EncoderFacts {
    /// Rate factor.
    pub crf: u8,
    /// Preset as x264 names it.
    pub preset: &'static str,
    /// Threads.
    pub threads: u8,
}

#[derive(Serialize)]
struct Slice<'a> {
    version: u32,
    size: (u32, u32),
    rate: (u32, u32),
    frames: u64,
    background: Color,
    encoder: &'a EncoderFacts,
    layers: Vec<SliceLayer<'a>>,
}

#[derive(Serialize)]
struct SliceLayer<'a> {
    from: i64,
    to: i64,
    identity: &'a str,
    layer: &'a Layer,
}

/// The cache key of a piece: BLAKE3 over everything that decides its bytes, and nothing else. `identities` holds
/// the content identity of each layer (source or font) by its index in the plan.
#[must_use]
pub fn segment_key(
    plan: &Plan,
    piece: &Range<u64>,
    identities: &BTreeMap<usize, String>,
    encoder: &EncoderFacts,
) -> String {
    let start = i64::try_from(piece.start).unwrap_or(i64::MAX);
    let relative = |frame: u64| i64::try_from(frame).unwrap_or(i64::MAX) - start;
    let layers = live(plan, piece)
        .map(|(index, layer)| SliceLayer {
            from: relative(layer.start),
            to: relative(layer.end),
            identity: identities.get(&index).map_or("", String::as_str),
            layer,
        })
        .collect();
    let slice = Slice {
        version: RENDERER_VERSION,
        size: (plan.width_px, plan.height_px),
        rate: (plan.rate.num, plan.rate.den),
        frames: piece.end - piece.start,
        background: plan.background,
        encoder,
        layers,
    };
    hash_of(&slice)
}

/// BLAKE3 of the JSON form, 64 hexadecimal digits.
pub(crate) fn hash_of<T: Serialize>(value: &T) -> String {
    let text = serde_json::to_vec(value).expect("plain data always serialises");
    blake3::hash(&text).to_hex().to_string()
}
