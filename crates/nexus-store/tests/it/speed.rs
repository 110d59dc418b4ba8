//! tmp
use crate::*;
use nexus_core::journal::*;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed() {
    let desk = Desk::new().await;
    let t = std::time::Instant::now();
    let n = 4000;
    let tasks: Vec<_> = (0..64)
        .map(|w| {
            let s = desk.store.clone();
            tokio::spawn(async move {
                for i in 0..(n / 64) {
                    s.enqueue(new_run(&format!("{w}-{i}"))).await.unwrap();
                    let c = s.claim("w", &[("reel".into(), 1)], 10000).await.unwrap().unwrap();
                    for k in ["a", "b", "c", "d"] {
                        s.record(
                            c.run.id,
                            c.run.epoch,
                            StepRow {
                                step: StepName::aside(k),
                                item: String::new(),
                                status: StepStatus::Done,
                                output: serde_json::json!(1),
                                adapter: "x".into(),
                                started: nexus_core::Instant::from_unix_millis(1),
                                ms: 1,
                                attempt: 1,
                            },
                        )
                        .await
                        .unwrap();
                    }
                    s.release(c.run.id, c.run.epoch, Release::Done(serde_json::json!(1))).await.unwrap();
                }
            })
        })
        .collect();
    for t in tasks {
        t.await.unwrap();
    }
    let e = t.elapsed();
    eprintln!("SPEED {} flows/s, commits {}", f64::from(n) / e.as_secs_f64(), *desk.store.subscribe().borrow());
}
