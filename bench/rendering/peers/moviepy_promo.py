"""The promo edit with moviepy 2.2.1. Arguments: wide, tall, logo, caption, music, film."""

import sys

from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, VideoFileClip, afx, vfx

wide, tall, logo, caption, music, out = sys.argv[1:]
first = VideoFileClip(wide).subclipped(0, 2.3).cropped(x_center=1920, width=1216).resized((1080, 1920))
second = VideoFileClip(tall).subclipped(0, 2.2).with_start(1.8).with_effects([vfx.CrossFadeIn(0.5)])
mark = ImageClip(logo).with_duration(4).with_position((786, 96))
words = ImageClip(caption).with_start(0.3).with_duration(3).with_position((90, 810))
sound = AudioFileClip(music).subclipped(0, 4).with_effects([afx.AudioFadeOut(2)])
film = CompositeVideoClip([first, second, mark, words], size=(1080, 1920)).with_duration(4).with_audio(sound)
settings = {"codec": "libx264", "preset": "veryfast", "ffmpeg_params": ["-crf", "20"], "threads": 2}
film.write_videofile(out, fps=30, logger=None, **settings)
