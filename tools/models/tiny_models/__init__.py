"""Small random models in the exact shape of the real ones, saved by the reference library, with what it answers."""
