"""Learning: Adam on the cross-entropy of beats and downbeats, over random parts of random tracks."""

import sys
import time
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from .corpus import Track, excerpt, targets
from .network import logits


def loss(weights: dict, bands: jax.Array, aim: jax.Array, key: jax.Array | None) -> jax.Array:
    scores = logits(weights, bands, key)
    cross = jnp.maximum(scores, 0) - scores * aim + jnp.log1p(jnp.exp(-jnp.abs(scores)))
    return jnp.mean(cross[..., 0]) + 2.0 * jnp.mean(cross[..., 1])


@jax.jit
def step(weights, first, second, count, bands, aim, key, rate):
    """One step of Adam with the norm of the slope held to 1."""
    value, slope = jax.value_and_grad(loss)(weights, bands, aim, key)
    norm = jnp.sqrt(sum(jnp.sum(part**2) for part in jax.tree.leaves(slope)))
    slope = jax.tree.map(lambda part: part / jnp.maximum(1.0, norm), slope)
    first = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, first, slope)
    second = jax.tree.map(lambda old, new: 0.999 * old + 0.001 * new**2, second, slope)
    early, late = 1 - 0.9**count, 1 - 0.999**count

    def moved(weight, mean, square):
        return weight - rate * (mean / early / (jnp.sqrt(square / late) + 1e-8) + 1e-4 * weight)

    return jax.tree.map(moved, weights, first, second), first, second, value


def learn(
    weights: dict,
    tracks: Sequence[Track],
    shares: np.ndarray,
    steps: int,
    rate: float,
    seed: int,
    batch: int = 16,
    frames: int = 1500,
    watch: Sequence[Track] = (),
    every: int = 100,
    save=None,
) -> dict:
    """`steps` batches; `shares` says how often each track is drawn. The rate rises for 100 steps and falls to nothing."""
    random = np.random.default_rng(seed)
    first = jax.tree.map(jnp.zeros_like, weights)
    second = jax.tree.map(jnp.zeros_like, weights)
    chances = shares / shares.sum()
    sums, began = [], time.monotonic()
    key = jax.random.key(seed)
    for count in range(1, steps + 1):
        drawn = random.choice(len(tracks), batch, p=chances)
        parts = [excerpt(tracks[index], frames, random) for index in drawn]
        bands, aim = (np.stack(side) for side in zip(*parts))
        now = rate * min(1.0, count / 100) * 0.5 * (1 + np.cos(np.pi * count / steps))
        key, own = jax.random.split(key)
        weights, first, second, value = step(weights, first, second, count, bands, aim, own, now)
        sums.append(float(value))
        if count % every == 0 or count == steps:
            spent = time.monotonic() - began
            line = f"{count}/{steps}: loss {np.mean(sums[-every:]):.4f}"
            if watch:
                line += f", watched {judge(weights, watch):.4f}"
            print(f"{line}, {spent:.0f} s", file=sys.stderr, flush=True)
            if save:
                save(weights)
    return weights


def judge(weights: dict, tracks: Sequence[Track]) -> float:
    """Mean loss over whole tracks."""
    values = []
    for track in tracks:
        bands = np.zeros((1, 2400, track.bands.shape[1]), np.float32)
        frames = min(2400, len(track.bands))
        bands[0, :frames] = track.bands[:frames]
        aim = targets(track.beats, track.positions, 2400)[None]
        values.append(float(whole(weights, bands, aim)))
    return float(np.mean(values))


@jax.jit
def whole(weights, bands, aim):
    return loss(weights, bands, aim, None)
