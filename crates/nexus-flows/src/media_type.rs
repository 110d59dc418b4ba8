//! Media types of files that are offered for download: those that a browser plays or shows without running them.

/// What every other file is called.
pub const UNKNOWN: &str = "application/octet-stream";

const KNOWN: &[(&str, &str)] = &[
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("wav", "audio/wav"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("bmp", "image/bmp"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
];

/// The ending of a key or a name.
#[must_use]
pub fn ending_of(name: &str) -> Option<&str> {
    name.rsplit('/').next()?.rsplit_once('.').map(|(_, ending)| ending)
}

/// The media type of a file with that ending, in lower case.
#[must_use]
pub fn of_ending(ending: &str) -> &'static str {
    KNOWN.iter().find(|(known, _)| *known == ending).map_or(UNKNOWN, |(_, media_type)| media_type)
}

/// The media type that another server gave, when it is one of those that are offered.
#[must_use]
pub fn accepted(media_type: &str) -> Option<&'static str> {
    KNOWN.iter().map(|(_, known)| *known).find(|known| *known == media_type)
}

/// The media type of what ffprobe calls `container`.
#[must_use]
pub fn of_container(container: &str) -> &'static str {
    container.split(',').map(of_ending).find(|media_type| *media_type != UNKNOWN).unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_in_a_browser_is_named() {
        for (name, ending, want) in [
            ("film", "mp4", "video/mp4"),
            ("page", "html", UNKNOWN),
            ("vector graphics hold scripts", "svg", UNKNOWN),
            ("script", "js", UNKNOWN),
        ] {
            assert_eq!(of_ending(ending), want, "{name}");
        }
        assert_eq!(accepted("text/html"), None);
        assert_eq!(of_container("mov,mp4,m4a,3gp,3g2,mj2"), "video/quicktime");
        assert_eq!(ending_of("t/x/films/a.mp4"), Some("mp4"));
        assert_eq!(ending_of("t/x.y/films/a"), None);
    }
}
