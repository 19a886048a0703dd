"""Delimiters: which character separates the cells of a text file."""

from collections import Counter
from itertools import islice

from mecene.sources import records

# In order of preference where two serve as well: a decimal comma makes a comma look regular in a
# file separated by semicolons; the contrary is rare.
_CANDIDATES = ("\t", ";", "|", ",")
_BLANKS = " "
_RECORDS = 300
_LEAST_SHARE = 0.6


def find(text: str, *, final: bool) -> str | None:
    """Return the delimiter of a text from its first lines; None where it has one column.

    A space stands for any run of blanks. The one that cuts the most records, header included,
    into the same number of cells is taken.

    Args:
        text: The first lines of the file.
        final: Whether that is all of it.
    """
    scores = {delimiter: _score(text, delimiter, final) for delimiter in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda delimiter: round(scores[delimiter], 2))
    if scores[best] > 0:
        return best
    return _BLANKS if _is_blank_separated(text, final) else _of_the_header(text)


def _of_the_header(text: str) -> str | None:
    """Return what cuts the first line into three cells or more: stray quotes hide the others."""
    first = text.lstrip("\ufeff\n").partition("\n")[0]
    best = max(_CANDIDATES, key=first.count)
    return best if first.count(best) > 1 and '"' in text else None


def _score(text: str, delimiter: str, final: bool) -> float:
    found = records.read(text, delimiter=delimiter, width=None, final=final)
    filled = (record.cells for record in found if not record.is_blank)
    cells = list(islice(filled, _RECORDS))
    # Rows may end with empty cells that the header lacks, or lack those that it has.
    as_written = [len(row) for row in cells]
    trimmed = [len("\0".join(row).rstrip("\0 ").split("\0")) for row in cells]
    return max(_regularity(as_written), _regularity(trimmed))


def _regularity(widths: list[int]) -> float:
    """Return the share of records as wide as most, two cells or more; more if the first is."""
    several = Counter(width for width in widths if width > 1)
    if not several:
        return 0.0
    width, times = max(several.items(), key=lambda item: (item[1], item[0]))
    share = times / len(widths)
    return share + 0.25 * (widths[0] == width) if share >= _LEAST_SHARE else 0.0


def _is_blank_separated(text: str, final: bool) -> bool:
    """Tell whether every line has the same three or more words, most of them with digits."""
    whole = text.split("\n") if final else text.split("\n")[:-1]
    lines = [line.split() for line in whole[:_RECORDS] if line.strip()]
    widths = {len(line) for line in lines[1:]}
    words = [word for line in lines for word in line]
    with_digits = sum(any(c.isdigit() for c in word) for word in words)
    return len(lines) > 2 and len(widths) == 1 and max(widths) > 2 and with_digits * 2 > len(words)
