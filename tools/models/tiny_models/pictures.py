"""Pictures made by formula, in sizes that are awkward to resize: wide, exact, tall, tiny, odd margin."""

from pathlib import Path

import numpy as np
from PIL import Image

# The sides in pixels, width first.
SIZES = {"gradient": (97, 61), "checker": (32, 32), "noise": (40, 120), "dots": (7, 5), "rings": (41, 32)}


def write_pictures(folder: Path) -> list[Path]:
    """Writes each picture as RGB PNG; in the order of `SIZES`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (width, height) in SIZES.items():
        path = folder / f"{name}.png"
        Image.fromarray(_pixels(name, width, height)).save(path, optimize=True)
        written.append(path)
    return written


def _pixels(name: str, width: int, height: int) -> np.ndarray:
    """Shape [height, width, 3]; whole numbers only, so that every machine writes the same bytes."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    if name == "gradient":
        channels = [255 * x // (width - 1), 255 * y // (height - 1), 255 * (x + y) // (width + height - 2)]
    elif name == "checker":
        light = (x // 4 + y // 4) % 2
        channels = [255 * light, 200 * light + 20, 60 + 90 * (1 - light)]
    elif name == "noise":
        channels = [(x * 7919 + y * 104729 + channel * 1299709) * 2654435761 // 65536 % 256 for channel in range(3)]
    elif name == "dots":
        channels = [(x * 97 + y * 31) % 256, (x * 13 + y * 151) % 256, (x * y * 59) % 256]
    else:
        distance = (x - width // 2) ** 2 + (y - height // 2) ** 2
        channels = [distance * 3 % 256, 255 - distance // 3 % 256, distance * distance // 16 % 256]
    return np.stack(channels, axis=-1).astype(np.uint8)
