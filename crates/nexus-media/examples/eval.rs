//! temp
use nexus_core::journal::{StepKey, StepName};
use nexus_core::port::{Media, StepContext};
#[tokio::main]
async fn main() {
    let m = nexus_media::FfmpegMedia::default();
    for f in std::env::args().skip(1) {
        let p = std::path::Path::new(&f);
        let t = std::time::Instant::now();
        let c = StepContext::quiet(StepKey {
            run: nexus_core::RunId::derived(&["x"]),
            step: StepName::aside("x"),
            item: String::new(),
        });
        match m.examine(p, &c).await {
            Err(e) => println!("{f}: ERR {:?} {e}", e.kind),
            Ok(x) => {
                let v = x.info.video.as_ref().unwrap();
                println!(
                    "{} {:.2}s {}x{} rot{} {} var{} {}b full{} in {:.2}s wall",
                    p.file_name().unwrap().to_str().unwrap(),
                    x.info.duration_s,
                    v.width_px,
                    v.height_px,
                    v.rotation_deg,
                    v.rate,
                    v.variable_rate,
                    v.bit_depth,
                    v.full_range,
                    t.elapsed().as_secs_f64()
                );
                for s in &x.shots {
                    println!(
                        "  {:6.2}-{:6.2} f{:4} act {:5.1} pan {:+.3} tilt {:+.3} zoom {:+.3} shake {:.3} peak {:.2} sharp {:.0} frames {:?} sound {:?}",
                        s.start_s,
                        s.end_s,
                        (s.start_s * v.rate.as_f64()).round(),
                        s.motion.activity,
                        s.motion.pan,
                        s.motion.tilt,
                        s.motion.zoom,
                        s.motion.shake,
                        s.motion.peak_s,
                        s.sharpness,
                        s.frames.iter().map(|f| (f.time_s * 100.0).round() / 100.0).collect::<Vec<_>>(),
                        s.sound.map(|s| ((s.level_db * 10.0).round() / 10.0, (s.speech * 100.0).round() / 100.0))
                    );
                }
            }
        }
    }
}
