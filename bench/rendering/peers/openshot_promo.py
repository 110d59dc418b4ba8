"""The promo edit with libopenshot 0.2.7. Arguments: wide, tall, logo, caption, music, film."""

import sys

import openshot

wide, tall, logo, caption, music, out = sys.argv[1:]
rate = openshot.Fraction(30, 1)
film = openshot.Timeline(1080, 1920, rate, 48000, 2, openshot.LAYOUT_STEREO)
film.info.duration = 4.0
kept = []


def add(path: str, layer: int, start_s: float, length_s: float, scale: int) -> openshot.Clip:
    """A clip of a file; the reader is kept alive here, for the timeline holds it by its bare address."""
    still = path.endswith(".png")
    reader = openshot.QtImageReader(path) if still else openshot.FFmpegReader(path)
    clip = openshot.Clip(reader)
    clip.Layer(layer)
    clip.Position(start_s)
    clip.Start(0)
    clip.End(length_s)
    clip.scale = scale
    kept.extend([reader, clip])
    return clip


def steady(value: float) -> openshot.Keyframe:
    return openshot.Keyframe(value)


base = add(wide, 1, 0, 2.3, openshot.SCALE_CROP)
over = add(tall, 2, 1.8, 2.2, openshot.SCALE_CROP)
over.alpha = openshot.Keyframe()
over.alpha.AddPoint(1, 0.0, openshot.LINEAR)
over.alpha.AddPoint(16, 1.0, openshot.LINEAR)
mark = add(logo, 3, 0, 4, openshot.SCALE_NONE)
words = add(caption, 4, 0.3, 3, openshot.SCALE_NONE)
for clip, x, y in [(mark, 786, 96), (words, 90, 810)]:
    clip.gravity = openshot.GRAVITY_TOP_LEFT
    clip.location_x = steady(x / 1080)
    clip.location_y = steady(y / 1920)
sound = add(music, 5, 0, 4, openshot.SCALE_NONE)
sound.volume = openshot.Keyframe()
sound.volume.AddPoint(1, 1.0, openshot.LINEAR)
sound.volume.AddPoint(60, 1.0, openshot.LINEAR)
sound.volume.AddPoint(120, 0.0, openshot.LINEAR)
for clip in [base, over, mark, words, sound]:
    film.AddClip(clip)
film.Open()

writer = openshot.FFmpegWriter(out)
writer.SetVideoOptions(True, "libx264", rate, 1080, 1920, openshot.Fraction(1, 1), False, False, 8_000_000)
writer.SetAudioOptions(True, "aac", 48000, 2, openshot.LAYOUT_STEREO, 128_000)
writer.PrepareStreams()
writer.SetOption(openshot.VIDEO_STREAM, "crf", "20")
writer.SetOption(openshot.VIDEO_STREAM, "preset", "veryfast")
writer.Open()
writer.WriteFrame(film, 1, 120)
writer.Close()
film.Close()
