"""What holds for every test."""

import pytest
from hypothesis import settings

# A law is about what is found, not about how long a busy machine takes to find it.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


# Before the processes are told which group each is of.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes once is made once: the tests that ask for it share a process."""
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        if any(found[-1].scope == "module" for found in known.values()):
            module = item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(module))


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_name_groups(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make groups heard: xdist 3.8 writes them where pytest 9.2 no longer reads a test's name."""
    if not config.getoption("loadgroup", False):
        return
    from _pytest.nodeid import coerce_node_id

    for item in items:
        told = getattr(item, "_nodeid", None)
        if told and told != item.nodeid:
            item._id = coerce_node_id(told)
