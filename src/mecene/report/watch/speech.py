"""Speech: how the page of alarms says its words and figures."""

import math

from mecene.report.chapters.writing import Pen
from mecene.report.watch import lexicon


def say(key: str, pen: Pen, **values: object) -> str:
    """Return a sentence of the page, in the language of the pen."""
    return lexicon.say(key, lang=pen.lang, **values)


def counted(key: str, number: int, pen: Pen, **values: object) -> str:
    """Return a sentence with a count, in the singular or the plural of the language."""
    one = abs(number) < 2 if pen.lang == "fr" else number == 1
    form = f"{key}_one" if one else f"{key}_many"
    return say(form, pen, n=pen.number(number), **values)


def rate(share: float, pen: Pen) -> str:
    """Return a share that was asked for, with a decimal only where it has one."""
    whole = abs(100 * share - round(100 * share)) < 1e-9
    return pen.percent(share, decimals=0 if whole else 1)


def known(share: float) -> float | None:
    """Return a share, None where it is undefined."""
    return None if math.isnan(share) else share
