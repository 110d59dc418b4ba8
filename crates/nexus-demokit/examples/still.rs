//! Writes one frame of a scene as a PPM picture: `still NAME SECONDS WIDTH HEIGHT OUT.ppm`.

use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, at, width, height, out] = arguments.as_slice() else {
        return Err("expected NAME SECONDS WIDTH HEIGHT OUT.ppm".into());
    };
    let picture = nexus_demokit::still(name, at.parse()?, 5.0, width.parse()?, height.parse()?)
        .ok_or_else(|| format!("the kit has no scene '{name}'"))?;
    let mut file = format!("P6 {} {} 255\n", picture.width_px, picture.height_px).into_bytes();
    file.extend(picture.rgb);
    fs::write(out, file)?;
    Ok(())
}
