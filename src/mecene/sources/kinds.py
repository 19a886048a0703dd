"""Kinds: what a file is, by its first bytes, whatever its name says."""

import re

from mecene.sources import problems

_UTF_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

# First bytes → the problem that says what the file is. Longest first where one starts another.
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "old_excel"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"BZh", "archive"),
    (b"SQLite format 3\x00", "database"),
    (b"\x00\x01\x00\x00Standard", "database"),
    (b"{\\rtf", "document"),
    (b"%!PS", "document"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RDX2", "r_data"),
    (b"RDX3", "r_data"),
)
_MARKUP = (
    (re.compile(rb"\s*(?:<!doctype html|<html|<table|<head|<body)", re.I), "web_page"),
    (re.compile(rb"\s*<\?xml", re.I), "xml"),
    (re.compile(rb"\s*(?:\{\s*\"|\[\s*[\[{])"), "json"),
)
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x00")) + b"\x7f"
_MOST_CONTROL = 0.02


class NotATable(problems.Unreadable):
    """A file is something else than CSV, XLSX or Parquet; its code says what."""


class Encrypted(NotATable):
    """A workbook is protected by a password."""


def of(head: bytes, *, file: str) -> str:
    """Return ``csv``, ``xlsx`` (any zip, not yet opened), ``parquet`` or ``gzip``.

    Args:
        head: The first bytes, some tens of thousands.
        file: Its name, for messages.

    Raises:
        NotATable: The file is something that cannot be read as a table.
    """
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if _ENCRYPTED_PACKAGE in head and head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Encrypted("encrypted", file=file)
    _refuse_what_is_known(head, file=file)
    if not head.startswith(_UTF_BOMS[1:]) and _is_binary(head):
        raise NotATable("binary", file=file)
    return "csv"


def looks_like_utf_16(head: bytes) -> str | None:
    """Return ``utf-16-le`` or ``utf-16-be`` where every other byte is NUL; no mark needed."""
    pairs = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if pairs < 8 or max(even, odd) < 0.7 * pairs or min(even, odd) > 0.02 * pairs:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _refuse_what_is_known(head: bytes, *, file: str) -> None:
    for magic, code in _MAGIC:
        if head.startswith(magic):
            raise NotATable(code, file=file)
    if head[257:262] == b"ustar":
        raise NotATable("archive", file=file)
    text = head.removeprefix(_UTF_BOMS[0])
    for pattern, code in _MARKUP:
        if pattern.match(text):
            raise NotATable(code, file=file)


def _is_binary(head: bytes) -> bool:
    """Tell whether control characters, or NULs not laid out as UTF-16, are too many for text."""
    if not head or looks_like_utf_16(head):
        return False
    control = len(head) - len(head.translate(None, _CONTROL))
    return control > _MOST_CONTROL * len(head) or head.count(0) > 0.2 * len(head)
