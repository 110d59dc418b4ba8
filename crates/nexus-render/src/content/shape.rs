//! Rectangles, circles and lines as SVG markup.

use nexus_edit::model::{Color, Shape, asset::Figure};

/// Markup of a shape in its box; the figure stands in the middle. Only numbers and colours enter it.
pub(crate) fn drawing(shape: &Shape) -> String {
    let fill = shape.fill.as_ref();
    let colour = fill.and_then(|fill| fill.color).unwrap_or(Color::WHITE);
    let opacity = fill.and_then(|fill| fill.opacity).unwrap_or(1.0);
    let outline = shape.stroke.as_ref();
    let line_px = outline.and_then(|stroke| stroke.width).unwrap_or(0.0).max(0.0);
    let line = outline.and_then(|stroke| stroke.color).unwrap_or(Color::BLACK);
    let (figure_width, figure_height) = match &shape.figure {
        Figure::Rectangle { rectangle } => (f64::from(rectangle.width), f64::from(rectangle.height)),
        Figure::Circle { circle } => (f64::from(circle.radius) * 2.0, f64::from(circle.radius) * 2.0),
        Figure::Line { line } => (f64::from(line.length), f64::from(line.thickness)),
    };
    let width = shape.width.map_or(figure_width + line_px, f64::from);
    let height = shape.height.map_or(figure_height + line_px, f64::from);
    let (x, y) = ((width - figure_width) / 2.0, (height - figure_height) / 2.0);
    let element = match &shape.figure {
        Figure::Rectangle { rectangle } => {
            let radius = rectangle.corner_radius.unwrap_or(0);
            format!(r#"<rect x="{x}" y="{y}" width="{figure_width}" height="{figure_height}" rx="{radius}""#)
        }
        Figure::Circle { circle } => {
            format!(r#"<circle cx="{}" cy="{}" r="{}""#, width / 2.0, height / 2.0, circle.radius)
        }
        Figure::Line { .. } => format!(r#"<rect x="{x}" y="{y}" width="{figure_width}" height="{figure_height}""#),
    };
    let [red, green, blue] = colour.rgb();
    let [line_red, line_green, line_blue] = line.rgb();
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{element} fill="rgb({red},{green},{blue})" fill-opacity="{}" stroke="rgb({line_red},{line_green},{line_blue})" stroke-width="{line_px}"/></svg>"#,
        opacity * f64::from(colour.alpha) / 255.0,
    )
}
