//! How many frames an MP4 of ours holds, read from its index: an encoder that says that all went well may lie.
//! Source: ISO/IEC 14496-12, boxes `moov`, `trak`, `mdia`, `minf`, `stbl`, `stsz`.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::Path,
};

use crate::{MediaError, error::name_of};

/// Where the index of a track's frames stands.
const WAY: [&[u8; 4]; 6] = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz"];

/// Most boxes of one level that are looked at; ours have a dozen.
const MOST_BOXES: usize = 1000;

/// Holds `file`, which is to be kept as `out`, against the count of frames that went into it.
///
/// # Errors
/// [`MediaError::Verify`] when there are more or less, or the file breaks off.
pub(crate) async fn expect_frames(file: &Path, out: &Path, wanted: u64) -> Result<(), MediaError> {
    let (path, name) = (file.to_owned(), name_of(out));
    let counted = tokio::task::spawn_blocking(move || frames(&path)).await.unwrap_or_else(|error| {
        // A thread that could not be had, or a panic: both are told as what could not be read.
        Err(io::Error::other(error))
    });
    let found = match counted {
        Ok(Some(count)) if count == wanted => return Ok(()),
        Ok(Some(count)) => format!("{count} frames"),
        Ok(None) => "a file that breaks off".to_owned(),
        Err(source) => return Err(MediaError::io(out, source)),
    };
    Err(MediaError::Verify { file: name, expected: format!("{wanted} frames"), found })
}

/// The frames of the first track; `None` when the file is not whole.
fn frames(path: &Path) -> io::Result<Option<u64>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut within = 0..length;
    for name in WAY {
        match find(&mut file, within, name)? {
            Some(content) => within = content,
            None => return Ok(None),
        }
    }
    // Version and flags, a size that all frames have, their count.
    let mut fields = [0; 12];
    if within.end - within.start < fields.len() as u64 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(within.start))?;
    file.read_exact(&mut fields)?;
    Ok(Some(u64::from(u32::from_be_bytes([fields[8], fields[9], fields[10], fields[11]]))))
}

/// The content of the first box `name` in a part of the file; `None` when there is none, or one before it reaches
/// beyond the part.
fn find(file: &mut File, within: Range<u64>, name: &[u8; 4]) -> io::Result<Option<Range<u64>>> {
    let mut at = within.start;
    for _ in 0..MOST_BOXES {
        let mut head = [0; 8];
        if within.end - at < head.len() as u64 {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let (size, kind) = (u32::from_be_bytes([head[0], head[1], head[2], head[3]]), &head[4..]);
        let (content, size) = match size {
            // Up to the end.
            0 => (at + 8, within.end - at),
            1 if within.end - at >= 16 => {
                let mut long = [0; 8];
                file.read_exact(&mut long)?;
                (at + 16, u64::from_be_bytes(long))
            }
            size => (at + 8, u64::from(size)),
        };
        let Some(end) = at.checked_add(size).filter(|end| *end >= content && *end <= within.end) else { break };
        if kind == name {
            return Ok(Some(content..end));
        }
        at = end;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).expect("small");
        [&size.to_be_bytes(), name.as_slice(), content].concat()
    }

    /// A file as ours are: what comes first, the frames, the index last.
    fn film(count: u32) -> Vec<u8> {
        let (last, outer) = WAY.split_last().expect("six boxes");
        let sizes = boxed(last, &[[0; 8].as_slice(), &count.to_be_bytes()].concat());
        let beside = boxed(b"skip", b"x");
        let index = outer.iter().rev().fold(sizes, |inner, name| boxed(name, &[beside.clone(), inner].concat()));
        [boxed(b"ftyp", b"isom"), boxed(b"mdat", &[7; 300]), index].concat()
    }

    fn read(bytes: &[u8]) -> Option<u64> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        frames(file.path()).expect("readable")
    }

    #[test]
    fn frames_are_counted_and_half_a_file_is_none() {
        let whole = film(250);
        assert_eq!(read(&whole), Some(250));
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "{length} of {} bytes", whole.len());
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_file_it_is_read_to_an_end(mut bytes in prop::collection::vec(any::<u8>(), 0..600), at in any::<prop::sample::Index>()) {
            read(&bytes);
            // Broken where it matters.
            let mut broken = film(9);
            let at = at.index(broken.len());
            broken[at] ^= 0x55;
            read(&broken);
            bytes.extend_from_slice(&broken);
            read(&bytes);
        }
    }
}
