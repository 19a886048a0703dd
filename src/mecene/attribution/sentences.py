"""Sentences: paths, credit and devices in words, in French or in English."""

from collections.abc import Iterable

from mecene import money
from mecene.attribution.credit import Gap
from mecene.attribution.held import Beside
from mecene.attribution.looking import Found
from mecene.words import Lexicon

_WORDS = Lexicon("mecene.attribution")
ARROW = " → "


def channel(name: str, *, lang: str) -> str:
    """Return a channel in words; of ``email click``, the channel and what was done."""
    first, _, rest = name.partition(" ")
    said = _WORDS.labels("channel", lang=lang).get(first, first)
    return f"{said} ({rest})" if rest else said


def path(steps: Iterable[str], *, lang: str) -> str:
    """Return a path: ``courrier → e-mail``."""
    return ARROW.join(channel(step, lang=lang) for step in steps)


def act(name: str, *, lang: str) -> str:
    """Return an act in words."""
    return _WORDS.say(f"act.{name}", lang=lang)


def rule(name: str, *, lang: str) -> str:
    """Return a rule of credit in words."""
    return _WORDS.say(f"rule.{name}", lang=lang)


def device(name: str, *, lang: str) -> str:
    """Return a device in words; one that has none is its own word."""
    return _WORDS.labels("device", lang=lang).get(name, name)


def met(found: Found, *, lang: str) -> str:
    """Return how many acts a touch preceded, and how many none did."""
    if found.rules is None:
        return _WORDS.say("said.nothing", lang=lang)
    return _WORDS.say(
        "said.met", lang=lang, acts=_counted(found.asked.act, found.rules.acts, lang),
        days=money.number(found.asked.within_days, lang=lang),
        untouched=money.number(found.rules.untouched, lang=lang),
    )  # fmt: skip


def caution(*, lang: str) -> str:
    """Return what credit does not say."""
    return _WORDS.say("said.caution", lang=lang)


def devices(found: Found, *, lang: str) -> str:
    """Return how many act on another device than they read on."""
    used = found.devices
    if not used.known:
        return _WORDS.say("said.devices_unknown", lang=lang)
    return _WORDS.say(
        "said.devices", lang=lang, known=_counted(found.asked.act, used.known, lang),
        changed=money.percent(used.changed, lang=lang),
    )  # fmt: skip


def gap(found: Gap, *, lang: str) -> str:
    """Return how far a rule is from what a hold-out says, in a sentence."""
    # What is too little is told as a number above 0, and so is its interval.
    flip = -1 if found.state == "too_little" else 1
    low, high = sorted((flip * found.low, flip * found.high))
    values = {
        "credited": found.credit.acts, "caused": found.caused.acts,
        "caused_low": found.caused.low, "caused_high": found.caused.high,
        "excess": flip * found.excess, "low": low, "high": high,
    }  # fmt: skip
    said = {name: money.number(value, lang=lang) for name, value in values.items()}
    name = channel(found.credit.channel, lang=lang)
    return _WORDS.say(
        f"gap.{found.state}", lang=lang, channel=name[:1].upper() + name[1:],
        rule=rule(found.credit.rule, lang=lang), **said,
    )  # fmt: skip


def held(found: Beside, *, lang: str) -> tuple[str, ...]:
    """Return how far each rule is from what one hold-out says, a sentence a rule."""
    one = found.of
    told = {"title": one.title, "days": one.days}
    if not found.gaps:
        name = channel(one.channel, lang=lang)
        return (_WORDS.say("held.no_path", lang=lang, channel=name, **told),)
    return tuple(
        _WORDS.say("held.of", lang=lang, said=gap(each, lang=lang), **told) for each in found.gaps
    )


def _counted(name: str, number: int, lang: str) -> str:
    one = number < 2 if lang == "fr" else number == 1
    said = money.number(number, lang=lang)
    return _WORDS.say(f"acts.{name}_{'one' if one else 'many'}", lang=lang, n=said)
