//! The films' scenes: each turns a moment into light per pixel; size and speed are the caller's.

pub(crate) mod camera;
pub(crate) mod light;
pub(crate) mod noise;
pub(crate) mod plate;
pub(crate) mod relief;
pub(crate) mod shapes;

mod bokeh;
mod bread;
mod candle;
mod flame;
mod glass;
mod oysters;
mod plating;
mod sunset;
mod terrace;
mod waves;
mod wine;

use light::Rgb;

/// Something that can be filmed. Building one may take a second; a frame of it is cheap.
pub(crate) trait Scene: Send + Sync {
    /// What is to be seen at `seconds` from the clip's start; `progress` is the clip's share that has passed.
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_>;

    /// How strongly bright things glow in the lens.
    fn bloom(&self) -> f32 {
        0.5
    }
}

/// The light of one moment.
pub(crate) trait Shader: Sync {
    /// Light at a picture point: x to the right and y down from the middle, one unit is the picture's height.
    /// `pixel` is a pixel's side in the same unit, for soft edges.
    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb;

    /// A row of points, `pixel` apart from `left` on.
    fn row(&self, left: f32, y: f32, pixel: f32, out: &mut [Rgb]) {
        for (column, cell) in out.iter_mut().enumerate() {
            *cell = self.light(left + column as f32 * pixel, y, pixel);
        }
    }
}

/// The scene of a clip, detailed for pictures `lines` high; `None` for a name that is not in the kit.
pub(crate) fn scene(name: &str, lines: usize) -> Option<Box<dyn Scene>> {
    let lines = lines as f32;
    Some(match name {
        "sunset_over_the_harbour" => Box::new(sunset::Sunset::new(lines)),
        "candle_lit_table" => Box::new(candle::Candle::new(lines)),
        "kitchen_flame" => Box::new(flame::Flame::new(lines)),
        "pouring_red_wine" => Box::new(wine::Wine::new()),
        "string_lights_terrace" => Box::new(terrace::Terrace::new(lines)),
        "oysters_on_ice" => Box::new(oysters::Oysters::new(lines)),
        "chef_hands_plating" => Box::new(plating::Plating::new(lines)),
        "waves_on_the_shore" => Box::new(waves::Waves::new(lines)),
        "bread_from_the_oven" => Box::new(bread::Bread::new(lines)),
        _ => return None,
    })
}
