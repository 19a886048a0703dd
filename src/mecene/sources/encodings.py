"""Encodings: which one a text file is in, decided on all its bytes, and its text as UTF-8.

A file that is UTF-8 throughout is UTF-8. One that mostly is (a few bad bytes among well-formed
accents) is UTF-8 too, and its bad lines will be rejected. Any other is in a one-byte encoding:
CP1252 (Windows), ISO-8859-15, or one of the old Mac and DOS ones that Excel still writes; the one
that turns the bytes inside words into the likeliest French wins, CP1252 where they tie.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mecene.sources import kinds, problems, raw

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ONE_BYTE = ("cp1252", "iso-8859-15", "mac-roman", "cp850")
# How often each is met in French, roughly: a byte that reads as « é » says more than one that
# reads as « Ù ».
_WEIGHTS = dict.fromkeys("âäëîïôöùûüÿœæñáíóúÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆÑ’€«»°", 1)
_WEIGHTS |= dict.fromkeys("èàçê", 2) | {"é": 4}
_SURVEYED_BYTES = 64 << 20
_BAD = re.compile("[\udc80-\udcff]")
_GOOD = re.compile("[^\x00-\x7f\udc80-\udcff]")
# A byte that is not ASCII, touching a letter or a digit, in what did not decode.
_IN_WORDS = re.compile(rb"(?<=[A-Za-z0-9 ])[\x80-\xff]|[\x80-\xff](?=[A-Za-z0-9 ])")


class UnknownEncoding(problems.Unreadable, LookupError):
    """The encoding asked for does not exist."""


@dataclass(frozen=True)
class Encoding:
    """A codec name as Python knows it, and whether the file starts with a byte-order mark."""

    name: str
    bom: bool = False
    old_mac_lines: bool = False  # lines end with a carriage return alone


def detect(open_chunks: Callable[[], Iterator[bytes]], *, head: bytes) -> Encoding:
    """Return the encoding of a file; reads it whole, once or twice, a chunk at a time.

    Args:
        open_chunks: Gives the file's chunks anew each time it is called.
        head: Its first bytes.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, True, _has_old_mac_lines(head, name))
    name = kinds.looks_like_utf_16(head[:4096]) or (
        "utf-8" if _is_utf_8(open_chunks()) else _best_guess(open_chunks())
    )
    return Encoding(name, False, _has_old_mac_lines(head, name))


def told(name: str, *, head: bytes, file: str) -> Encoding:
    """Return the encoding asked for; raise ``UnknownEncoding``."""
    try:
        known = codecs.lookup(name).name
        "é".encode(known)
    except UnicodeError:
        pass
    except (LookupError, ValueError, TypeError) as error:
        raise UnknownEncoding("unknown_encoding", file=file, encoding=name) from error
    if known in ("utf-8-sig", "ascii"):
        known = "utf-8"
    if known in ("utf-16", "utf-32"):
        known = next((n for mark, n in _BOMS if head.startswith(mark)), known + "-le")
    bom = any(head.startswith(mark) for mark, n in _BOMS if n == known)
    return Encoding(known, bom, _has_old_mac_lines(head, known))


def as_utf_8(chunks: Iterator[bytes], encoding: Encoding) -> Iterator[bytes]:
    """Yield the text as UTF-8, without mark, lines ended by a line feed.

    What could not be decoded stays as bytes that are no valid UTF-8, for the reader of lines to
    find and reject. ``raw.CutOff`` passes through, after all that could be read.
    """
    mark = next((m for m, n in _BOMS if n == encoding.name), b"") if encoding.bom else b""
    if encoding.name == "utf-8":
        texts = _without_mark(chunks, mark)
    else:
        texts = _recoded(_without_mark(chunks, mark), encoding.name)
    for text in texts:
        yield text.replace(b"\r", b"\n") if encoding.old_mac_lines else text


def _without_mark(chunks: Iterator[bytes], mark: bytes) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk.removeprefix(mark)
        mark = b""


def _recoded(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)(
        "replace" if name.startswith("utf") else "surrogateescape"
    )
    cut: raw.CutOff | None = None
    while True:
        try:
            chunk = next(chunks, b"")
        except raw.CutOff as error:
            chunk, cut = b"", error
        text = decoder.decode(chunk, not chunk).encode("utf-8", "surrogateescape")
        # U+FFFD says that something was lost; 0xFF is never valid UTF-8, so the line is rejected.
        yield text.replace(b"\xef\xbf\xbd", b"\xff")
        if not chunk:
            break
    if cut:
        raise cut


def _has_old_mac_lines(head: bytes, name: str) -> bool:
    text = head.replace(b"\x00", b"") if name.startswith("utf-") else head
    return b"\r" in text[:-1] and b"\n" not in text


def _is_utf_8(chunks: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for chunk in chunks:
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    except raw.CutOff:
        return True
    return not decoder.getstate()[0]


def _best_guess(chunks: Iterator[bytes]) -> str:
    bad = good = surveyed = 0
    in_words: Counter[bytes] = Counter()
    try:
        for chunk in chunks:
            if chunk.isascii():
                continue
            text = chunk.decode("utf-8", "surrogateescape")
            bad += len(_BAD.findall(text))
            good += len(_GOOD.findall(text))
            in_words.update(_IN_WORDS.findall(chunk))
            surveyed += len(chunk)
            if surveyed > _SURVEYED_BYTES:
                break
    except raw.CutOff:
        pass  # what could be read is evidence enough; reading the rows will tell of the cut
    # In a one-byte encoding almost no accent happens to be well-formed UTF-8.
    if good * 5 > bad:
        return "utf-8"
    return max(_ONE_BYTE, key=lambda name: _french(in_words, name))


def _french(in_words: Counter[bytes], name: str) -> int:
    return sum(
        count * _WEIGHTS.get(byte.decode(name, "replace"), 0) for byte, count in in_words.items()
    )
