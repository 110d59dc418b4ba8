"""Small clips, a short track, a review and a business: what a film is made from in seconds, where only the line counts."""

import json
import subprocess

# What they show, by the names under which they are searched for; one scene finds nothing, and its shot is made.
CLIPS = {
    "bread_from_the_oven": "gradients=s=480x270:r=15:speed=0.02:c0=orange:c1=white:seed=1",
    "chef_hands_plating": "rgbtestsrc=s=270x480:r=15",
    "candle_lit_table": "gradients=s=270x480:r=15:speed=0.05:c0=black:c1=yellow:seed=2",
    "oysters_on_ice": "testsrc=s=270x480:r=15",
    "waves_on_the_shore": "gradients=s=480x270:r=15:speed=0.03:c0=navy:c1=white:seed=3",
}
CLIP_S, TRACK_S = 3, 12
# A kick on every half second and a note on every fourth of them, so that there are bars of four.
BEATS = "0.6*sin(345*mod(t,0.5))*exp(-14*mod(t,0.5))+0.3*sin(1382*mod(t,2))*exp(-3*mod(t,2))"
REVIEW = {
    "id": "small-review",
    "rating": 5,
    "author": "Amelie R.",
    "text": "Warm bread straight from the oven.",
    "created_at": "2026-08-21T19:05:00Z",
    "language": "en",
}
BUSINESS = {
    "name": "Quay House",
    "locality": "Old Harbour",
    "call_to_action": "Book a table",
    "website": "https://quayhouse.example",
    "networks": ["instagram", "youtube"],
}


def draw(source, length_s, path, *arguments):
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-t", str(length_s), *arguments, path]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def material(folder):
    """Makes it in a folder; the arguments with which `nexus demo` takes it."""
    footage = folder / "footage"
    footage.mkdir(parents=True)
    for name, source in CLIPS.items():
        draw(source, CLIP_S, footage / f"{name}.mp4", "-pix_fmt", "yuv420p", "-preset", "ultrafast")
    draw(f"aevalsrc='{BEATS}':s=44100", TRACK_S, folder / "track.wav")
    (folder / "review.json").write_text(json.dumps(REVIEW))
    (folder / "business.json").write_text(json.dumps(BUSINESS))
    files = {"footage": footage, "music": "track.wav", "review": "review.json", "business": "business.json"}
    return [word for name, file in files.items() for word in (f"--{name}", folder / file)]
