"""What holds for every test."""

import pytest
from hypothesis import settings

# A law is about what is found, not about how long a busy machine takes to find it.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes once is made once: the tests that ask for it share a process."""
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        if any(found[-1].scope == "module" for found in known.values()):
            module = item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(module))
