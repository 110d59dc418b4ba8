"""The preview that somebody approves: a film of 4K originals, made from their small proxies."""

from .. import edits
from ..ffmpeg import FF, encode_alone, run
from ..measure import measure
from ..table import Findings

TRIMS = [0, 2, 4, 6]
LENGTH_S = 1.5


def preview(bench) -> Findings:
    """Four shots of 1.5 s from the proxies, against the floor of the same film from the originals."""
    found, nexus = Findings(), bench.nexus
    raw = bench.folder / "raw.yuv"
    cropped = "crop=1216:2160:1312:0,scale=1080:1920:flags=bicubic"
    run([*FF, *_shots(bench.files["wide"]), "-filter_complex",
         "".join(f"[{index}:v]{cropped}[v{index}];" for index in range(4)) + "[v0][v1][v2][v3]concat=n=4[v]",
         "-map", "[v]", "-pix_fmt", "yuv420p", "-f", "rawvideo", raw])
    decode = sum(measure([*FF, *_shots(bench.files["wide"])[index * 6:index * 6 + 6], "-f", "null", "-"]).cpu_s
                 for index in range(4))
    encode = measure(encode_alone(raw, "1080x1920", bench.folder / "floor.mp4")).cpu_s
    raw.unlink()
    floor = decode + encode
    note = "the proxies are made by this benchmark"
    for name, scale in [("of the same size", None), ("at 720x1280", "hd")]:
        cache = nexus.fresh_cache("preview")
        cold = nexus.render(_film(scale, TRIMS), "preview", cache)
        share = cold.cpu_s / floor
        found.add(f"approval preview {name} from proxies: at most 0.5 x the floor from the originals",
                  f"{share:.2f} x ({cold.cpu_s:.1f} of {floor:.1f} CPU s; {note})", share <= 0.5)
        swapped = nexus.render(_film(scale, [0, 2, 5, 6]), "preview", cache)
        found.add(f"one swapped shot of the preview {name} playable in at most 5 s", f"{swapped.wall_s:.1f} s",
                  swapped.wall_s <= 5)
    return found


def _shots(file) -> list:
    return [word for trim in TRIMS for word in ("-ss", trim, "-t", LENGTH_S, "-i", file)]


def _film(scale_to: str | None, trims: list[float]) -> dict:
    edit = edits.shots(4, LENGTH_S, "proxy", trims=trims)
    if scale_to:
        # The frame stays as planned, so that words and offsets stay; only the file is smaller.
        edit["output"]["scaleTo"] = scale_to
    return edit
