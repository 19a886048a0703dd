"""Form: what a member asks of a test, as the page sends it, read into what ``prepare`` takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from mecene.experiments import plan as plans
from mecene.experiments.measures import Measure
from mecene_web.experiments import measured, planner, prepare
from mecene_web.experiments.planner import Asked
from mecene_web.experiments.prepare import Text, Wanted

TEXTS = 4
_MAX_DAYS = 180
_LONGEST = 120


class Unusable(ValueError):
    """A field cannot be used; ``field`` is which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Sent:
    """A form that was read: what is wanted, of whom, and when."""

    wanted: Wanted
    audience: str
    population: str
    due_at: datetime
    cost_each_minor: int
    asked: Asked


def read(posted: Mapping[str, Any], *, now: datetime, audience: str = "") -> Sent:
    """Return what a form asks.

    Args:
        posted: Its fields.
        now: The moment; the campaign leaves then where no moment is given.
        audience: That of the campaign it is asked of, which does not change any more.

    Raises:
        Unusable: a field is missing or cannot be meant.
    """
    whom = audience or str(posted.get("audience", ""))
    known = dict(import_string(settings.MECENE_AUDIENCES)())
    if whom not in known and not audience:
        raise Unusable("audience")
    name = str(posted.get("title", "")).strip()
    if not 0 < len(name) <= _LONGEST:
        raise Unusable("title")
    measure = _measure(posted)
    texts = _texts(posted)
    held, share = _share(posted, "held_out", least=0, most=50), _share(posted, "share", least=1)
    effect = _effect(posted, measure)
    asked = _asked(whom, measure, effect, texts, held=held, share=share,
                   watched=posted.get("rule") == "sequential", now=now)  # fmt: skip
    needed, cap = _needed(asked), planner.cap(asked.people, within_days=measure.within_days)
    wanted = Wanted(
        name, texts, round(held * 1_000), str(posted.get("why_nobody", ""))[:300], share, measure,
        effect, _stopping(posted, measure, needed), cap, _secondary(posted, measure),
    )  # fmt: skip
    return Sent(wanted, whom, known.get(whom, whom), _moment(posted.get("due_at", "")) or now,
                _minor(posted.get("cost", "")), asked)  # fmt: skip


def size(posted: Mapping[str, Any], *, now: datetime, audience: str = "") -> planner.Size:
    """Return what a test asks for, from a form that may not be filled whole yet.

    Raises:
        Unusable: a field that the size hangs on cannot be read.
        NoPast, NoVariation, TooFewDonors: as ``planner.size``.
    """
    measure = _measure(posted)
    return planner.size(_asked(
        audience or str(posted.get("audience", "")), measure, _effect(posted, measure),
        _texts(posted), held=_share(posted, "held_out", least=0, most=50),
        share=_share(posted, "share", least=1), watched=posted.get("rule") == "sequential", now=now,
    ))  # fmt: skip


def _asked(
    audience: str, measure: Measure, effect: float, texts: tuple[Text, ...], *, held: float,
    share: float, watched: bool, now: datetime,
) -> Asked:  # fmt: skip
    try:
        people = import_string(settings.MECENE_AUDIENCE)(audience, now=now)
    except LookupError as none:
        raise Unusable("audience") from none
    each = (1 - held) / len(texts)
    alone = len(texts) == 1
    return Asked(people, measure, effect, control=held if alone else each, treated=each,
                 questions=1 if alone else len(texts) - 1, share=share,
                 watched=watched)  # fmt: skip


def _needed(asked: Asked) -> int:
    """Return about how many people are needed, at most those there are."""
    there = max(2, int(len(asked.people) * asked.share))
    if not asked.control:
        return there
    try:
        return min(planner.size(asked).needed or there, there)
    except (planner.NoPast, ValueError):
        return there


def _measure(posted: Mapping[str, Any]) -> Measure:
    name, days = str(posted.get("measure", "")), str(posted.get("days", "")).strip()
    if name not in measured.CHOICES:
        raise Unusable("measure")
    if days and not (days.isdecimal() and 1 <= int(days) <= 400):
        raise Unusable("days")
    return measured.measure(name, within_days=int(days) if days else None)


def _secondary(posted: Mapping[str, Any], primary: Measure) -> tuple[Measure, ...]:
    """Return what is declared beside what decides, over as many days."""
    names = posted.getlist("secondary") if hasattr(posted, "getlist") else ()
    if set(names) - set(measured.CHOICES):
        raise Unusable("measure")
    return tuple(measured.measure(name, within_days=primary.within_days)
                 for name in dict.fromkeys(names)
                 if name != primary.name and name not in measured.GUARDS)  # fmt: skip


def _texts(posted: Mapping[str, Any]) -> tuple[Text, ...]:
    factors = [str(posted.get(f"factor_{n}", "")).strip()[:40] for n in (1, 2)]
    found = []
    for place in range(1, TEXTS + 1):
        number = str(posted.get(f"template_{place}", ""))
        if not number:
            continue
        if not number.isdecimal():
            raise Unusable("template")
        levels = {factor: level for n, factor in enumerate(factors, start=1)
                  if factor and (level := str(posted.get(f"level_{place}_{n}", "")).strip()[:40])}  # fmt: skip # noqa: E501
        name = str(posted.get(f"name_{place}", "")).strip()[:60] or chr(ord("A") + place - 1)
        found.append(Text(name, int(number), levels))
    if not found:
        raise Unusable("template")
    if len({text.name for text in found}) < len(found):
        raise Unusable("name")
    return tuple(found)


def _stopping(posted: Mapping[str, Any], measure: Measure, needed: int) -> plans.Stopping:
    if posted.get("rule") == "sequential":
        return plans.Sequential(max(_MAX_DAYS, measure.within_days), needed)
    return plans.FixedHorizon(measure.within_days, needed)


def _share(posted: Mapping[str, Any], name: str, *, least: int, most: int = 100) -> float:
    usual = {"held_out": prepare.DEFAULT_HOLD_OUT / 10, "share": 100}[name]
    text = str(posted.get(name, "")).strip() or str(int(usual))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Unusable(name)
    return int(text) / 100


def _effect(posted: Mapping[str, Any], measure: Measure) -> float:
    """Return the smallest difference worth finding: points of a share, euros, or a number."""
    told = _decimal(posted.get("effect", ""))
    if told is None or not 0 < told < 10**9:
        raise Unusable("effect")
    return float(told) / 100 if measure.kind == "share" else (
        float(told) * 100 if measure.kind == "amount" else float(told)
    )  # fmt: skip


def _minor(said: object) -> int:
    told = _decimal(said) or Decimal(0)
    if not 0 <= told < 10**7:
        raise Unusable("cost")
    return int((told * 100).to_integral_value())


def _decimal(said: object) -> Decimal | None:
    text = str(said).strip().replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        told = Decimal(text) if text else None
    except InvalidOperation:
        return Decimal(-1)
    return told if told is None or told.is_finite() else Decimal(-1)


def _moment(said: object) -> datetime | None:
    text = str(said).strip()
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
        return timezone.make_aware(told) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise Unusable("due_at") from wrong
