"""Films made of known takes, joined where we say: hard cuts, fades through black, dissolves."""

import random
from dataclasses import dataclass
from pathlib import Path

from hearing.ffmpeg import FF, Failed, run

from .scores import Join

RATES = [25, 30]
WIDTH, HEIGHT = 640, 360
# Frames of a fade, out and in each.
FADE_FRAMES = 12
KINDS = {"cut": 0.0, "fade": 0.0, "dissolve 0.5 s": 0.5, "dissolve 1 s": 1.0}
# Drawn by ffmpeg itself, moving and still ones, light and dark ones.
DRAWN = ["testsrc2", "mandelbrot", "smptehdbars", "gradients=seed=3:speed=0.02", "sierpinski", "rgbtestsrc",
         "pal75bars", "gradients=seed=11:speed=0.05", "color=0x305040", "yuvtestsrc"]
# Clips of one take each, with the seconds from which a part may begin.
TAKES = [("editly_changi.mp4", [1]), ("editly_kohlipe1.mp4", [5, 40, 75]), ("editly_kohlipe3.mp4", [4, 22]),
         ("ffconcat_0.mp4", [0]), ("gopro_karma.mp4", [1, 6]), ("intel_bottle.mp4", [3, 25]), ("mdn_flower.mp4", [0.5]),
         ("mdnla_crystal.mp4", [0.5, 6]), ("mdnla_frog.mp4", [1]), ("mei_515.mp4", [0]), ("decord_pancake.mkv", [1])]
PARTS = 7


@dataclass
class Film:
    """A file with its truth; `group` says which sums it belongs to."""

    path: Path
    group: str
    kind: str
    rate: float
    joins: list[Join]


@dataclass
class Take:
    """A part of a source, normalised to the size and the rate of the film."""

    entry: list
    name: str
    frames: int


def films(folder: Path, footage: Path | None, say) -> list[Film]:
    """Every kind of join at every rate, of drawn pictures and, where there are some, of real clips. Kept once made."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for group in ["drawn", *(["real"] if footage else [])]:
        for rate in RATES:
            for kind in KINDS:
                chance = random.Random(f"{group} {rate} {kind}")
                takes = _drawn(chance, rate) if group == "drawn" else _real(chance, rate, footage)
                path = folder / f"{group}-{rate}-{kind.replace(' ', '-')}.mp4"
                joins = _joins(takes, kind, rate)
                if not path.exists():
                    say(f"making {path.name}")
                    _make(path, takes, kind, rate)
                _check_length(path, takes, kind, rate)
                made.append(Film(path, group, kind, rate, joins))
    return made


def _drawn(chance: random.Random, rate: int) -> list[Take]:
    return [Take(["-f", "lavfi", "-i", _lavfi(source, rate)], source, chance.randint(rate * 8 // 5, rate * 4))
            for source in chance.sample(DRAWN, PARTS)]


def _lavfi(source: str, rate: int) -> str:
    joiner = ":" if "=" in source else "="
    return f"{source}{joiner}s={WIDTH}x{HEIGHT}:r={rate}"


def _real(chance: random.Random, rate: int, footage: Path) -> list[Take]:
    """Parts of 2 to 6 s, no clip beside itself; a clip that is too short gives what it has."""
    takes = []
    for name, starts in chance.sample(TAKES, PARTS):
        start = chance.choice(starts)
        longest = min(6.0, _length_s(footage / name) - start - 0.2)
        takes.append(Take(["-ss", start, "-i", footage / name], name, int(chance.uniform(2.0, longest) * rate)))
    return takes


def _joins(takes: list[Take], kind: str, rate: int) -> list[Join]:
    joins, frame = [], 0
    overlap = round(KINDS[kind] * rate)
    for take in takes[:-1]:
        frame += take.frames
        if kind == "cut":
            joins.append(Join("cut", frame, frame))
        elif kind == "fade":
            joins.append(Join("fade", frame - FADE_FRAMES, frame + FADE_FRAMES))
        else:
            frame -= overlap
            joins.append(Join("dissolve", frame, frame + overlap))
    return joins


def _make(path: Path, takes: list[Take], kind: str, rate: int) -> None:
    entries = [word for take in takes for word in take.entry]
    chains = [_normal(number, take, kind, rate, number == len(takes) - 1) for number, take in enumerate(takes)]
    if KINDS[kind]:
        joined, last = "", "t0"
        for number, join in enumerate(_joins(takes, kind, rate), 1):
            joined += (f";[{last}][t{number}]xfade=transition=fade:duration={KINDS[kind]}:"
                       f"offset={join.first / rate:.6f}[x{number}]")
            last = f"x{number}"
    else:
        last = "out"
        joined = f";{''.join(f'[t{number}]' for number in range(len(takes)))}concat=n={len(takes)}[out]"
    partial = path.with_suffix(".partial.mp4")
    run([*FF, *entries, "-filter_complex", ";".join(chains) + joined, "-map", f"[{last}]", "-an", "-fps_mode", "cfr",
         "-r", rate, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", partial])
    partial.rename(path)


def _normal(number: int, take: Take, kind: str, rate: int, is_last: bool) -> str:
    chain = (f"[{number}:v]fps={rate},scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=increase,"
             f"crop={WIDTH}:{HEIGHT},setsar=1,format=yuv420p,trim=end_frame={take.frames},settb=1/{rate},setpts=N")
    if kind == "fade":
        chain += f",fade=in:0:{FADE_FRAMES}" if number else ""
        chain += "" if is_last else f",fade=out:{take.frames - FADE_FRAMES}:{FADE_FRAMES}"
    return f"{chain}[t{number}]"


def _check_length(path: Path, takes: list[Take], kind: str, rate: int) -> None:
    """The truth holds only when every take gave all of its frames."""
    expected = sum(take.frames for take in takes) - round(KINDS[kind] * rate) * (len(takes) - 1)
    if (frames := frames_of(path)) != expected:
        raise Failed(f"{path} has {frames} frames and not {expected}: remove it and try again")


def frames_of(path: Path) -> int:
    """The frames that a decoder gives, counted."""
    asked = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries",
             "stream=nb_read_frames", "-of", "csv=p=0", path]
    return int(run(asked).stdout.decode().strip().rstrip(","))


def _length_s(path: Path) -> float:
    return float(run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]).stdout)
