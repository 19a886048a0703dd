"""The platform's tests run in a home of their own: nothing of whoever runs them is touched."""

import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import django
import pytest

# Before any setting is read.
os.environ["MECENE_HOME"] = tempfile.mkdtemp(prefix="mecene-tests-")
os.environ["DJANGO_SETTINGS_MODULE"] = "mecene_web.settings"
django.setup()


def _emptied_whatever_refuses(connection: Any) -> None:
    """Let the tables be emptied between tests: ledgers refuse it from anybody else."""
    flush = connection.ops.sql_flush

    def sql_flush(*args: Any, **told: Any) -> list[str]:
        lines = flush(*args, **told)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("select name, sql from sqlite_master where type = 'trigger'")
                triggers = cursor.fetchall()
            off = [f'drop trigger "{name}"' for name, _ in triggers]
            return [*off, *lines, *(sql for _, sql in triggers)]
        return ["set session_replication_role = replica", *lines,
                "set session_replication_role = origin"]  # fmt: skip

    connection.ops.sql_flush = sql_flush


@pytest.fixture(scope="session", autouse=True)
def _emptying() -> None:
    from django.db import connection

    _emptied_whatever_refuses(connection)


@pytest.fixture
def works(settings: Any) -> Iterator[Any]:
    """Works of a test's own, by name: ``works(name=function)``."""

    def told(**functions: Any) -> None:
        settings.MECENE_WORKS = {
            name: f"{function.__module__}.{function.__qualname__}"
            for name, function in functions.items()
        }

    return told


@pytest.fixture
def member(db: None) -> Callable[[str], Any]:
    """A member of the association of a role: ``member("fundraiser")``."""
    from mecene_web.accounts.models import Staff

    def made(role: str) -> Staff:
        address = f"{role}@example.org"
        told = {"role": role, "is_superuser": role == "administrator"}
        return Staff.objects.filter(email=address).first() or Staff.objects.create_user(
            address, "correct horse battery", **told
        )

    return made


@pytest.fixture
def browser(member: Callable[[str], Any]) -> Callable[..., Any]:
    """A browser in which a member is signed in, or a stranger's: ``browser("analyst")``."""
    from django.test import Client

    def opened(role: str | None = None, *, lang: str = "fr") -> Client:
        client = Client(headers={"accept-language": lang})
        if role:
            client.force_login(member(role))
        return client

    return opened
