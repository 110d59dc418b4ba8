//! `run.json`: what a demo made, arrow by arrow, shot by shot, cut by cut.

use std::path::Path;

use nexus_core::{
    Arrow,
    film::Film,
    journal::{StepRow, StepStatus},
    script::Script,
};
use nexus_edit::{CutPlan, Join, Slot};
use nexus_flows::fill::Placed;
use serde::{Deserialize, Serialize};

/// The whole report.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Path of the film.
    pub(crate) film: String,
    /// Nineteen rows.
    pub(crate) arrows: Vec<ArrowRow>,
    /// The script.
    pub(crate) script: Script,
    /// Every shot in its place.
    pub(crate) shots: Vec<ShotRow>,
    /// Every cut and how far it is from its beat.
    pub(crate) cuts: Vec<CutRow>,
    /// Folders of publications.
    pub(crate) outbox: Vec<String>,
    /// What it cost.
    pub(crate) cost: Cost,
    /// What was measured on the finished file, and what people should know.
    pub(crate) measured: Measured,
}

/// One arrow.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct ArrowRow {
    /// 1 to 19.
    pub(crate) arrow: u8,
    /// The words on it.
    pub(crate) name: &'static str,
    /// `done`, `skipped`, or `waiting` when it has not been reached.
    pub(crate) status: &'static str,
    /// Milliseconds, summed over repeats such as clips.
    pub(crate) ms: u64,
    /// Who did it.
    pub(crate) adapter: String,
}

/// One shot.
#[derive(Debug, Serialize)]
pub(crate) struct ShotRow {
    /// File name.
    pub(crate) asset: String,
    /// First second used of the file.
    pub(crate) source_start_s: f64,
    /// Second of the film.
    pub(crate) start_s: f64,
    /// Seconds.
    pub(crate) length_s: f64,
    /// Source seconds per second, 1 as it was filmed.
    pub(crate) speed: f64,
    /// Fit, 0 to 1.
    pub(crate) score: f64,
    /// One sentence.
    pub(crate) why: String,
    /// True when the product made it.
    pub(crate) generated: bool,
    /// The scene it shows.
    pub(crate) scene: String,
}

/// One cut.
#[derive(Debug, Serialize)]
pub(crate) struct CutRow {
    /// Second of the film at which the picture changes.
    pub(crate) time_s: f64,
    /// The beat it lies on; absent where the music has no grid.
    pub(crate) beat_s: Option<f64>,
    /// Position of that beat in its bar, 1 for the downbeat; 0 where the music has no grid.
    pub(crate) beat: u8,
    /// `cut`, `dissolve`, `zoom` or `dip`.
    pub(crate) join: Join,
    /// Distance in milliseconds.
    pub(crate) error_ms: Option<f64>,
}

/// What it cost, in millionths of a US dollar.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    /// Always 0 with embedded adapters.
    pub(crate) total_micros: u64,
    /// `USD`
    pub(crate) currency: &'static str,
}

/// What was measured on the finished file.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    width_px: u32,
    height_px: u32,
    frames: u64,
    loudness_lufs: Option<f64>,
    true_peak_dbtp: Option<f64>,
    remarks: Vec<String>,
}

/// What the journal of a reel says of its newest film.
pub(crate) struct Made {
    /// The script.
    pub(crate) script: Script,
    /// Cuts and shots.
    pub(crate) laid: (CutPlan, Vec<Placed>),
    /// The film.
    pub(crate) film: Film,
}

impl Made {
    /// Reads the steps of a run; `None` before the film is rendered.
    pub(crate) fn read(steps: &[StepRow]) -> Option<Self> {
        Some(Self {
            script: newest(steps, "08-write-script")?,
            laid: newest(steps, "lay-cuts")?,
            film: newest(steps, "15-render")?,
        })
    }
}

fn newest<T: for<'de> Deserialize<'de>>(steps: &[StepRow], name: &str) -> Option<T> {
    let step = steps.iter().rev().find(|step| step.step.as_str() == name)?;
    serde_json::from_value(step.output.clone()).ok()
}

/// One row per arrow, from the steps of all runs that took part.
pub(crate) fn arrow_rows(steps: &[StepRow]) -> Vec<ArrowRow> {
    let row = |arrow: Arrow| {
        let of_arrow: Vec<&StepRow> = steps.iter().filter(|step| step.step.arrow() == Some(arrow)).collect();
        let is_done = of_arrow.iter().any(|step| step.status == StepStatus::Done);
        ArrowRow {
            arrow: arrow.number(),
            name: arrow.label(),
            status: match (of_arrow.is_empty(), is_done) {
                (true, _) => "waiting",
                (false, true) => "done",
                (false, false) => "skipped",
            },
            ms: of_arrow.iter().map(|step| step.ms).sum(),
            adapter: of_arrow.first().map_or_else(String::new, |step| step.adapter.clone()),
        }
    };
    Arrow::ALL.into_iter().map(row).collect()
}

impl Report {
    /// Puts the report together.
    pub(crate) fn new(film: &Path, steps: &[StepRow], made: Made) -> Self {
        let Made { script, laid: (cuts, placed), film: facts } = made;
        let shot = |placed: &Placed| ShotRow {
            asset: placed.pick.shot.file_name.clone(),
            source_start_s: placed.in_s,
            start_s: cuts.start_s(&placed.slot),
            length_s: cuts.length_s(&placed.slot),
            speed: placed.speed,
            score: placed.pick.score,
            why: placed.pick.why.clone(),
            generated: placed.pick.shot.generated,
            scene: script.scenes.get(placed.slot.scene).map_or_else(String::new, |scene| scene.id.clone()),
        };
        let cut = |placed: &Placed| {
            let Slot { beat_s, beat, join, .. } = placed.slot;
            let time_s = cuts.start_s(&placed.slot);
            CutRow { time_s, beat_s, beat, join, error_ms: beat_s.map(|at_s| (time_s - at_s).abs() * 1000.0) }
        };
        let locations =
            steps.iter().filter(|step| matches!(step.step.arrow(), Some(Arrow::Publish | Arrow::UpdateMaps)));
        let outbox = locations.filter_map(|step| step.output.get("location")?.as_str().map(str::to_owned)).collect();
        Self {
            film: film.display().to_string(),
            arrows: arrow_rows(steps),
            shots: placed.iter().map(shot).collect(),
            cuts: placed.iter().skip(1).map(cut).collect(),
            outbox,
            cost: Cost { total_micros: 0, currency: "USD" },
            measured: Measured {
                width_px: facts.width_px,
                height_px: facts.height_px,
                frames: facts.length.0,
                loudness_lufs: facts.loudness_lufs,
                true_peak_dbtp: facts.true_peak_dbtp,
                remarks: facts.remarks,
            },
            script,
        }
    }

    /// What people should know of the film.
    pub(crate) fn remarks(&self) -> &[String] {
        &self.measured.remarks
    }

    /// The table of arrows for a terminal.
    pub(crate) fn table(&self) -> String {
        let row = |row: &ArrowRow| {
            format!("{:>3}  {:<36} {:<8} {:>8} ms  {}", row.arrow, row.name, row.status, row.ms, row.adapter)
        };
        self.arrows.iter().map(row).collect::<Vec<_>>().join("\n")
    }
}
