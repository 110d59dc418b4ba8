"""Weights that hide no mistake: a library's first values leave biases at 0 and scales at 1."""

import torch


def scatter(model: torch.nn.Module, seed: int) -> None:
    """Gives every parameter random values of a size at which the outputs differ well; the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, values in sorted(model.named_parameters()):
            drawn = torch.randn(values.shape, generator=generator)
            if name.endswith("logit_scale"):
                values.fill_(2.5)
            elif name.endswith("logit_bias"):
                values.fill_(-1.75)
            elif name.endswith("bias"):
                values.copy_(0.2 * drawn)
            elif "norm" in name.lower() and values.dim() == 1:
                values.copy_(1 + 0.3 * drawn)
            elif "embedding" in name and values.dim() <= 2 or name.endswith("probe"):
                values.copy_(0.6 * drawn)
            else:
                inputs = values[0].numel()
                values.copy_(1.3 * drawn / inputs**0.5)
