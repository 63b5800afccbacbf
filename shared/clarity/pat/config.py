"""PAT's sizes as the official code builds them (Ruan et al. 2024, arXiv 2411.15240)."""

from __future__ import annotations

from dataclasses import dataclass, replace

MINUTES_PER_WEEK = 10_080  # the official window; the weights themselves fit any multiple of a patch
CONV_WIDTH = 3  # minutes under PAT-Conv's kernel


@dataclass(frozen=True, slots=True)
class PatConfig:
    """One size of PAT.

    `key_dim` is the width of ONE head and equals the embedding's (not embedding / heads): the
    official code, the published parameter counts and the shapes in the weight files all say so.
    `conv` is PAT-Conv: patches are embedded by a convolution's mean and not by a dense layer.
    """

    name: str
    patch: int
    heads: int
    layers: int
    embed: int = 96
    key_dim: int = 96
    feed_forward: int = 256
    dropout: float = 0.1
    conv: bool = False

    @property
    def tensors(self) -> int:
        """How many weight tensors the encoder has: the patch layer's two and 16 a block."""
        return 2 + 16 * self.layers

    @property
    def parameters(self) -> int:
        """How many parameters the encoder has (position and scaler tables are not parameters)."""
        d, wide, ff = self.embed, self.heads * self.key_dim, self.feed_forward
        attention = 3 * (d * wide + wide) + wide * d + d
        block = attention + (d * ff + ff) + (ff * d + d) + 4 * d
        return (CONV_WIDTH if self.conv else self.patch) * d + d + self.layers * block

    def tokens(self, minutes: int) -> int:
        """How many patches `minutes` make; anything but a whole number of them is an error."""
        if minutes <= 0 or minutes % self.patch:
            raise ValueError(
                f"PAT-{self.name} reads whole patches of {self.patch} minutes, "
                f"found a window of {minutes} minutes"
            )
        return minutes // self.patch


PRESETS = {
    "small": PatConfig("small", patch=18, heads=6, layers=1),  # 274,720 parameters
    "medium": PatConfig("medium", patch=18, heads=12, layers=2),  # 993,440
    "large": PatConfig("large", patch=9, heads=12, layers=4),  # 1,984,192
    "huge": PatConfig("huge", patch=5, heads=12, layers=8),  # 3,967,040; weights never published
}
# PAT-Conv: 273,280 · 992,000 · 1,983,616 · 3,966,848 parameters. Not pretrained or shipped here.
CONV_PRESETS = {
    f"conv-{name}": replace(config, name=f"conv-{name}", conv=True)
    for name, config in PRESETS.items()
}
EVERY_SIZE = PRESETS | CONV_PRESETS


def preset(size: str) -> PatConfig:
    """The named size; an unknown name is an error that lists the known ones."""
    if size not in EVERY_SIZE:
        raise ValueError(f"unknown PAT size {size!r}, expected one of {', '.join(EVERY_SIZE)}")
    return EVERY_SIZE[size]
