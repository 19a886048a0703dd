"""Raw: the bytes of a file, plain or gunzipped, a chunk at a time."""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from mecene.sources import problems

CHUNK_BYTES = 1 << 20
GZIP = b"\x1f\x8b"
# A text export shrinks 5 to 50 times; gzip cannot go past 1,032.
_MOST_TIMES_LARGER = 200
_LARGE_BYTES = 1 << 30


class Unreachable(problems.Unreadable, OSError):
    """A file is not there, is a folder, or may not be read."""


class CompressionBomb(problems.Unreadable):
    """A small compressed file unfolds into an absurdly large one."""


class CutOff(EOFError):
    """A compressed file stops before its end, or is damaged from here on."""


def fingerprint(path: Path) -> tuple[str, int, bytes]:
    """Return the SHA-256 of a file (hex), its size in bytes, and its first 64 KiB.

    Raises:
        Unreachable: The file is not there, is a folder, or may not be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return digest, file.tell(), head
    except FileNotFoundError as error:
        raise Unreachable("no_such_file", file=path.name) from error
    except IsADirectoryError as error:
        raise Unreachable("a_folder", file=path.name) from error
    except (OSError, ValueError) as error:
        raise Unreachable("may_not_be_read", file=path.name, why=_why(error)) from error


def chunks(path: Path, *, compressed: bool) -> Iterator[bytes]:
    """Yield a file's bytes, gunzipped if need be; none is empty.

    Raises:
        CutOff: After the last good chunk, where a compressed file breaks off.
        CompressionBomb: The file grows more than 200 times, past 1 GiB.
        Unreachable: The file may no longer be read.
    """
    stored = _stored(path)
    return _gunzipped(stored, name=path.name) if compressed else stored


def first_bytes(path: Path, *, compressed: bool) -> bytes:
    """Return the first bytes of a file's text, at most one chunk; none if it is cut off there."""
    try:
        return next(chunks(path, compressed=compressed), b"")[: 1 << 16]
    except CutOff:
        return b""


def _why(error: OSError | ValueError) -> dict[str, str]:
    """Return language → why the machine does not open a file."""
    # The machine's own words are in English, or in nobody's language.
    if isinstance(error, PermissionError):
        return {"fr": "accès refusé", "en": "access denied"}
    code = getattr(error, "errno", None)
    return {"fr": f"erreur n° {code} du système" if code else "nom impossible", "en": str(error)}


def _stored(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise Unreachable("may_not_be_read", file=path.name, why=_why(error)) from error


def _gunzipped(stored: Iterator[bytes], *, name: str) -> Iterator[bytes]:
    # Not the gzip module: what it had read when it meets a broken end, it does not give.
    inflater = zlib.decompressobj(wbits=31)
    taken = given = 0
    for chunk in stored:
        taken += len(chunk)
        while chunk:
            if inflater.eof:
                chunk = chunk.lstrip(b"\x00")  # padding after the last member, as on tapes
                if not chunk:
                    break
                inflater = zlib.decompressobj(wbits=31)
            text, chunk = _inflated(inflater, chunk)
            given += len(text)
            if given > _LARGE_BYTES and given > taken * _MOST_TIMES_LARGER:
                raise CompressionBomb("compression_bomb", file=name, times=given // taken)
            if text:
                yield text
    while not inflater.eof and (text := _inflated(inflater, b"")[0]):
        yield text
    if not inflater.eof:
        raise CutOff


def _inflated(inflater: "zlib._Decompress", chunk: bytes) -> tuple[bytes, bytes]:
    try:
        text = inflater.decompress(chunk, CHUNK_BYTES)
    except zlib.error as error:
        raise CutOff from error
    return text, inflater.unconsumed_tail or inflater.unused_data
