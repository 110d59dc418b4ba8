"""The edits that are rendered, as Shotstack's Edit API takes them. Their `src` are the names of the material."""

from .material import CAPTION, CAPTION_PX

PROMO_FRAMES = 120
# Where the promo shows what, as ffmpeg's crop takes it.
PROMO_MARKS = {"caption": "900:300:90:810", "logo": "240:120:786:96"}


def promo() -> dict:
    """4 s: a 4K landscape clip, half a second of fade, a 1080p clip; a caption, a logo, music that fades out."""
    return _edit([
        [_words(CAPTION, 0.3, 3)],
        [_logo(4)],
        [{**_video("tall", 1.8, 2.2), "transition": {"in": "fadeFast"}}],
        [_video("wide", 0, 2.3)],
        [_music(4)],
    ])


def shots(count: int, length_s: float, src: str = "tall", changed: str | None = None,
          size: tuple[int, int] = (1080, 1920), trims: list[float] | None = None) -> dict:
    """`count` shots of equal length, a caption over each, a logo, music; `changed` are the middle caption's words."""
    starts = [index * length_s for index in range(count)]
    captions = [_words(f"Evening number {index + 1}", start, length_s) for index, start in enumerate(starts)]
    if changed is not None:
        captions[count // 2]["asset"]["text"] = changed
    trims = trims or [round(index * 7 % 15 / 10, 1) for index in range(count)]
    pictures = [_video(src, start, length_s, trims[index]) for index, start in enumerate(starts)]
    total = count * length_s
    return _edit([captions, [_logo(total)], pictures, [_music(total)]], size)


def coded(cuts: list[tuple[float, float, float]], fps: float) -> dict:
    """Shots of the clip whose frames tell their numbers: (start, length, trim) in seconds."""
    return _edit([[_video("coded", *cut) for cut in cuts]], (96, 54), fps)


def composite() -> dict:
    """A still that is scaled, and a half transparent picture upon it; nothing moves."""
    still = {"asset": {"type": "image", "src": "still"}, "start": 0, "length": 1}
    badge = {"asset": {"type": "image", "src": "badge"}, "start": 0, "length": 1, "fit": "none",
             "position": "topLeft", "offset": {"x": 0.1, "y": -0.1}}
    edit = _edit([[badge], [still]])
    edit["output"]["quality"] = "veryhigh"
    return edit


def _edit(tracks: list[list[dict]], size: tuple[int, int] = (1080, 1920), fps: float = 30) -> dict:
    return {"timeline": {"background": "#000000", "tracks": [{"clips": clips} for clips in tracks]},
            "output": {"format": "mp4", "size": {"width": size[0], "height": size[1]}, "fps": fps, "quality": "high"}}


def _video(src: str, start_s: float, length_s: float, trim_s: float = 0) -> dict:
    return {"asset": {"type": "video", "src": src, "volume": 0, "trim": trim_s}, "start": start_s, "length": length_s}


def _words(text: str, start_s: float, length_s: float) -> dict:
    asset = {"type": "rich-text", "text": text,
             "font": {"family": "Inter", "size": CAPTION_PX, "weight": 600, "color": "#ffffff"}}
    return {"asset": asset, "start": start_s, "length": length_s, "width": 900, "height": 300, "position": "center"}


def _logo(length_s: float) -> dict:
    return {"asset": {"type": "image", "src": "logo"}, "start": 0, "length": length_s, "fit": "none",
            "position": "topRight", "offset": {"x": -0.05, "y": -0.05}}


def _music(length_s: float) -> dict:
    return {"asset": {"type": "audio", "src": "music", "effect": "fadeOut"}, "start": 0, "length": length_s}
