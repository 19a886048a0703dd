"""The platform's tests run in a home of their own: nothing of whoever runs them is touched."""

import os
import tempfile
from collections.abc import Iterator
from typing import Any

import django
import pytest

# Before any setting is read.
os.environ["MECENE_HOME"] = tempfile.mkdtemp(prefix="mecene-tests-")
os.environ["DJANGO_SETTINGS_MODULE"] = "mecene_web.settings"
django.setup()


@pytest.fixture
def works(settings: Any) -> Iterator[Any]:
    """Works of a test's own, by name: ``works(name=function)``."""

    def told(**functions: Any) -> None:
        settings.MECENE_WORKS = {
            name: f"{function.__module__}.{function.__qualname__}"
            for name, function in functions.items()
        }

    return told
