"""Clips and stills that everything is measured with; made once, made again when this file changes."""

import hashlib
from pathlib import Path

from .ffmpeg import BT709, FF, run

CAPTION, CAPTION_PX = "Best evening of our summer", 60
# Rates of cameras: with constant quality, noise would make decoding dearer than that of any real clip.
RATE_4K, RATE_1080 = "100M", "24M"


def material(folder: Path) -> dict[str, Path]:
    """All files by the `src` that edits call them."""
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    stamp = folder / "recipe"
    files = {Path(name).stem: folder / name for name in [
        "wide.mp4", "tall.mp4", "proxy.mp4", "original.mp4", "coded.mp4",
        "logo.png", "caption.png", "still.png", "badge.png", "music.wav"]}
    if stamp.exists() and stamp.read_text() == recipe and all(path.exists() for path in files.values()):
        return files
    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    _clips(files)
    _stills(files)
    _coded(files["coded"])
    run([*FF, "-f", "lavfi", "-i", "sine=f=220:d=31:r=48000", "-ac", "2", files["music"]])
    stamp.write_text(recipe)
    return files


def _clips(files: dict[str, Path]) -> None:
    def clip(source: str, length_s: float, rate: str, out: Path) -> None:
        graph = f"{source},noise=alls=6:allf=t,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
        # A keyframe every 2 s, as phones write them.
        run([*FF, "-f", "lavfi", "-i", graph, "-t", length_s, "-c:v", "libx264", "-preset", "superfast", "-b:v", rate,
             "-maxrate", rate, "-bufsize", rate, "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", *BT709, out])

    clip("testsrc2=s=3840x2160:r=30", 8, RATE_4K, files["wide"])
    clip("mandelbrot=s=1080x1920:r=30:end_scale=0.05", 4, RATE_1080, files["tall"])
    # A longer original by copy: what a single frame of a long file costs.
    run([*FF, "-stream_loop", "2", "-i", files["wide"], "-c", "copy", files["original"]])
    # What an ingest would keep beside a 4K original: 1080p, a keyframe every half second, cheap to decode.
    run([*FF, "-i", files["wide"], "-vf", "scale=1920:1080:flags=bicubic", "-c:v", "libx264", "-preset", "superfast",
         "-crf", "20", "-tune", "fastdecode", "-g", "15", *BT709, files["proxy"]])


def _stills(files: dict[str, Path]) -> None:
    run([*FF, "-f", "lavfi", "-i", "color=white@0.8:s=240x120,format=rgba", "-frames:v", "1", files["logo"]])
    # The words are a picture for those who cannot set text, in the face and size that our own renderer takes.
    face = run(["fc-match", "-f", "%{file}", "Inter:semibold"]).stdout.decode()
    words = f"drawtext=fontfile={face}:text='{CAPTION}':fontsize={CAPTION_PX}:fontcolor=white:x=(w-tw)/2:y=(h-th)/2"
    clear = f"color=black@0.0:s=900x300,format=rgba,{words}"
    run([*FF, "-f", "lavfi", "-i", clear, "-frames:v", "1", files["caption"]])
    run([*FF, "-f", "lavfi", "-i", "mandelbrot=s=2160x3840:start_scale=1.62", "-frames:v", "1", "-pix_fmt", "rgb24",
         files["still"]])
    run([*FF, "-f", "lavfi", "-i", "color=#3366cc:s=300x200,format=rgba,"
         "geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*X/W'", "-frames:v", "1", files["badge"]])


def _coded(out: Path) -> None:
    """61 s at 29.97 whose every frame tells its number: twelve bits as twelve bright or dark columns."""
    bits = "if(bitand(N\\,pow(2\\,floor(X/8)))\\,220\\,30)"
    drawn = f"color=black:s=96x54:r=30000/1001:d=61,format=yuv420p,geq=lum='{bits}':cb=128:cr=128"
    run([*FF, "-f", "lavfi", "-i", drawn, "-c:v", "libx264", "-preset", "superfast", "-crf", "14", "-g", "60", *BT709,
         out])
