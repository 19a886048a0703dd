"""Pages are served from a process that was started anew, not copied."""

import multiprocessing
from collections.abc import Iterator
from typing import Any

import pytest

from mecene_web import serving


@pytest.fixture
def as_before() -> Iterator[None]:
    method = multiprocessing.get_start_method()
    yield
    multiprocessing.set_start_method(method, force=True)


@pytest.mark.usefixtures("as_before")
def test_who_serves_pages_has_no_locks_of_whoever_loaded_the_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a server that only says how its processes would be started
    started: list[str] = []

    class Server:
        def __init__(self, *_arguments: Any, **_told: Any) -> None:
            started.append(multiprocessing.get_start_method())

        def serve(self) -> None:
            pass

    monkeypatch.setattr("granian.server.Server", Server)
    multiprocessing.set_start_method("fork", force=True)

    serving.pages(host="127.0.0.1", port=8799)

    # a forked process would hold Polars' locks without the threads that let go of them
    assert started == ["spawn"]
