"""A brand's colour that everybody can read on (WCAG 2.2, success criterion 1.4.3)."""

from typing import Final

_LINEAR_UP_TO: Final = 0.04045


def luminance(colour: str) -> float:
    """Give the relative luminance of ``#rrggbb`` (WCAG 2.2, definition)."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    parts = [part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def text_on(background: str) -> str:
    """Choose black or white, whichever is easier to read; one of them always has a ratio of at least 4.5."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, background))
