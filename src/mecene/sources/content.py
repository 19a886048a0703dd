"""Content: what a column holds, judged by its cells alone.

Used where there is no header, and to take back a role whose cells do not fit it.
"""

from functools import cache
from pathlib import Path

import polars as pl

from mecene.sources import amounts, dates, folding, months, roles, vocabulary

_EMAIL = r"^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$"
_POSTCODE = r"^\d{4,5}$"
_PHONE = r"^(\+|00)?[\d .\-()/]{9,18}$"
_DAY = r"^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
_LETTERS = r"^[^\d@]*\p{L}[^\d@]*$"
_MOST = 0.5


def fits(cells: pl.Series, role: str) -> bool:
    """Return whether at least half of the cells that are not empty can play the role."""
    full = filled(cells)
    if not full.len():
        return True
    if role == "month":
        return _share_of_days(months.spelt(full)) >= _MOST
    if role == "card_expires":
        return _share(months.of_card(full).is_not_null()) >= _MOST
    if role == "motive":
        return _share(vocabulary.meaning(full, "motive").is_not_null()) >= _MOST
    if role in roles.DATES:
        return _share_of_days(full) >= _MOST
    if role in roles.AMOUNTS:
        return _share_of_amounts(full) >= _MOST
    if role == "email":
        return _share(full.str.contains("@", literal=True)) >= _MOST
    return True


def guess(sample: pl.DataFrame, columns: list[str]) -> dict[str, str]:
    """Return role → column for columns nobody named: a date, an amount, a person.

    Of two columns of numbers, the reference is the one with more different values; amounts repeat.
    """
    full = {column: filled(sample[column]) for column in columns}
    full = {column: cells for column, cells in full.items() if cells.len()}
    found: dict[str, str] = {}
    for role, pattern in (("email", _EMAIL),):
        _take(found, role, [c for c, cells in full.items() if _matches(cells, pattern)])
    days = [c for c, cells in full.items() if _is_days(cells)]
    days += [c for c, cells in full.items() if not days and _is_compact_days(cells)]
    _take(found, "given_on", days)
    rest = [c for c in full if c not in found.values() and c not in days]
    numbers = [c for c in rest if _share_of_amounts(full[c]) > 0.9]
    marked = [c for c in numbers if _matches(full[c], r"[€$£,.]|^-")]
    by_variety = sorted(numbers, key=lambda c: (full[c].n_unique(), columns.index(c)))
    _take(found, "amount", marked or by_variety)
    _take_names(found, [c for c in rest if _share(full[c].str.contains(_LETTERS)) > 0.9], full)
    if found.keys() & {"email", "last_name", "full_name"}:
        # Beside a name, five digits are a place, not a reference.
        _take(found, "postcode", [c for c in rest if _share(full[c].str.contains(_POSTCODE)) > 0.9])
        _take(found, "phone", [c for c in rest if _share(full[c].str.contains(_PHONE)) > 0.9])
    references = [c for c in rest if c not in found.values() and _is_reference(full[c])]
    _take(found, "external_id", references)
    return found


def is_numbered(cells: pl.Series) -> bool:
    """Return whether most cells that are not empty hold a figure, as a document's number does."""
    return _share(filled(cells).str.contains(r"\d")) > _MOST


def is_code(cells: pl.Series) -> bool:
    """Return whether nearly all cells are numbers, three letters before at most: ``D-00042``."""
    return _share(filled(cells).str.contains(r"^[A-Za-z]{0,3}[\-./ ]?\d[\d\-./]*$")) > _MOST


def filled(cells: pl.Series) -> pl.Series:
    """Return the cells that are not empty, tidy."""
    return cells.to_frame("text").select(folding.tidy(pl.col("text"))).to_series().drop_nulls()


def _take(found: dict[str, str], role: str, candidates: list[str]) -> None:
    left = [column for column in candidates if column not in found.values()]
    if left:
        found[role] = left[0]


def _take_names(found: dict[str, str], texts: list[str], full: dict[str, pl.Series]) -> None:
    """Take a column of whole names, or one of given names and its neighbour."""
    given = [c for c in texts if _share_of_given_names(full[c]) > 0.25]
    if not given:
        return
    if _share(full[given[0]].str.contains(r"\pL[ ,]+\pL")) > _MOST:
        found["full_name"] = given[0]
        return
    place = list(full).index(given[0])
    beside = [c for c in texts if abs(list(full).index(c) - place) == 1 and c not in given]
    if beside:
        found["first_name"] = given[0]
        found["last_name"] = max(beside, key=lambda c: full[c].n_unique())


def _share_of_given_names(cells: pl.Series) -> float:
    words = cells.str.split(" ").list.eval(pl.element().str.split("-").list.first()).explode()
    folded = [folding.fold(word) for word in words.drop_nulls().to_list()]
    return sum(word in _given_names() for word in folded) / cells.len()


@cache
def _given_names() -> frozenset[str]:
    """Return enough common given names to tell a column of them from one of family names."""
    text = Path(__file__).with_name("common_given_names.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def is_unique(cells: pl.Series) -> bool:
    """Return whether no value comes twice, as a row's own reference does not."""
    full = filled(cells)
    return full.n_unique() == full.len()


def says_status(cells: pl.Series, own: dict[str, str]) -> bool:
    """Return whether some cell holds a word that says what became of a payment."""
    full = filled(cells)
    return not full.len() or vocabulary.meaning(full.unique(), "status", own=own).count() > 0


def _is_days(cells: pl.Series) -> bool:
    # Eight digits or five can be a reference as well: they are days only where most marks say so.
    counted = _share(cells.str.contains(r"^\d+([.,]\d+)?$"))
    return _share_of_days(cells) > 0.9 and counted < _MOST


def _is_compact_days(cells: pl.Series) -> bool:
    # References of eight digits are hardly ever all days of the calendar.
    return cells.len() > 4 and _share(cells.str.contains(_DAY)) > 0.99


def _is_reference(cells: pl.Series) -> bool:
    return cells.str.len_chars().max() is not None and _share(
        cells.str.contains(r"^[\w\-./]{1,40}$")
    ) > 0.9 and _share(cells.str.contains(r"\d")) > _MOST  # fmt: skip


def _share_of_days(cells: pl.Series) -> float:
    read = dates.read(cells, dates.decide(cells))
    return read["day"].count() / cells.len()


def _share_of_amounts(cells: pl.Series) -> float:
    read = amounts.read(cells, amounts.decide(cells))
    return read["amount_minor"].count() / cells.len()


def _matches(cells: pl.Series, pattern: str) -> bool:
    return _share(cells.str.contains(pattern)) > _MOST


def _share(found: pl.Series) -> float:
    return float(found.fill_null(value=False).mean() or 0)  # type: ignore[arg-type]
