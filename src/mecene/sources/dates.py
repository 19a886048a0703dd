"""Dates: which day, and which second where it is written, each cell of a column says.

``2023-12-24``, ``24 déc. 2023`` and an Excel serial can be read one way only. ``03/04/2023``
follows its column: day first, unless some cell of the column proves that the month comes first.
A two-digit year below the pivot is of the 2000s. A moment with an offset, or from a source whose
clock is known, is told in local time (``zone``); without either it is kept as written.
"""

from dataclasses import dataclass
from datetime import date, time

import polars as pl

from mecene.sources import folding

FIRST_YEAR, LAST_YEAR = 1900, 2100
PIVOT = 50
BIRTH_PIVOT = 15
LOCAL_ZONE = "Europe/Paris"
ORDERS = ("dmy", "mdy", "ymd", "excel", "excel1904")

_MONTHS = (
    ("jan", "janv", "janvier", "january"), ("feb", "fev", "fevr", "fevrier", "february"),
    ("mar", "mars", "march"), ("apr", "avr", "avril", "april"), ("mai", "may"),
    ("jun", "juin", "june"), ("jul", "juil", "juillet", "july"),
    ("aug", "aou", "aout", "august"), ("sep", "sept", "septembre", "september"),
    ("oct", "octobre", "october"), ("nov", "novembre", "november"),
    ("dec", "decembre", "december"),
)  # fmt: skip
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_CLOCK = (
    r"(?:(?:T|\s|,|à)+(?<hour>\d{1,2})[:h](?<minute>\d{2})(?::(?<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?<half>[AaPp][Mm])?\s*(?<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
_SEPARATED = r"^(?<one>\d{1,2})\s*[-/. ]\s*(?<two>\d{1,2})\s*[-/. ]\s*(?<year>\d{4}|\d{2})" + _CLOCK
# Each shape names its parts; ``one`` and ``two`` are put in their order by the convention.
_SHAPES = (
    r"^(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})" + _CLOCK,
    _SEPARATED,
    r"^(?<year>(?:19|20)\d{2})(?<month>0[1-9]|1[0-2])(?<day>[0-3]\d)"
    r"(?:[T ]?(?<hour>\d{2}):?(?<minute>\d{2}):?(?<second>\d{2}))?Z?$",
    r"^(?<one>\d{2})(?<two>\d{2})(?<year>(?:19|20)\d{2})$",
)
_WORDED = (
    rf"(?:^|[a-z] )(?<day>\d{{1,2}})(?:er|st|nd|rd|th)? ?(?<word>{_MONTH}) ?(?<year>\d{{4}}|\d\d)"
    r"(?: (?:a )?(?<hour>\d{1,2})[ h](?<minute>\d{2})(?: (?<second>\d{2}))?(?: (?<half>[ap]m))?)?$",
    rf"(?:^|[a-z] )(?<word>{_MONTH}) (?<day>\d{{1,2}})(?:st|nd|rd|th)? (?<year>\d{{4}})"
    r"(?: (?<hour>\d{1,2}) (?<minute>\d{2})(?: (?<second>\d{2}))?(?: (?<half>[ap]m))?)?$",
)
_SERIAL = r"^\d{5}([.,]\d+)?$"
_UNIX = r"^\d{10}(\d{3})?$"
_EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}


class UnknownDateFormat(ValueError):
    """A stated date format is none we know."""


@dataclass(frozen=True)
class Convention:
    """How one column writes its dates, and why we think so.

    Attributes:
        order: ``dmy`` or ``mdy``: what ``03/04/2023`` means here.
        reason: ``stated``, ``seen``, ``mixed`` (both orders are proved; the commoner was taken)
            or ``undecided`` (nothing proves either; day first).
        timed: Whether some cell says a time of day other than midnight.
        epoch: 1900, or 1904 for serials of old Macintosh workbooks.
        pivot: Two-digit years below it are of the 2000s, others of the 1900s.
        source_zone: Time zone of moments without an offset; None: they are local already.
        zone: Time zone moments are told in.
    """

    order: str = "dmy"
    reason: str = "seen"
    timed: bool = False
    epoch: int = 1900
    pivot: int = PIVOT
    source_zone: str | None = None
    zone: str = LOCAL_ZONE


def decide(
    sample: pl.Series,
    *,
    stated: str | None = None,
    pivot: int = PIVOT,
    source_zone: str | None = None,
    zone: str = LOCAL_ZONE,
) -> Convention:
    """Return the convention a column of dates follows, from a sample of its String cells.

    Args:
        sample: Shape (n,), String.
        stated: ``dd/mm/yyyy``, ``mm/dd/yyyy``, ``jj/mm/aaaa``, ``yyyy-mm-dd``, ``excel1904`` …
        pivot: See ``Convention``.
        source_zone: See ``Convention``.
        zone: See ``Convention``.

    Raises:
        UnknownDateFormat: ``stated`` is none of these.
    """
    order, reason = (order_of(stated), "stated") if stated else _order(sample)
    epoch = 1904 if order == "excel1904" else 1900
    order = order if order == "mdy" else "dmy"
    untimed = Convention(order, reason, True, epoch, pivot, source_zone, zone)
    moments = read(sample, untimed)["at"].drop_nulls()
    local = source_zone is None and bool((moments.dt.time() == time(0)).all())
    timed = moments.len() > 0 and not local
    return Convention(order, reason, timed, epoch, pivot, source_zone, zone)


def order_of(stated: str) -> str:
    """Return ``dmy`` for ``dd/mm/yyyy`` or ``jj/mm/aaaa``, and so on; raise UnknownDateFormat."""
    letters = folding.fold(stated).replace(" ", "")
    plain = letters.replace("j", "d").replace("a", "y")
    order = letters if letters in ORDERS else "".join(dict.fromkeys(plain))
    if order not in ORDERS:
        raise UnknownDateFormat(
            f"date format {stated!r} is unknown; write dd/mm/yyyy, mm/dd/yyyy, yyyy-mm-dd, "
            "excel or excel1904"
        )
    return order


def read(cells: pl.Series, convention: Convention) -> pl.DataFrame:
    """Return the day and the moment of each cell.

    Returns:
        n rows: ``day`` Date; ``at`` Datetime (local; null where no time is written, or when the
        column is not timed); ``problem``: null, ``date_unreadable`` (no known shape),
        ``date_impossible`` (31/02) or ``date_implausible`` (before 1900 or after 2100).
    """
    frame = cells.rename("text").to_frame().select(text=folding.tidy(pl.col("text")))
    parts = [part for shape in _SHAPES if (part := _shaped(frame, shape, convention)) is not None]
    missed = _missed(frame, parts)
    if missed.any():
        rest = frame.select(text=pl.when(pl.lit(missed)).then("text"))
        parts += [*_worded(rest, convention), *_counted(rest, convention)]
    if not parts:
        nothing = pl.lit(value=False)
        empty = frame.with_columns(at=pl.lit(None, pl.Datetime("us")), clock=nothing, shape=nothing)
        parts = [empty]
    chosen = pl.DataFrame(
        {
            "text": frame["text"],
            "at": _first([part["at"] for part in parts]),
            "clock": _any([part["clock"] for part in parts]),
            "shape": _any([part["shape"] for part in parts]),
        }
    )
    return chosen.select(*_judged(convention))


def _judged(convention: Convention) -> list[pl.Expr]:
    at = pl.col("at")
    plausible = at.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    problem = (
        pl.when(pl.col("text").is_null() | plausible)
        .then(None)
        .when(at.is_not_null())
        .then(pl.lit("date_implausible"))
        .when(pl.col("shape"))
        .then(pl.lit("date_impossible"))
        .otherwise(pl.lit("date_unreadable"))
    )
    moment = pl.when(plausible & pl.col("clock") & pl.lit(convention.timed)).then(at)
    return [
        pl.when(plausible).then(at.dt.date()).alias("day"),
        moment.alias("at"),
        problem.alias("problem"),
    ]


def _shaped(frame: pl.DataFrame, shape: str, convention: Convention) -> pl.DataFrame | None:
    """Return ``at``, ``clock``, ``shape`` of the cells with this shape; None when none has it."""
    found = frame["text"].str.contains(shape).fill_null(value=False)
    if not found.any():
        return None
    parts = frame.select(parts=pl.col("text").str.extract_groups(shape)).unnest("parts")
    if "one" in parts.columns:
        names = ("month", "day") if convention.order == "mdy" else ("day", "month")
        parts = parts.rename({"one": names[0], "two": names[1]})
    return _moments(parts, convention).with_columns(shape=found)


def _worded(frame: pl.DataFrame, convention: Convention) -> list[pl.DataFrame]:
    words = frame.select(text=folding.folded(pl.col("text")))
    found = []
    for shape in _WORDED:
        here = words["text"].str.contains(shape).fill_null(value=False)
        if here.any():
            parts = words.select(parts=pl.col("text").str.extract_groups(shape)).unnest("parts")
            month = pl.col("word").replace_strict(_MONTH_NUMBERS, return_dtype=pl.Int64)
            parts = parts.with_columns(month=month.cast(pl.String))
            found.append(_moments(parts, convention).with_columns(shape=here))
    return found


def _counted(frame: pl.DataFrame, convention: Convention) -> list[pl.DataFrame]:
    """Return the moments of Excel serials (days) and of Unix times (seconds, or thousandths)."""
    text = pl.col("text")
    days = pl.when(text.str.contains(_SERIAL)).then(
        text.str.replace(",", ".").cast(pl.Float64, strict=False)
    )
    seconds = (days * 86_400).round(0).cast(pl.Int64)
    epoch = pl.lit(_EPOCHS[convention.epoch]).cast(pl.Datetime("us"))
    serial = frame.select(
        at=epoch + pl.duration(seconds=seconds),
        clock=text.str.contains(r"[.,]").fill_null(value=False),
        shape=days.is_not_null(),
    )
    unix = pl.when(text.str.contains(_UNIX)).then(text.str.head(10).cast(pl.Int64, strict=False))
    counted = frame.select(
        at=_told(pl.from_epoch(unix, time_unit="s").cast(pl.Datetime("us")), "UTC", convention),
        clock=unix.is_not_null(),
        shape=unix.is_not_null(),
    )
    return [serial, counted]


def _moments(parts: pl.DataFrame, convention: Convention) -> pl.DataFrame:
    """Return ``at`` and ``clock`` from the named parts of a date, as text."""
    have = set(parts.columns)
    number = {name: pl.col(name) for name in ("year", "month", "day", "hour", "minute", "second")}
    number |= {name: pl.lit(None, pl.String) for name in number if name not in have}
    short = number["year"].str.len_chars() == 2
    century = pl.when(number["year"].cast(pl.Int64) < convention.pivot).then(pl.lit("20"))
    year = pl.when(short).then(century.otherwise(pl.lit("19"))).otherwise(pl.lit(""))
    day = pl.concat_str(year + number["year"], number["month"], number["day"], separator="-")
    clock = pl.concat_str(
        number["hour"].fill_null("0"),
        number["minute"].fill_null("0"),
        number["second"].fill_null("0"),
        separator=":",
    )
    written = pl.concat_str(day, clock, separator=" ")
    at = written.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    if "half" in have:
        at = at + pl.duration(hours=_half_day(number["hour"].cast(pl.Int64)))
    timed = number["hour"].is_not_null()
    if "offset" in have:
        offset = pl.col("offset")
        utc = at - pl.duration(minutes=_offset_minutes(offset))
        at = pl.when(offset.is_not_null()).then(_told(utc, "UTC", convention)).otherwise(
            pl.when(timed).then(_told(at, convention.source_zone, convention)).otherwise(at)
        )  # fmt: skip
    return parts.select(at=at, clock=timed)


def _half_day(hour: pl.Expr) -> pl.Expr:
    afternoon = pl.col("half").str.to_lowercase() == "pm"
    return (
        pl.when(afternoon & (hour < 12)).then(12).when(~afternoon & (hour == 12)).then(-12)
    ).otherwise(0)


def _offset_minutes(offset: pl.Expr) -> pl.Expr:
    hours = offset.str.extract(r"^[+-](\d{2})").cast(pl.Int64)
    minutes = offset.str.extract(r"^[+-]\d{2}:?(\d{2})$").cast(pl.Int64).fill_null(0)
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    return (sign * (hours * 60 + minutes)).fill_null(0)


def _told(at: pl.Expr, source: str | None, convention: Convention) -> pl.Expr:
    if source is None or source == convention.zone:
        return at
    known = at.dt.replace_time_zone(source, ambiguous="earliest", non_existent="null")
    return known.dt.convert_time_zone(convention.zone).dt.replace_time_zone(None)


def _order(sample: pl.Series) -> tuple[str, str]:
    """Return the order that the cells of ``NN/NN/YYYY`` prove, and how sure it is."""
    tidy = sample.rename("text").to_frame().select(text=folding.tidy(pl.col("text")))
    parts = tidy.select(parts=pl.col("text").str.extract_groups(_SEPARATED)).unnest("parts")
    parts = parts.drop_nulls("one").select(pl.col("one", "two").cast(pl.Int64, strict=False))
    day_first = parts.filter((pl.col("one") > 12) & (pl.col("two") <= 12)).height
    month_first = parts.filter((pl.col("one") <= 12) & (pl.col("two") > 12)).height
    order = "mdy" if month_first > day_first else "dmy"
    if day_first and month_first:
        return order, "mixed"
    proved = day_first or month_first or not parts.height
    return order, "seen" if proved else "undecided"


def _missed(frame: pl.DataFrame, parts: list[pl.DataFrame]) -> pl.Series:
    matched = _any([part["shape"] for part in parts])
    return frame["text"].is_not_null() & ~matched if parts else frame["text"].is_not_null()


def _first(found: list[pl.Series]) -> pl.Series:
    return pl.select(pl.coalesce([pl.lit(series) for series in found])).to_series()


def _any(found: list[pl.Series]) -> pl.Series:
    if not found:
        return pl.Series(dtype=pl.Boolean)
    return pl.select(pl.any_horizontal([pl.lit(series) for series in found])).to_series()
