"""PySceneDetect as a command: `DETECTOR VIDEO` gives the first frames of new scenes and the processor time, as JSON."""

import json
import sys
import time

from scenedetect import AdaptiveDetector, ContentDetector, SceneManager, open_video

# As they come; and Adaptive with the settings that score best on average in its own published comparison.
DETECTORS = {"adaptive": lambda rate: AdaptiveDetector(),
             "tuned": lambda rate: AdaptiveDetector(adaptive_threshold=3.5, window_width=3,
                                                    min_scene_len=round(0.6 * rate)),
             "content": lambda rate: ContentDetector()}

video = open_video(sys.argv[2])
manager = SceneManager()
manager.add_detector(DETECTORS[sys.argv[1]](video.frame_rate))
begun = time.process_time()
manager.detect_scenes(video)
starts = [start.frame_num for start, _ in manager.get_scene_list()][1:]
print(json.dumps({"starts": starts, "cpu_s": time.process_time() - begun}))
