"""Serving: everything an installation runs, started by one command and stopped by one Ctrl-C.

The pages are granian's; the works in the background have a process of their own, started again
if it dies. The process that keeps both knows nothing of Django: it holds a tenth of the memory.
"""

import multiprocessing
import os
import socket
import subprocess
import sys
import threading
from typing import NoReturn

from mecene_web import database, home

WORKER = """
from mecene_web import opening
opening.ready()
from mecene_web.tasks import worker
worker.work()
"""
_KEEPER = """
import sys
from mecene_web import serving
serving.keep(host=sys.argv[1], port=int(sys.argv[2]))
"""
STATIC = "static"
_AGAIN_SECONDS = 2.0


class Worker:
    """The process that works in the background, started again whenever it ends by itself."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        """Start it, and keep it."""
        self._watch.start()

    def stop(self) -> None:
        """End it; what it was doing is taken up by the next one."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._watch.join(timeout=15)

    def _keep(self) -> None:
        while not self._over.is_set():
            self._process = subprocess.Popen(  # noqa: S603 -- this interpreter, our own module
                [sys.executable, "-c", WORKER], env=_surroundings()
            )
            self._process.wait()
            self._over.wait(_AGAIN_SECONDS)


def _surroundings() -> dict[str, str]:
    waits = {database.WAITS: str(database.WORKER_WAITS_SECONDS)}
    return os.environ | waits | {home.VARIABLE: str(home.folder())}


def is_taken(*, host: str, port: int) -> bool:
    """Return whether somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def serve(*, host: str, port: int) -> NoReturn:
    """Serve pages until Ctrl-C; this process becomes the one that does, and forgets all else."""
    sys.stdout.flush()
    sys.stderr.flush()
    told = [sys.executable, "-c", _KEEPER, host, str(port)]
    os.execve(sys.executable, told, os.environ | {home.VARIABLE: str(home.folder())})  # noqa: S606 -- this interpreter, our own module


def keep(*, host: str, port: int) -> None:
    """Serve pages until Ctrl-C; the worker ends with them."""
    worker = Worker()
    worker.start()
    try:
        pages(host=host, port=port)
    finally:
        worker.stop()


def pages(*, host: str, port: int) -> None:
    """Serve pages alone, until Ctrl-C."""
    # A copy of this process would have its locks and connections, not the threads that hold them:
    # after a demo was loaded here, the first condition it evaluated would wait for ever.
    multiprocessing.set_start_method("spawn", force=True)
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "mecene_web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_access=False,
        static_path_route=["/static"],
        static_path_mount=[home.folder() / STATIC],
    ).serve()
