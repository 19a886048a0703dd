"""Databases of either engine, outside Django's own."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

import postgresql


@pytest.fixture(scope="session")
def server():
    with postgresql.server() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request):
    """The addresses of a database to save, and of an empty one to put it back into."""
    if request.param == "sqlite":
        return "", ""
    server = request.getfixturevalue("server")
    names = [f"{name}_{uuid4().hex[:8]}" for name in ("saved", "back")]
    for name in names:
        server.psql(f"create database {name};")
    base = server.get_uri()
    path = urlsplit(base).path
    return tuple(base.replace(f"{path}?", f"/{name}?", 1) for name in names)
