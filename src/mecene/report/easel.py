"""Easel: where charts become drawings, while this process goes on with the rest.

Vega measures every word it writes, and holds the interpreter while it does: in a process of its
own (``vega.py``) it takes nobody's turn. Where none can be started, or it is lost, charts are
drawn here, to the same drawings.
"""

import atexit
import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from mecene.report import vega

Beside = subprocess.Popen[bytes]


def prepare() -> None:
    """Have all that charts need started, so that it is ready when the first chart is."""
    _turns().submit(_beside)
    # It takes half a second to import, and nothing before the first chart has a use for it.
    _turns().submit(import_module, "altair")


def begin(spec: str, **locales: Any) -> Future[str]:
    """Have a chart drawn as SVG; drawings are made in the order they are begun.

    Args:
        spec: Vega-Lite, as JSON.
        locales: ``format_locale`` and ``time_format_locale`` of vl_convert.

    Raises:
        ValueError: from the result, where the chart cannot be drawn.
    """
    return _turns().submit(_drawn, {"spec": spec, "locales": locales})


@cache
def _turns() -> ThreadPoolExecutor:
    """Return the one thread that speaks with the process beside."""
    return ThreadPoolExecutor(1, thread_name_prefix="easel")


@cache
def _beside() -> Beside | None:
    """Return the process beside; None where none can be started."""
    # A frozen program is its own interpreter: it would start itself.
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    script = str(Path(vega.__file__))
    try:
        started = subprocess.Popen(  # noqa: S603 -- this interpreter, a file of this package
            [sys.executable, "-P", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError:
        return None
    atexit.register(_put_away, started)
    return started


def _drawn(asked: dict[str, Any]) -> str:
    answer = _answer(_beside(), asked) or vega.answer(asked)
    if "svg" not in answer:
        raise ValueError(f"Vega cannot draw this chart: {answer['refusal']}")
    return answer["svg"]


def _answer(beside: Beside | None, asked: dict[str, Any]) -> dict[str, str] | None:
    """Return what the process beside answers, None where it is lost."""
    if beside is None or beside.poll() is not None:
        return None
    try:
        _pipe(beside.stdin).write(json.dumps(asked).encode() + b"\n")
        _pipe(beside.stdin).flush()
        answer: dict[str, str] = json.loads(_pipe(beside.stdout).readline())
    except (OSError, ValueError):
        beside.kill()
        return None
    return answer


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise OSError("the process beside was started without its pipes")
    return end


def _put_away(beside: Beside) -> None:
    with suppress(OSError):
        _pipe(beside.stdin).close()
    beside.wait()
