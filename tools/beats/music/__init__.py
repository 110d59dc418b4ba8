"""Composes, performs and renders training music whose beats and downbeats are known exactly.

`styles` holds the kinds of music, `arrange` turns one of them and a seed into a `Score`, `render` plays the score
with soundfonts and own synthesisers, and `master` makes the finished mono recording of it.
"""
