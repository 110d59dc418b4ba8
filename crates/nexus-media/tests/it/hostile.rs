//! Files made to attack: none is accepted, none reaches a foreign file or address, none costs much.

use std::{
    collections::BTreeMap,
    net::{TcpListener, UdpSocket},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use nexus_core::{ErrorKind, FrameRate, port::Media as _};
use nexus_media::{FfmpegMedia, Limits, MediaError, SoundSpec, grab_jpeg, measure_loudness, probe_file, read_sound};
use nexus_testkit::factory;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::material::scenes;

/// Longest time that one hostile file may take with all that is done to it.
const MOST_TIME: Duration = Duration::from_secs(60);

/// Most memory that a child may ever hold, in bytes.
const MOST_MEMORY: u64 = 700 << 20;

/// Two tenants' folders, and listeners that must hear nothing.
struct Ground {
    folder: tempfile::TempDir,
    tcp: TcpListener,
    udp: UdpSocket,
}

impl Ground {
    async fn prepare() -> Self {
        let folder = tempfile::tempdir().expect("the ground is ours");
        for name in ["in", "out", "store/tenantB"] {
            std::fs::create_dir_all(folder.path().join(name)).expect("the ground is ours");
        }
        let secret = folder.path().join("store/tenantB/secret.mp4");
        scenes(&secret, FrameRate::FPS_30, 15, &[]).await;
        std::fs::copy(&secret, secret.with_extension("ts")).expect("the ground is ours");
        std::fs::copy(&secret, folder.path().join("in/sibling.mp4")).expect("the ground is ours");
        std::fs::write(folder.path().join("server-secret.env"), "TOKEN=1\n").expect("the ground is ours");
        let (tcp, udp) = (
            TcpListener::bind("127.0.0.1:0").expect("the ground is ours"),
            UdpSocket::bind("127.0.0.1:0").expect("the ground is ours"),
        );
        tcp.set_nonblocking(true).expect("the ground is ours");
        udp.set_nonblocking(true).expect("the ground is ours");
        Self { folder, tcp, udp }
    }

    /// `file`'s bytes below `in`, with the places of this ground in them.
    fn place(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.folder.path().join("in").join(name);
        let placed = match std::str::from_utf8(bytes) {
            Ok(text) => text
                .replace("@ATTACK_DIR@", &self.folder.path().display().to_string())
                .replace("127.0.0.1:18099", &self.tcp.local_addr().expect("the ground is ours").to_string())
                .replace("18100", &self.udp.local_addr().expect("the ground is ours").port().to_string())
                .into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        std::fs::write(&file, placed).expect("the ground is ours");
        file
    }

    /// Every file with its content, but for those that are asked to be written.
    fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned(), std::env::current_dir().expect("the ground is ours")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the ground is ours") {
                let path = entry.expect("the ground is ours").path();
                match path.is_dir() {
                    true if path.starts_with(self.folder.path()) && !path.ends_with("out") => folders.push(path),
                    true => {}
                    false => drop(found.insert(path.clone(), std::fs::read(path).expect("the ground is ours"))),
                }
            }
        }
        found
    }

    fn assert_nobody_called(&self) {
        assert!(self.tcp.accept().is_err(), "somebody connected");
        assert!(self.udp.recv(&mut [0; 64]).is_err(), "somebody sent a datagram");
    }
}

/// All that the product does to a file that came in. The errors, and what it was accepted as.
async fn handle(file: PathBuf, out: PathBuf) -> (Vec<MediaError>, bool) {
    let mut errors = Vec::new();
    let Ok(info) = probe_file(&file, &Limits::default()).await.map_err(|error| errors.push(error)) else {
        return (errors, false);
    };
    if info.video.is_some() {
        let examined = FfmpegMedia::default().examine(&file, &factory::context("examine")).await;
        let bad = [ErrorKind::Timeout, ErrorKind::Unavailable, ErrorKind::Bug, ErrorKind::Unsupported];
        if let Err(error) = examined {
            assert!(!bad.contains(&error.kind), "{}: {error}", file.display());
        }
        let name = format!("{}.jpg", file.file_name().expect("a name").to_string_lossy());
        let _ = grab_jpeg(&file, 0.5, Some(320), &out.join(name)).await.map_err(|error| errors.push(error));
    }
    if info.audio.is_some() {
        let spec = SoundSpec { rate_hz: 22_050, channels: 1, start_s: 0.0, length_s: Some(20.0), tempo: 1.0 };
        let _ = read_sound(&file, &spec).await.map_err(|error| errors.push(error));
    }
    (errors, true)
}

fn assert_ended_by_itself(file: &Path, errors: &[MediaError]) {
    for error in errors {
        let wrong = matches!(
            error,
            MediaError::Killed { .. } | MediaError::Timeout { .. } | MediaError::Jail { .. } | MediaError::Io { .. }
        );
        assert!(!wrong, "{}: {error}", file.display());
    }
}

/// The largest memory that any child of this process ever held, in bytes.
fn largest_child() -> u64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    #[expect(unsafe_code, reason = "the standard library does not tell what children used")]
    // SAFETY: the kernel fills the structure that is handed to it, and all its bit patterns are valid.
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()), 0);
        usage.assume_init()
    };
    u64::try_from(usage.ru_maxrss).expect("a size") * 1024
}

#[tokio::test]
async fn text_that_leads_elsewhere_is_refused_by_its_kind() {
    let ground = Ground::prepare().await;
    let list = |target: &str| format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:4,\n{target}\n#EXT-X-ENDLIST\n");
    let dash = |target: &str| {
        format!(
            "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
             profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\" mediaPresentationDuration=\"PT1S\" \
             minBufferTime=\"PT1S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" \
             bandwidth=\"9\" width=\"64\" height=\"64\" codecs=\"avc1.42c01e\"><BaseURL>{target}</BaseURL>\
             <SegmentBase indexRange=\"0-100\"/></Representation></AdaptationSet></Period></MPD>"
        )
    };
    let sdp = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 18100 RTP/AVP 96\na=rtpmap:96 H264/90000\n";
    let attacks = [
        ("hls-file", list("@ATTACK_DIR@/store/tenantB/secret.ts")),
        ("hls-env", list("file://@ATTACK_DIR@/server-secret.env")),
        ("hls-http", list("http://127.0.0.1:18099/latest/meta-data.ts")),
        ("dash-file", dash("@ATTACK_DIR@/store/tenantB/secret.mp4")),
        ("dash-http", dash("http://127.0.0.1:18099/dash.mp4")),
        ("concat-file", "ffconcat version 1.0\nfile sibling.mp4\n".to_owned()),
        ("concat-http", "ffconcat version 1.0\nfile 'http://127.0.0.1:18099/a.mp4'\n".to_owned()),
        ("sdp", sdp.to_owned()),
    ];
    for (name, text) in attacks {
        let file = ground.place(&format!("{name}.mp4"), text.as_bytes());
        let before = ground.contents();
        let error = probe_file(&file, &Limits::default()).await.unwrap_err();
        assert!(
            matches!(error, MediaError::NotAccepted { .. } | MediaError::NotMedia { .. }),
            "{name} is not refused by its kind: {error}"
        );
        assert!(!error.to_string().contains("tenantB"), "{name} tells of foreign files: {error}");
        let out = ground.folder.path().join("out/still.jpg");
        assert!(grab_jpeg(&file, 0.0, None, &out).await.is_err() && !out.exists(), "{name}");
        assert!(measure_loudness(&file).await.is_err(), "{name}");
        assert_eq!(ground.contents(), before, "{name}");
        ground.assert_nobody_called();
    }
}

#[tokio::test]
async fn names_are_neither_options_nor_protocols() {
    let ground = Ground::prepare().await;
    let secret = ground.folder.path().join("store/tenantB/secret.mp4");
    for name in ["-f.mp4", "a:b.mp4", "concat:a|b.mp4", "%03d.mp4", "http:__x.mp4", "'; touch owned.mp4", "データ.mp4"]
    {
        let file = ground.folder.path().join("in").join(name);
        std::fs::copy(&secret, &file).unwrap();
        let info = probe_file(&file, &Limits::default()).await;
        assert_eq!(info.unwrap_or_else(|error| panic!("{name}: {error}")).video.unwrap().width_px, 320, "{name}");
    }
}

#[tokio::test]
async fn a_picture_bomb_costs_neither_time_nor_memory() {
    let ground = Ground::prepare().await;
    for side in [15_800_u32, 60_000] {
        let file = ground.place(&format!("{side}.png"), &png_of(side));
        let began = Instant::now();
        let error = probe_file(&file, &Limits::default()).await.unwrap_err();
        assert!(matches!(error, MediaError::OverLimit { .. } | MediaError::NotMedia { .. }), "{side}: {error}");
        assert!(began.elapsed() < Duration::from_secs(15), "{side}: {:?}", began.elapsed());
    }
    assert!(largest_child() < MOST_MEMORY, "a child held {} bytes", largest_child());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_over_hostile_files_leaves_no_trace() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/hostile/media");
    if !shared.is_dir() {
        println!("skipped: no shared data");
        return;
    }
    let ground = Ground::prepare().await;
    let mut files = Vec::new();
    for folder in std::fs::read_dir(&shared).unwrap().map(|entry| entry.unwrap().path()) {
        let family = folder.file_name().unwrap().to_string_lossy().into_owned();
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = format!("{family}-{}", file.file_name().unwrap().to_string_lossy());
            files.push((family == "attacks", ground.place(&name, &std::fs::read(file).unwrap())));
        }
    }
    assert!(files.len() > 200, "{} files", files.len());
    let (before, out) = (ground.contents(), ground.folder.path().join("out"));
    let two_at_a_time = Arc::new(Semaphore::new(2));
    let mut sweep = JoinSet::new();
    for (is_attack, file) in files.clone() {
        let (turn, out) = (Arc::clone(&two_at_a_time), out.clone());
        sweep.spawn(async move {
            let _turn = turn.acquire_owned().await.unwrap();
            let began = Instant::now();
            let (errors, accepted) = handle(file.clone(), out).await;
            assert_ended_by_itself(&file, &errors);
            assert!(!(is_attack && accepted), "{} was accepted", file.display());
            assert!(began.elapsed() < MOST_TIME, "{} took {:?}", file.display(), began.elapsed());
            (accepted, began.elapsed())
        });
    }
    let outcomes = sweep.join_all().await;
    let accepted = outcomes.iter().filter(|(accepted, _)| *accepted).count();
    let slowest = outcomes.iter().map(|(_, took)| *took).max().unwrap();
    println!(
        "{} files, {accepted} accepted, slowest {slowest:?}, largest child {} MB",
        files.len(),
        largest_child() >> 20
    );
    assert!(accepted > 0, "a sweep that accepts nothing decodes nothing");
    assert_eq!(ground.contents().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert_eq!(ground.contents(), before, "a file was changed");
    for entry in std::fs::read_dir(&out).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(name.to_string_lossy().ends_with(".jpg"), "{name:?} was left behind");
    }
    ground.assert_nobody_called();
    assert!(largest_child() < MOST_MEMORY, "a child held {} bytes", largest_child());
}

/// A PNG that claims `side` x `side` pixels of 8 bytes and has none.
fn png_of(side: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let named = [kind.as_slice(), data].concat();
        let length = u32::try_from(data.len()).expect("a short chunk").to_be_bytes();
        [length.as_slice(), &named, &crc(&named).to_be_bytes()].concat()
    };
    let header = [side.to_be_bytes().as_slice(), &side.to_be_bytes(), &[16, 6, 0, 0, 0]].concat();
    // An empty zlib stream.
    let data = [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &header), &chunk(b"IDAT", &data), &chunk(b"IEND", &[])].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let shifted = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| shifted(crc)))
}
