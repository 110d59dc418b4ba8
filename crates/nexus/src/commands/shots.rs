//! `nexus shots FILE`: where shots begin and end, and what is in them. Stores nothing.

use anyhow::Context as _;
use nexus_core::{
    footage::{Begins, ShotView},
    port::TagWords,
};
use nexus_render::{Tile, contact_sheet};

use crate::{
    cli::{Global, ShotsArguments},
    commands::tag::{Eye, Looked},
    config::Config,
    show,
};

/// Tags below a picture of the sheet.
const MOST_ON_SHEET: usize = 9;

/// Runs the command.
pub(crate) async fn run(arguments: ShotsArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let looked = Eye::open(config)?.look(&arguments.file, &TagWords::default()).await?;
    if let Some(out) = &arguments.sheet {
        contact_sheet(&tiles(&looked), out).with_context(|| format!("write {}", out.display()))?;
    }
    if global.json {
        return show::json(&looked);
    }
    for (view, seen) in looked.shots.iter().zip(&looked.seen) {
        let tags: Vec<&str> = seen.tags.iter().take(6).map(|tag| tag.name.as_str()).collect();
        show::result(&format!("{}  quality {:.2}  {}", place(view), seen.quality, tags.join(", ")));
    }
    if let Some(out) = &arguments.sheet {
        show::result(&out.display().to_string());
    }
    Ok(())
}

fn place(view: &ShotView) -> String {
    let begins = match view.begins {
        Begins::Start => "start",
        Begins::Cut => "cut",
        Begins::Dissolve => "dissolve",
        Begins::Fade => "fade",
        Begins::Window => "window",
    };
    format!("{:7.2} to {:7.2} s  {begins:8}", view.start_s, view.end_s)
}

fn tiles(looked: &Looked) -> Vec<Tile> {
    let tile = |(view, seen): (&ShotView, &nexus_core::footage::Seen)| {
        let frame = view.frames.get(view.frames.len() / 2)?;
        let mut lines = vec![place(view).split_whitespace().collect::<Vec<_>>().join(" ")];
        let tags: Vec<String> =
            seen.tags.iter().take(MOST_ON_SHEET).map(|tag| format!("{} {:.2}", tag.name, tag.score)).collect();
        lines.extend(tags.chunks(3).map(|tags| tags.join(", ")));
        Some(Tile { width_px: frame.width_px, height_px: frame.height_px, rgb: frame.rgb.clone(), lines })
    };
    looked.shots.iter().zip(&looked.seen).filter_map(tile).collect()
}
