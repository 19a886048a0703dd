"""Plan: in what order segments are evaluated, and what must be known of a donor for all of them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from mecene.conditions import asked, language
from mecene.conditions.asked import Ask
from mecene.conditions.language import Condition
from mecene.conditions.mistake import InvalidCondition
from mecene_web.segments import columns
from mecene_web.segments.models import Segment

_NESTED = "in_segment"

log = logging.getLogger("mecene.segments")


class Circle(ValueError):
    """A segment would answer to itself, by way of others; ``codes`` is the way round."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        super().__init__(f"segments go round in a circle: {' → '.join(codes)}; break it")


class NoSuchSegment(ValueError):
    """A condition names a segment that is not there, or was archived."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"no segment has the code {code!r}; see the list of segments")


@dataclass(frozen=True)
class Planned:
    """A segment, understood."""

    number: int
    code: str
    version: int
    solicited: bool
    condition: Condition

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it reads, answers of what it asks among them."""
        return (*self.condition.columns, *(ask.column for ask in self.condition.asks))


@dataclass(frozen=True)
class Plan:
    """Segments, each after those it names, and what they read together."""

    segments: tuple[Planned, ...]

    @property
    def columns(self) -> frozenset[str]:
        """Return the columns of the summary and of the night that are read."""
        read = {name for one in self.segments for name in one.condition.columns}
        barred = columns.BARRED if any(one.solicited for one in self.segments) else ()
        return frozenset({*read, *barred}) - {"donor_id"}

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Return what is asked of the log and of the ledger."""
        said = (ask for one in self.segments for ask in one.condition.asks)
        return tuple(dict.fromkeys(ask for ask in said if ask.name != _NESTED))


def understood(text: str, *, at_hand: bool = False) -> Condition:
    """Return what a condition says, over everything a segment may name.

    Args:
        text: The condition.
        at_hand: It may name the event at hand too: it is a journey's.

    Raises:
        InvalidCondition: what is wrong, and at which word.
    """
    known = columns.types() | (columns.EVENT if at_hand else {})
    asks = tuple(name for name in asked.SIGNATURES if not at_hand or name not in asked.NIGHTLY)
    return language.compile(text, columns=known, asks=asks)


def active(*, around: int | None = None) -> Plan:
    """Return the plan of every segment that is not archived, or of those tied to one.

    A condition that is no longer understood, after an upgrade, keeps its own segment and those
    that name it as they are, and nobody else's.
    """
    whole = able(Segment.objects.filter(archived_at=None).order_by("pk"))
    return whole if around is None else _around(whole, around)


def able(segments: Iterable[Segment]) -> Plan:
    """Return the plan of those segments that can be evaluated."""
    left = list(segments)
    while True:
        try:
            return of(left)
        except (InvalidCondition, Circle, NoSuchSegment):
            left = [one for one in left if _stands(one, left)]


def of(segments: Iterable[Segment]) -> Plan:
    """Return the plan of some segments.

    Raises:
        Circle: they go round.
        NoSuchSegment: one names another that is not among them.
    """
    by_code = {
        one.code: Planned(one.pk or 0, one.code, one.version, one.solicited,
                          understood(one.condition))
        for one in segments
    }  # fmt: skip
    ordered: dict[str, Planned] = {}
    for code in by_code:
        _place(code, by_code, ordered, ())
    return Plan(tuple(ordered.values()))


def names(condition: Condition) -> tuple[str, ...]:
    """Return the codes of the segments that a condition names."""
    return tuple(str(ask.get("code")) for ask in condition.asks if ask.name == _NESTED)


def evaluated(known: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return one row a donor: ``donor_id`` and, by code, whether they are in each segment.

    Args:
        known: ``plan.columns`` and an answer to each of ``plan.asks``, one row a donor.
        plan: The segments.
    """
    barred = pl.any_horizontal(
        [pl.col(name).fill_null(value=False) for name in columns.BARRED if name in known.columns]
        or [pl.lit(value=False)]
    )
    told = known.lazy().with_columns(barred.alias("barred"))
    waiting = list(plan.segments)
    done: set[str] = set()
    while waiting:
        # Those who name none but the ones already told, all at once.
        ready = [one for one in waiting if set(names(one.condition)) <= done]
        told = told.with_columns(_answer(one) for one in ready)
        done |= {one.code for one in ready}
        waiting = [one for one in waiting if one.code not in done]
    answers = [pl.col(_column(one.code)).alias(one.code) for one in plan.segments]
    return told.select("donor_id", *answers).collect()


def _stands(segment: Segment, among: list[Segment]) -> bool:
    try:
        named = names(understood(segment.condition))
    except InvalidCondition as wrong:
        log.warning("segment %s is not evaluated: %s", segment.code, wrong.message(lang="en"))
        return False
    return set(named) <= {one.code for one in among if one.code != segment.code}


def _around(whole: Plan, number: int) -> Plan:
    """Return a segment, those that name it by any way, and those they name."""
    kept = {one.code for one in whole.segments if one.number == number}
    for one in whole.segments:  # who is named comes first
        if kept & set(names(one.condition)):
            kept.add(one.code)
    for one in reversed(whole.segments):
        if one.code in kept:
            kept |= set(names(one.condition))
    return Plan(tuple(one for one in whole.segments if one.code in kept))


def _answer(one: Planned) -> pl.Expr:
    expr = one.condition.expr
    return (expr & ~pl.col("barred") if one.solicited else expr).alias(_column(one.code))


def _column(code: str) -> str:
    return Ask(_NESTED, (("code", code),)).column


def _place(
    code: str, by_code: dict[str, Planned], ordered: dict[str, Planned], way: tuple[str, ...]
) -> None:
    if code in way:
        raise Circle((*way[way.index(code) :], code))
    if code in ordered:
        return
    if code not in by_code:
        raise NoSuchSegment(code)
    for named in names(by_code[code].condition):
        _place(named, by_code, ordered, (*way, code))
    ordered[code] = by_code[code]
