//! Vector graphics: markup to premultiplied pixels. Nothing outside the markup is ever read but the fonts of its words.

use std::sync::Arc;

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{ImageHrefResolver, Options, Tree, fontdb::Database},
};

use crate::{affine::Affine, geometry::Rect, raster::Raster};

/// Largest markup in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Width and height of the drawing in its own pixels.
///
/// # Errors
/// What is wrong with the markup and what was expected, in plain words.
pub(crate) fn size(markup: &str) -> Result<(f64, f64), String> {
    let size = parse(markup, Arc::default())?.size();
    Ok((f64::from(size.width()), f64::from(size.height())))
}

/// A parsed drawing.
pub(crate) struct Drawing {
    tree: Tree,
}

impl Drawing {
    /// A drawing whose words are set in `fonts`.
    pub(crate) fn new(markup: &str, fonts: Arc<Database>) -> Result<Self, String> {
        parse(markup, fonts).map(|tree| Self { tree })
    }

    /// The drawing under `map` (from its own pixels to those of the frame), without what lies outside the frame.
    pub(crate) fn draw(&self, map: Affine, frame_px: (u32, u32)) -> Option<Raster> {
        let size = self.tree.size();
        let (width, height) = (f64::from(size.width()), f64::from(size.height()));
        let target = map.bounds(Rect { x: 0.0, y: 0.0, width, height }).snapped();
        let left = target.x.floor().max(0.0);
        let top = target.y.floor().max(0.0);
        let right = (target.x + target.width).ceil().min(f64::from(frame_px.0));
        let bottom = (target.y + target.height).ceil().min(f64::from(frame_px.1));
        if right <= left || bottom <= top {
            return None;
        }
        let mut pixels = Pixmap::new((right - left) as u32, (bottom - top) as u32)?;
        let [a, b, c, d, e, f] = map.then(Affine::moved(-left, -top)).row().map(|value| value as f32);
        resvg::render(&self.tree, Transform::from_row(a, b, c, d, e, f), &mut pixels.as_mut());
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        Some(Raster { x: left as i32, y: top as i32, width, height, data: pixels.take() })
    }

    /// Width and height in its own pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        (f64::from(self.tree.size().width()), f64::from(self.tree.size().height()))
    }
}

/// True when a drawing has words, so that fonts decide how it looks.
pub(crate) fn has_words(markup: &str) -> bool {
    markup.to_ascii_lowercase().contains("<text")
}

fn parse(markup: &str, fontdb: Arc<Database>) -> Result<Tree, String> {
    if markup.len() > MAX_BYTES {
        return Err(format!(
            "the SVG markup has {} bytes; expected at most {MAX_BYTES}: simplify the drawing",
            markup.len()
        ));
    }
    if markup.to_ascii_lowercase().contains("<image") {
        return Err("<image> elements are not drawn in SVG; use an image clip for pictures".to_owned());
    }
    let nothing = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options { resources_dir: None, image_href_resolver: nothing, fontdb, ..Options::default() };
    Tree::from_str(markup, &options).map_err(|error| format!("expected SVG markup: {error}"))
}
