//! Large files, continued.

use std::sync::Mutex;

use nexus_connect::fetch::{Downloads, FetchConfig};

use super::stage::{Script, Server, status};

const WHOLE: &[u8] = b"the whole of a large file";

/// Gives the file from where it is asked for, as storage does; `/plain` knows no ranges.
async fn server() -> Server {
    Server::start(|request| {
        let from = request
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned))
            .and_then(|range| range.trim_end_matches('-').parse::<usize>().ok());
        let head =
            |status: &str, length: usize| format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n").into_bytes();
        match (request.split(' ').nth(1).unwrap_or_default(), from) {
            ("/plain", _) | ("/file", None) => vec![head("200 OK", WHOLE.len()), WHOLE.to_vec()],
            ("/file", Some(from)) if from >= WHOLE.len() => status("416 Range Not Satisfiable"),
            ("/file", Some(from)) => {
                let range =
                    format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{}", WHOLE.len() - 1, WHOLE.len());
                vec![head(&range, WHOLE.len() - from), WHOLE[from..].to_vec()]
            }
            _ => status("404 Not Found"),
        }
    })
    .await
}

fn downloads(server: &Server) -> (tempfile::TempDir, Downloads) {
    let folder = tempfile::tempdir().expect("a folder");
    let origin = server.url("").parse().expect("an origin");
    let config = FetchConfig { allowed_private_origins: vec![origin], ..FetchConfig::new(folder.path()) };
    let downloads = Downloads::new(config, Script::new([])).expect("downloads");
    (folder, downloads)
}

#[tokio::test]
async fn a_download_goes_on_where_it_stopped() {
    let server = server().await;
    let (folder, downloads) = downloads(&server);
    for (name, path, before) in [
        ("nothing", "/file", &b""[..]),
        ("a part", "/file", &WHOLE[..9]),
        ("all of it", "/file", WHOLE),
        ("a part, from a server without ranges", "/plain", &b"something else"[..]),
    ] {
        let file = folder.path().join("file.part");
        std::fs::write(&file, before).expect("written");
        let told = Mutex::new(Vec::new());
        let progress = |present, total| told.lock().expect("no panic").push((present, total));
        let size = downloads.resume(&server.url(path), &file, &progress).await.expect(name);
        assert_eq!(size, WHOLE.len() as u64, "{name}");
        assert_eq!(std::fs::read(&file).expect("read"), WHOLE, "{name}");
        let told = told.into_inner().expect("no panic");
        assert!(told.last().is_none_or(|last| *last == (size, Some(size))), "{name}: {told:?}");
    }
    assert!(server.seen().iter().any(|request| request.to_ascii_lowercase().contains("range: bytes=9-")));
}

#[tokio::test]
async fn what_arrived_stays_when_the_rest_does_not_come() {
    let server = server().await;
    let (folder, downloads) = downloads(&server);
    let file = folder.path().join("file.part");
    std::fs::write(&file, b"half").expect("written");
    let error = downloads.resume(&server.url("/gone"), &file, &|_, _| {}).await.expect_err("not there");
    assert!(error.to_string().contains("HTTP 404"), "{error}");
    assert_eq!(std::fs::read(&file).expect("read"), b"half");
}
