"""The platform's tests run in a home of their own: nothing of whoever runs them is touched."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

try:
    import django
except ImportError as lacking:
    raise pytest.UsageError(
        "The platform's tests need the platform: pip install -e '.[dev,web]' "
        "(make test does), or leave them out with --ignore=tests/web"
    ) from lacking

# Before any setting is read.
os.environ["MECENE_HOME"] = tempfile.mkdtemp(prefix="mecene-tests-")
os.environ["DJANGO_SETTINGS_MODULE"] = "mecene_web.settings"
django.setup()


def _at_home() -> None:
    """Give each process its own home: a plugin may have read the settings in its parent's."""
    from django.conf import settings

    from mecene_web import home

    settings.HOME = home.prepared()
    settings.SECRET_KEY = home.secret()
    settings.STATIC_ROOT = settings.HOME / "static"


_at_home()


def _in_a_file() -> None:
    """Have SQLite's test database in a file: threads and processes share it as they do live."""
    from django.db import connection

    if connection.vendor == "sqlite":
        told = connection.settings_dict
        told["TEST"]["NAME"] = os.path.join(os.environ["MECENE_HOME"], "test.sqlite3")
        # A test's database need not outlive the machine.
        unsure = told["OPTIONS"]["init_command"].replace("synchronous = full", "synchronous = off")
        told["OPTIONS"]["init_command"] = unsure


_in_a_file()


def _quickly() -> None:
    """Have nothing slow for the sake of being slow, nor works where a test cannot see them."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MECENE_HEAVY = set()


_quickly()


# What a test asks for when it asks the database.
_ASKING = {"db", "transactional_db", "live_server", "base"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, run what asks the database and was not said to be asked once."""
    if "DATABASE_URL" not in os.environ:
        return
    asking = [
        item
        for item in items
        if not item.get_closest_marker("once")
        and (
            item.get_closest_marker("django_db") or _ASKING & set(getattr(item, "fixturenames", ()))
        )
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in asking])
    items[:] = asking


@pytest.fixture(autouse=True)
def in_the_usual_language() -> None:
    """The language of the last page that another test asked for is nobody's here."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def emptied_between_tests() -> Iterator[None]:
    """A database is emptied after a test of whole transactions; its ledgers too."""
    from django.db import connection
    from django.db.backends.base.operations import BaseDatabaseOperations

    from mecene_web.audit import append_only
    from mecene_web.consent import ledger

    whole = BaseDatabaseOperations.execute_sql_flush

    def emptied(self: Any, statements: Any) -> None:
        for statement in (*append_only.DROP[connection.vendor], *ledger.DROP[connection.vendor]):
            connection.cursor().execute(statement)
        whole(self, _lightly(statements) if connection.vendor == "postgresql" else statements)
        for statement in (
            *append_only.CREATE[connection.vendor], *ledger.CREATE[connection.vendor],
        ):  # fmt: skip
            connection.cursor().execute(statement)

    BaseDatabaseOperations.execute_sql_flush = emptied
    yield
    BaseDatabaseOperations.execute_sql_flush = whole


def _lightly(statements: list[str]) -> list[str]:
    """Return what empties the same tables: to truncate remakes each file of each, for some rows."""
    tables = re.findall(r'"(\w+)"', " ".join(statements))
    return ["; ".join(f'delete from "{table}"' for table in tables)]


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
