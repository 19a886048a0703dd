"""Look: how every picture of the report is drawn, coloured and made readable by all.

Colours are Okabe and Ito's, told apart with any colour vision (jfly.uni-koeln.de/color);
a picture never says with colour alone what no label says.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
from altair.utils import schemapi

from mecene import money
from mecene.report import easel, lexicon
from mecene.words import Lexicon

WIDE = 812
NARROW = 330

INK = "#1d2b33"
MUTED = "#5d6b73"
RULE = "#e3e0d8"
PAPER = "#fffdf8"
ACCENT = "#00627a"
WARM = "#c2541a"

SEGMENT_COLOURS = {
    "ambassador": "#00503c",
    "recurring": "#009e73",
    "new_with_potential": "#0072b2",
    "new": "#56b4e9",
    "reactivated": "#cc79a7",
    "occasional": "#e6b800",
    "at_risk": "#d55e00",
    "lapsed": "#8c8c8c",
    "deep_lapsed": "#bdbdbd",
    "prospect": "#dedad0",
}
KIND_COLOURS = {
    "one_off": "#0072b2",
    "instalment": "#009e73",
    "membership_fee": "#e6b800",
    "corporate": "#cc79a7",
    "legacy": "#6a5acd",
    "in_kind": "#8c8c8c",
    "anonymous": "#bdbdbd",
}
_FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Drawing:
    """A chart being drawn; its parts are named after it, so that no two of a page share a name."""

    name: str
    begun: Future[str]

    @property
    def svg(self) -> str:
        """Return the SVG, once it is there: it fits its column and runs no script."""
        head, _, body = self.begun.result().partition(">")
        # The figure carries the words; the drawing itself is silent to a screen reader.
        head = _NAMESPACES.sub("", head).replace(
            "<svg", '<svg aria-hidden="true" focusable="false"', 1
        )
        return f"{head}>{_named_after(self.name, _DECIMALS.sub(_rounded, body))}"


@dataclass(frozen=True)
class Picture:
    """A drawing in two widths, with the words and the figures that stand for it."""

    name: str
    title: str
    alternative: str
    wide: Drawing
    narrow: Drawing
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Unit:
    """The unit amounts are drawn in: euros, thousands or millions of them."""

    divisor: float
    label: str


def unit_for(largest_minor: float, *, currency: str, lang: str) -> Unit:
    """Return the unit in which an axis up to ``largest_minor`` reads best."""
    base = 10 ** money.exponent(currency)
    largest = largest_minor / base
    if largest >= 2_000_000:
        return Unit(base * 1_000_000, money.prefixed("M", currency, lang=lang))
    if largest >= 20_000:
        return Unit(base * 1_000, money.prefixed("k", currency, lang=lang))
    return Unit(base, money.symbol(currency))


def picture(
    name: str,
    build: Callable[[int], Any],
    *,
    alternative: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    lang: str,
    words: Lexicon = lexicon.LEXICON,
) -> Picture:
    """Return a named picture, drawn for a page and for a phone.

    Args:
        name: Its title stands under ``pictures.<name>`` in the words.
        build: Makes the chart for a width in pixels.
        alternative: What it shows, for who cannot see it.
        header: Column names under ``tables`` in the words.
        rows: The figures drawn, as they are written.
        lang: ``fr`` or ``en``.
        words: The page's; the report's by default.
    """
    return Picture(
        name=name,
        title=words.say(f"pictures.{name}", lang=lang),
        alternative=alternative,
        wide=draw(partial(build, WIDE), name=name, lang=lang),
        narrow=draw(partial(build, NARROW), name=f"{name}-narrow", lang=lang),
        header=tuple(words.say(f"tables.{column}", lang=lang) for column in header),
        rows=tuple(tuple(row) for row in rows),
    )


def draw(build: Callable[[], Any], *, name: str, lang: str) -> Drawing:
    """Return the drawing of a chart, begun; it needs no network.

    Args:
        build: Makes the chart.
        name: What its parts are named after.
        lang: ``fr`` or ``en``.
    """
    # A test holds every chart against the schema: here it would take as long as drawing.
    with schemapi.debug_mode(False):
        spec = build().configure(**_dress()).to_json(validate=False)
    time_locale = "fr-FR" if lang == "fr" else "en-US"
    begun = easel.begin(spec, format_locale=_NUMBERS[lang], time_format_locale=time_locale)
    return Drawing(name, begun)


def largest(values: pl.Series) -> float:
    """Return the greatest of some figures, 0 when there is none."""
    return max((float(value) for value in values.drop_nulls()), default=0.0)


def written(values: Iterable[float], how: Callable[[float], str]) -> pl.Series:
    """Return figures as the text a picture shows beside them."""
    return pl.Series([how(value) for value in values], dtype=pl.String)


# Within a page, a drawing needs no address of the language it is written in.
_NAMESPACES = re.compile(r'\sxmlns(:\w+)?="[^"]*"')
_NAMES = re.compile(r'\bid="([^"]+)"')


def _named_after(name: str, body: str) -> str:
    """Return a drawing whose parts are numbered from 1, whatever was drawn before it."""
    for number, known in enumerate(dict.fromkeys(_NAMES.findall(body)), start=1):
        new = f"{name}-{number}"
        body = body.replace(f'id="{known}"', f'id="{new}"').replace(
            f"url(#{known})", f"url(#{new})"
        )
    return body


# A tenth of a pixel is finer than any screen, and halves the file.
_DECIMALS = re.compile(r"\d+\.\d{2,}")


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}"


_NUMBERS: dict[str, dict[str, object]] = {
    "fr": {
        "decimal": ",",
        "thousands": "\u202f",
        "grouping": [3],
        "currency": ["", "\u00a0€"],
        "percent": "\u202f%",
    },
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}


def _dress() -> dict[str, Any]:
    label = {"labelColor": MUTED, "labelFontSize": 12, "titleColor": MUTED, "titleFontSize": 12}
    return {
        "font": _FONT,
        "background": "transparent",
        # The figure speaks for its drawing; names on each bar would be read out one by one.
        "aria": False,
        "padding": 4,
        # Titles and labels are inside the width asked for, so that every drawing fills its column.
        "autosize": {"type": "fit-x", "contains": "padding"},
        "view": {"stroke": None},
        "axis": label
        | {
            "domainColor": RULE,
            "gridColor": RULE,
            "tickColor": RULE,
            "titleFontWeight": "normal",
            "labelLimit": 220,
        },
        "legend": label
        | {
            "orient": "top",
            "direction": "horizontal",
            "title": None,
            "symbolType": "square",
            "labelLimit": 260,
            "columnPadding": 14,
        },
        "text": {"font": _FONT, "fontSize": 12, "color": INK},
    }
