//! Makes the whole kit in a folder, or the small one: `make DIR [small]`.

use std::{error::Error, io::Write, path::Path};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).ok_or("expected DIR")?;
    let small = std::env::args().nth(2).is_some_and(|word| word == "small");
    let kit = if small {
        nexus_demokit::DemoKit::small(Path::new(&dir)).await?
    } else {
        nexus_demokit::make(Path::new(&dir), |done, total, name| {
            let _ = writeln!(std::io::stderr(), "{done}/{total} {name}");
        })
        .await?
    };
    writeln!(std::io::stdout(), "{} clips, {} tracks", kit.footage.len(), kit.music.len())?;
    Ok(())
}
