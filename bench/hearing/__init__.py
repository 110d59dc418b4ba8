"""The benchmark of beat tracking: music with its truth, contenders, scores, costs, tables."""
