"""The benchmark of the eye: joins with their truth, judged tags, contenders, scores, tables."""
