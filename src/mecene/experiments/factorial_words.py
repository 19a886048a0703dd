"""Factorial words: what a factorial test found, in sentences a fundraiser can act on."""

from typing import Any

from mecene import money
from mecene.experiments import measures
from mecene.experiments.design import Part
from mecene.experiments.factorial import Effect, Reading
from mecene.experiments.measures import Measure
from mecene.words import Lexicon

_WORDS = Lexicon("mecene.experiments")


def verdict(effect: Effect, *, reading: Reading) -> str:
    """Return ``seen``, ``hint`` or ``nothing``.

    ``seen``: beyond chance once every question asked is counted (Holm); ``hint``: only taken alone.
    """
    alpha = 1 - reading.confidence
    if effect.p_adjusted <= alpha:
        return "seen"
    return "hint" if effect.p <= alpha else "nothing"


def sentence(
    effect: Effect, *, reading: Reading, measure: Measure, lang: str, unit: str = "donor",
    currency: str = "EUR",
) -> str:  # fmt: skip
    """Return one effect in words, without full stop.

    Args:
        effect: One of the reading's.
        reading: What ``factorial.read`` returned.
        measure: What was counted.
        lang: ``fr`` or ``en``.
        unit: ``household`` or ``donor``.
        currency: ISO 4217 code, for amounts.
    """
    found = verdict(effect, reading=reading)
    way = "more" if effect.estimate >= 0 else "less"
    shape = ("main", "pair")[effect.order - 1] if effect.order < 3 else "several"
    said = _figures(effect, measure, currency, lang) | _parts(effect.parts, lang)
    said["unit"] = _WORDS.say(f"unit.{unit}", lang=lang)
    key = f"{shape}_nothing" if found == "nothing" else f"{shape}_{way}"
    text = _WORDS.say(f"factorial.{key}", lang=lang, **said)
    if found == "hint":
        count = money.number(len(reading.effects), lang=lang)
        text = _WORDS.say("factorial.hint", lang=lang, effect=text, questions=count)
    if effect.aliases:
        names = ", ".join(crossed(alias.parts) for alias in effect.aliases)
        text = _WORDS.say("factorial.aliased", lang=lang, effect=text, names=names)
    return text


def summary(
    reading: Reading, *, measure: Measure, lang: str, unit: str = "donor", currency: str = "EUR"
) -> str:
    """Return the whole test in one sentence: what is seen first, then hints, then nothing.

    Args:
        reading: What ``factorial.read`` returned.
        measure: What was counted.
        lang: ``fr`` or ``en``.
        unit: ``household`` or ``donor``.
        currency: ISO 4217 code, for amounts.
    """
    order = ("seen", "hint", "nothing")
    ranked = sorted(
        reading.effects, key=lambda each: (order.index(verdict(each, reading=reading)), each.order)
    )
    told = [
        sentence(each, reading=reading, measure=measure, lang=lang, unit=unit, currency=currency)
        for each in ranked
    ]
    if reading.untold:
        names = ", ".join(dict.fromkeys(crossed(parts) for parts in reading.untold))
        told.append(_WORDS.say("factorial.untold", lang=lang, names=names))
    text = _WORDS.say("factorial.join", lang=lang).join(told)
    return f"{text[:1].upper()}{text[1:]}."


def crossed(parts: tuple[Part, ...]) -> str:
    """Return the factors of an effect: ``relances × ordre``."""
    return " × ".join(part.factor for part in parts)


def _figures(effect: Effect, measure: Measure, currency: str, lang: str) -> dict[str, Any]:
    # « 0,42 € de plus (de 0,20 € à 0,64 €) », « 0,42 € de moins (de 0,20 € à 0,64 €) ».
    flip = -1 if effect.estimate < 0 else 1
    low, high = sorted((flip * effect.low, flip * effect.high))
    values = {"value": abs(effect.estimate), "low": low, "high": high}
    said: dict[str, Any] = {
        name: measures.apart(value, measure, currency=currency, lang=lang)
        for name, value in values.items()
    }
    signed = {"signed_low": effect.low, "signed_high": effect.high}
    return said | {
        name: measures.apart(value, measure, currency=currency, lang=lang)
        for name, value in signed.items()
    }


def _parts(parts: tuple[Part, ...], lang: str) -> dict[str, Any]:
    first, other = parts[0], parts[min(1, len(parts) - 1)]
    return {
        "factor": first.factor, "level": first.level, "base": first.base,
        "other_factor": other.factor, "other": other.level, "other_base": other.base,
        "names": crossed(parts),
    }  # fmt: skip
