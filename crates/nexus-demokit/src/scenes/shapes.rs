//! Signed distances of plane shapes (negative inside) and how to join, soften and cover with them.
//! The formulas are the usual closed forms of two-dimensional distance fields.

/// A point or a direction in the picture; y points down.
pub(crate) type Point = (f32, f32);

/// Distance to a disc of radius `r` around `c`.
#[inline]
pub(crate) fn disc(p: Point, c: Point, r: f32) -> f32 {
    length((p.0 - c.0, p.1 - c.1)) - r
}

/// Length of a vector.
#[inline]
pub(crate) fn length(p: Point) -> f32 {
    (p.0 * p.0 + p.1 * p.1).sqrt()
}

/// Distance to an upright box around `c` with half sizes `half` and corner radius `r`.
#[inline]
pub(crate) fn slab(p: Point, c: Point, half: Point, r: f32) -> f32 {
    let q = ((p.0 - c.0).abs() - half.0 + r, (p.1 - c.1).abs() - half.1 + r);
    length((q.0.max(0.0), q.1.max(0.0))) + q.0.max(q.1).min(0.0) - r
}

/// Distance to a rounded stroke from `a` to `b` whose radius goes from `ra` to `rb`.
#[inline]
pub(crate) fn stroke(p: Point, a: Point, b: Point, ra: f32, rb: f32) -> f32 {
    let (pa, ba) = ((p.0 - a.0, p.1 - a.1), (b.0 - a.0, b.1 - a.1));
    let along = ((pa.0 * ba.0 + pa.1 * ba.1) / (ba.0 * ba.0 + ba.1 * ba.1).max(1e-9)).clamp(0.0, 1.0);
    length((pa.0 - ba.0 * along, pa.1 - ba.1 * along)) - (ra + (rb - ra) * along)
}

/// About the distance to an ellipse around `c` with half axes `half`; exact on its edge.
#[inline]
pub(crate) fn ellipse(p: Point, c: Point, half: Point) -> f32 {
    let d = (p.0 - c.0, p.1 - c.1);
    let k0 = length((d.0 / half.0, d.1 / half.1));
    let k1 = length((d.0 / (half.0 * half.0), d.1 / (half.1 * half.1)));
    if k1 < 1e-6 { -half.0.min(half.1) } else { k0 * (k0 - 1.0) / k1 }
}

/// Distance to a filled polygon; the exact form.
#[inline]
pub(crate) fn polygon(p: Point, corners: &[Point]) -> f32 {
    let mut best = f32::MAX;
    let mut sign = 1.0;
    let mut j = corners.len() - 1;
    for i in 0..corners.len() {
        let (a, b) = (corners[i], corners[j]);
        let e = (b.0 - a.0, b.1 - a.1);
        let w = (p.0 - a.0, p.1 - a.1);
        let along = ((w.0 * e.0 + w.1 * e.1) / (e.0 * e.0 + e.1 * e.1).max(1e-12)).clamp(0.0, 1.0);
        let d = (w.0 - e.0 * along, w.1 - e.1 * along);
        best = best.min(d.0 * d.0 + d.1 * d.1);
        let (c1, c2, c3) = (p.1 >= a.1, p.1 < b.1, e.0 * w.1 > e.1 * w.0);
        if (c1 && c2 && c3) || (!c1 && !c2 && !c3) {
            sign = -sign;
        }
        j = i;
    }
    sign * best.sqrt()
}

/// Both shapes, melted together over `k`.
#[inline]
pub(crate) fn melt(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// How much of a pixel a shape at distance `d` covers, with an edge `soft` wide.
#[inline]
pub(crate) fn cover(d: f32, soft: f32) -> f32 {
    (0.5 - d / soft.max(1e-6)).clamp(0.0, 1.0)
}

/// `p` turned around the origin by `angle` radians.
#[inline]
pub(crate) fn turn(p: Point, angle: f32) -> Point {
    let (s, c) = angle.sin_cos();
    (p.0 * c + p.1 * s, p.1 * c - p.0 * s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_negative_inside_and_positive_outside() {
        let square = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        for (name, at, inside) in
            [("middle", (0.0, 0.0), true), ("right", (1.5, 0.0), false), ("corner", (0.9, 0.9), true)]
        {
            assert_eq!(polygon(at, &square) < 0.0, inside, "polygon {name}");
            assert_eq!(slab(at, (0.0, 0.0), (1.0, 1.0), 0.01) < 0.0, inside, "slab {name}");
        }
        assert!((disc((3.0, 4.0), (0.0, 0.0), 1.0) - 4.0).abs() < 1e-6);
        assert!((stroke((0.0, 2.0), (-1.0, 0.0), (1.0, 0.0), 0.5, 0.5) - 1.5).abs() < 1e-6);
        assert!(melt(0.1, 0.1, 0.2) < 0.1);
        assert_eq!((cover(-1.0, 0.1), cover(1.0, 0.1)), (1.0, 0.0));
    }
}
