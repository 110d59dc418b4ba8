//! A provider that misbehaves, over plain TCP: row 3 of the fault matrix.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// How every request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429, and to come again after 7 seconds.
    RateLimited,
    /// 503 with a page of HTML.
    Unavailable,
    /// The request is taken, and nothing is ever said.
    Silence,
    /// The connection is reset when the request has been read.
    Reset,
    /// Bytes that are no HTTP.
    Garbage,
    /// 200, and a body that is neither JSON nor XML.
    Nonsense,
    /// 200 and this document, which tells of an error.
    ErrorInside(&'static str),
    /// A good head, then one byte at a time.
    Trickle,
    /// 200 and a body of ten gigabytes.
    Flood,
}

/// Every fault; `error` is the document in which this provider tells of errors.
#[must_use]
pub fn every_fault(error: &'static str) -> Vec<Fault> {
    use Fault::{ErrorInside, Flood, Garbage, Nonsense, RateLimited, Reset, Silence, Trickle, Unavailable};
    vec![RateLimited, Unavailable, Silence, Reset, Garbage, Nonsense, ErrorInside(error), Trickle, Flood]
}

/// Ten gigabytes.
const FLOOD_BYTES: u64 = 10_000_000_000;

/// A day of bytes at the pace of [`Fault::Trickle`].
const TRICKLE_BYTES: u64 = 864_000;

/// A provider on a free port of this machine, until the process ends.
pub struct Provider {
    url: String,
    requests: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

impl Provider {
    /// Answers every request with `fault`.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, sent) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counts = (Arc::clone(&requests), Arc::clone(&sent));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (fault, (requests, sent)) = (fault.clone(), counts.clone());
                thread::spawn(move || answer(stream, &fault, &requests, &sent));
            }
        });
        Self { url, requests, sent }
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Requests that were read so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// Bytes of answers that somebody took, in flight on the way included.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }
}

/// Reads one request and misbehaves; what cannot be sent any more ends the connection.
fn answer(mut stream: TcpStream, fault: &Fault, requests: &AtomicU64, sent: &AtomicU64) {
    if *fault == Fault::Reset {
        // Closed with bytes unread: the system resets the connection.
        let _ = stream.peek(&mut [0; 1]);
        requests.fetch_add(1, Ordering::SeqCst);
        return;
    }
    if read_request(&mut stream).is_none() {
        return;
    }
    requests.fetch_add(1, Ordering::SeqCst);
    let mut say = |bytes: &[u8]| {
        let said = stream.write_all(bytes);
        sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        said.is_ok()
    };
    match fault {
        Fault::RateLimited => {
            say(whole("429 Too Many Requests", "retry-after: 7\r\n", r#"{"message":"slow down"}"#).as_bytes());
        }
        Fault::Unavailable => {
            say(whole("503 Service Unavailable", "", "<html>down for maintenance</html>").as_bytes());
        }
        // Until the other side gives up.
        Fault::Silence | Fault::Reset => drop(stream.read(&mut [0; 1])),
        Fault::Garbage => {
            say(b"\x16\x03\x01\x00\x05hello\r\n\r\n");
        }
        Fault::Nonsense => {
            say(whole("200 OK", "", "all is \u{1F980} well {\"").as_bytes());
        }
        Fault::ErrorInside(document) => {
            say(whole("200 OK", "", document).as_bytes());
        }
        Fault::Trickle => {
            let mut goes_on = say(head(TRICKLE_BYTES).as_bytes());
            while goes_on {
                thread::sleep(Duration::from_millis(100));
                goes_on = say(b" ");
            }
        }
        Fault::Flood => {
            let piece = vec![b' '; 1 << 16];
            let mut goes_on = say(head(FLOOD_BYTES).as_bytes());
            while goes_on {
                goes_on = say(&piece);
            }
        }
    }
}

fn head(length: u64) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: \"e\"\r\ncontent-length: {length}\r\n\r\n")
}

fn whole(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// Head and body, by its announced length.
fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some(());
        }
    }
}
