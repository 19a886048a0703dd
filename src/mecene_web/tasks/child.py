"""Child: a work done by a process of its own, which gives its memory back when it ends.

The worker keeps the lease, and waits; the child says through the database how far it has come,
and through a file how it ended. When the worker dies, so does the child: another will begin anew.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.module_loading import import_string

from mecene_web.tasks.report import Cancelled, Report

log = logging.getLogger("mecene.tasks")
_PROGRAM = """
import sys
from mecene_web import opening
opening.ready()
from mecene_web.tasks import child
child.do(*sys.argv[1:])
"""


class Died(RuntimeError):
    """The process of a work ended without saying how."""


@dataclass(frozen=True)
class End:
    """How a work ended: ``done``, ``cancelled``, ``failed``, or ``refused`` for good."""

    state: str
    result: Mapping[str, Any]
    problem: str = ""


def run(function: str, *, work_id: int, subject_id: int) -> End:
    """Have a function do a work in a process of its own; return how it ended.

    Raises:
        Died: it was killed, for want of memory perhaps.
    """
    with TemporaryDirectory(prefix="mecene-work-") as scratch:
        said = Path(scratch) / "end.json"
        told = [function, str(work_id), str(subject_id), str(said)]
        child = subprocess.Popen(  # noqa: S603 -- this interpreter, our own module
            [sys.executable, "-c", _PROGRAM, *told], stdin=subprocess.PIPE, env=_surroundings()
        )
        try:
            code = child.wait()
        finally:
            child.kill()
            child.wait()
            child.stdin.close()  # type: ignore[union-attr]
        if not said.exists():
            raise Died(f"its process ended with {code}, without a word; was there enough memory?")
        return End(**json.loads(said.read_text(encoding="utf-8")))


def do(function: str, work_id: str, subject_id: str, said: str) -> None:
    """Do the work, in the child; write down how it ended, whole or not at all."""
    threading.Thread(target=_die_with_the_worker, name="worker-watch", daemon=True).start()
    part = Path(f"{said}.part")
    end = ended(function, int(work_id), int(subject_id))
    part.write_text(json.dumps(asdict(end), cls=DjangoJSONEncoder), encoding="utf-8")
    part.rename(said)


def ended(function: str, work_id: int, subject_id: int) -> End:
    """Do a work in this very process; return how it ended."""
    try:
        result = import_string(function)(subject_id, Report(work_id))
    except Cancelled:
        return End("cancelled", {})
    except Exception as wrong:  # whatever it is, who waits must hear of it
        log.exception("work %s failed in %s", work_id, function)
        state = "refused" if isinstance(wrong, ValueError) else "failed"
        return End(state, {}, f"{type(wrong).__name__}: {wrong}")
    return End("done", result or {})


def _die_with_the_worker() -> None:
    """End as soon as the other end of our input is gone: the worker was killed."""
    # Not through ``sys.stdin``: its lock, held here, would abort an interpreter that shuts down.
    while os.read(0, 4096):
        pass
    os._exit(1)


def _surroundings() -> dict[str, str]:
    told = {"MECENE_HOME": str(settings.HOME)}
    return os.environ | told | {"MECENE_DATABASE_NAME": str(connection.settings_dict["NAME"])}
