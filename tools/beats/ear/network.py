"""The network: log spectra in, the chance of a beat and of a downbeat out, for every fiftieth of a second.

A temporal convolutional network after Davies and Böck, "Temporal convolutional networks for musical audio beat
tracking" (EUSIPCO 2019): a few bands and their rises, then ten residual layers whose reach doubles from one to the next,
so that every frame knows about 40 s of music on either side.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

FILTERS = 83
FRAMES_PER_S = 50
LAYERS = 10
KERNEL = 5
CHANNELS = 32
RISE_LAG = 2
"""Frames between the two spectra whose rise is heard, as in SuperFlux."""


@dataclass(frozen=True)
class Shape:
    channels: int = CHANNELS
    layers: int = LAYERS


def fresh(seed: int, shape: Shape = Shape()) -> dict:
    """Random weights."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int, gain: float = 1.0) -> np.ndarray:
        return (random.standard_normal((rows, columns)) * gain * np.sqrt(2.0 / rows)).astype(np.float32)

    width = shape.channels
    weights = {
        "first": matrix(2 * FILTERS, width, 0.7),
        "first_bias": np.zeros(width, np.float32),
        "last": matrix(width, 2, 0.3),
        "last_bias": np.array([-2.5, -3.5], np.float32),
    }
    for layer in range(shape.layers):
        weights[f"wide{layer}"] = matrix(KERNEL * width, width)
        weights[f"wide_bias{layer}"] = np.zeros(width, np.float32)
        weights[f"mix{layer}"] = matrix(width, width, 0.3)
        weights[f"mix_bias{layer}"] = np.zeros(width, np.float32)
    return {name: jnp.asarray(value) for name, value in weights.items()}


def layers_of(weights: dict) -> int:
    return sum(name.startswith("wide_bias") for name in weights)


def inputs(bands: jax.Array) -> jax.Array:
    """Levels and rises: [batch, frames, FILTERS] -> [batch, frames, 2 * FILTERS]."""
    earlier = jnp.pad(bands, ((0, 0), (RISE_LAG, 0), (0, 0)))[:, : bands.shape[1]]
    wide = jnp.pad(earlier, ((0, 0), (0, 0), (1, 1)), mode="edge")
    largest = jnp.maximum(jnp.maximum(wide[..., :-2], wide[..., 1:-1]), wide[..., 2:])
    return jnp.concatenate([bands * 0.5 - 0.5, jax.nn.relu(bands - largest)], axis=-1)


def logits(weights: dict, bands: jax.Array, key: jax.Array | None = None, dropout: float = 0.1) -> jax.Array:
    """[batch, frames, FILTERS] -> [batch, frames, 2]: beat and downbeat. With a `key`, channels drop out."""
    stream = jax.nn.elu(inputs(bands) @ weights["first"] + weights["first_bias"])
    for layer in range(layers_of(weights)):
        reach = 2**layer
        frames = stream.shape[1]
        padded = jnp.pad(stream, ((0, 0), (2 * reach, 2 * reach), (0, 0)))
        taps = [padded[:, tap * reach : tap * reach + frames] for tap in range(KERNEL)]
        wide = jnp.concatenate(taps, axis=-1) @ weights[f"wide{layer}"] + weights[f"wide_bias{layer}"]
        wide = jax.nn.elu(wide)
        if key is not None:
            key, own = jax.random.split(key)
            kept = jax.random.bernoulli(own, 1.0 - dropout, (wide.shape[0], 1, wide.shape[2]))
            wide = wide * kept / (1.0 - dropout)
        stream = stream + wide @ weights[f"mix{layer}"] + weights[f"mix_bias{layer}"]
    return jax.nn.elu(stream) @ weights["last"] + weights["last_bias"]
