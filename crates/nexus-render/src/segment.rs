//! Segments: closed pieces of the film that are encoded, cached and resumed on their own.

use std::{collections::BTreeMap, ops::Range};

use nexus_edit::model::Color;
use serde::Serialize;

use crate::plan::{Content, Layer, Plan};

/// Part of every cache key: raised whenever the same plan gives other pixels or samples.
pub const RENDERER_VERSION: u32 = 3;

/// Longer pieces are split, in seconds.
const LONGEST_S: f64 = 4.0;
/// Target length of split pieces, in seconds.
const SPLIT_S: f64 = 3.0;
/// One worker renders at most this much at a stretch, in seconds: what a seek into the middle of a take decodes in
/// vain is then a few percent.
const LONGEST_CHAIN_S: f64 = 30.0;
/// Shorter pieces are joined with their neighbour, in seconds.
const SHORTEST_S: f64 = 1.0;

/// The pieces of a film, in order, without gaps. Edges lie on the clip edges of the bottom picture track;
/// long clips are split evenly; short ones, and those that flow into each other, share a piece.
#[must_use]
pub fn segments(plan: &Plan) -> Vec<Range<u64>> {
    let fps = plan.rate.as_f64();
    let bottom = plan.layers.iter().filter(|layer| layer.is_picture()).map(|layer| layer.track).max();
    let inside = plan.window.start + 1..plan.window.end;
    let mut edges: Vec<u64> = plan
        .layers
        .iter()
        .filter(|layer| layer.is_picture() && Some(layer.track) == bottom)
        .flat_map(|layer| [layer.start, layer.end])
        .filter(|edge| inside.contains(edge))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges.push(plan.window.end);
    let mut pieces = Vec::new();
    let mut start = plan.window.start;
    for (index, edge) in edges.iter().copied().enumerate() {
        let is_short = ((edge - start) as f64) < SHORTEST_S * fps;
        let next_fits = edges.get(index + 1).is_some_and(|next| (next - start) as f64 <= LONGEST_S * fps);
        if next_fits && (is_short || is_straddled(plan, edge)) {
            continue;
        }
        split(start..edge, fps, &mut pieces);
        start = edge;
    }
    pieces
}

fn split(piece: Range<u64>, fps: f64, pieces: &mut Vec<Range<u64>>) {
    let length = piece.end - piece.start;
    let parts = if length as f64 > LONGEST_S * fps { (length as f64 / (SPLIT_S * fps)).ceil() as u64 } else { 1 };
    for part in 0..parts {
        pieces.push(piece.start + length * part / parts..piece.start + length * (part + 1) / parts);
    }
}

/// Pieces that are best rendered by one worker, one after the other: where a moving picture lies across the edge of
/// two pieces, its decoder goes on, and nothing is decoded twice. A chain longer than [`LONGEST_CHAIN_S`] is cut
/// all the same, so that a long take does not keep the other workers waiting.
#[must_use]
pub fn chains(plan: &Plan, pieces: Vec<Range<u64>>) -> Vec<Vec<Range<u64>>> {
    let most = (LONGEST_CHAIN_S * plan.rate.as_f64()) as u64;
    let mut chains: Vec<Vec<Range<u64>>> = Vec::new();
    for piece in pieces {
        match chains.last_mut() {
            Some(chain)
                if chain.last().is_some_and(|last| last.end == piece.start)
                    && piece.end - chain[0].start <= most
                    && is_straddled(plan, piece.start) =>
            {
                chain.push(piece);
            }
            Some(_) | None => chains.push(vec![piece]),
        }
    }
    chains
}

/// True when a moving picture stands on both sides of `edge`.
fn is_straddled(plan: &Plan, edge: u64) -> bool {
    let crosses =
        |layer: &Layer| layer.start < edge && layer.end > edge && matches!(layer.content, Content::Video { .. });
    plan.layers.iter().any(|layer| crosses(layer) || layer.mattes.iter().any(|matte| crosses(&matte.layer)))
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
    /// The encoder as ffmpeg names it.
    pub encoder: &'static str,
    /// Preset as the encoder names it.
    pub preset: &'static str,
    /// Threads.
    pub threads: u8,
    /// Width and height of the file in pixels.
    pub file_px: (u32, u32),
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
