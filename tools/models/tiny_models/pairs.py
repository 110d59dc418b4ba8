"""Learns pieces of words by joining the commonest neighbours. The library's own trainers break ties by chance."""

from collections import Counter
from collections.abc import Callable


def learn_pairs(words: list[list[str]], count: int, join: Callable[[str, str], str] = str.__add__) -> list[tuple]:
    """At most `count` pairs in the order of joining; of equally common ones the first by name. `words` are pieces."""
    words, pairs = [list(word) for word in words], []
    while len(pairs) < count:
        seen = Counter(pair for word in words for pair in zip(word, word[1:]))
        best = min(seen, key=lambda pair: (-seen[pair], pair), default=None)
        if best is None:
            break
        pairs.append(best)
        words = [_joined(word, best, join) for word in words]
    return pairs


def _joined(word: list[str], pair: tuple, join: Callable[[str, str], str]) -> list[str]:
    joined: list[str] = []
    for piece in word:
        if joined and (joined[-1], piece) == pair:
            joined[-1] = join(*pair)
        else:
            joined.append(piece)
    return joined
