"""Shades: which tint stands for how much, and which ink can be read on it.

Contrast is that of WCAG 2.2 (w3.org/TR/WCAG22, "relative luminance"): at least 4.5 for a text.
"""

from itertools import pairwise

LEAST_CONTRAST = 4.5

TINTS = ("#f3efe4", "#bfe0dc", "#6fb7b7", "#1f8291", "#00485c")
# Anything softer than black would be too close to the tints in the middle.
_LIGHT, _DARK = "#ffffff", "#000000"


def tint(position: float) -> str:
    """Return the tint of a place in [0, 1], from the palest to the darkest, as ``#rrggbb``."""
    steps = list(pairwise(TINTS))
    place = min(max(position, 0.0), 1.0) * len(steps)
    number = min(int(place), len(steps) - 1)
    low, high = (_channels(colour) for colour in steps[number])
    share = place - number
    mixed = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def ink_on(colour: str) -> str:
    """Return the ink, dark or light, that reads best on a colour."""
    return max((_DARK, _LIGHT), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Return how far two colours stand apart, 1 (the same) to 21 (black on white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (value / 255 for value in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
