"""A real browser on a real server: ``visitor("fundraiser")`` is a page where a member is signed in.

Debian's Chromium is looked for; nothing is downloaded. Every test here is slow, and skipped with
the reason where there is no browser.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PHONE, DESK = 390, 1280
# Where to put pictures of what was seen, for somebody to look at.
PICTURES = os.environ.get("MECENE_PICTURES")
# Playwright has a loop of its own in this thread; the tests still ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[Any]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser that runs for the whole session."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Any, live_server: Any, member: Any) -> Iterator[Callable[..., Any]]:
    """Open a page as a member of a role, or as a stranger: ``visitor("analyst", width=390)``.

    Whatever the browser complains of on its console fails the test: a refused script is a page
    that does not work.
    """
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    opened, complaints = [], []

    def open_as(
        role: str | None = None, *, width: int = DESK, lang: str = "fr", dark: bool = False
    ) -> Any:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale=lang,
            color_scheme="dark" if dark else "light",
        )
        opened.append(context)
        if role:
            client = Client()
            client.force_login(member(role))
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if _is_complaint(said) else None,
        )
        return page

    yield open_as
    for context in opened:
        context.close()
    assert complaints == []


def _is_complaint(said: Any) -> bool:
    # A page that answers 403 or 404 on purpose is no complaint.
    return said.type == "error" and "the server responded with a status of 4" not in said.text


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Fail where axe finds something serious on a page: ``accessible(page)``."""
    axe = pytest.importorskip("axe_playwright_python", reason="pip install axe-playwright-python")
    script = (Path(axe.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")

    def checked(page: Any) -> None:
        page.evaluate(script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [
            f"{v['id']} ({v['impact']}): {v['help']}: "
            + "; ".join(" ".join(map(str, node["target"])) for node in v["nodes"][:4])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == [], "\n".join(grave)

    return checked


@pytest.fixture
def seen(accessible: Any) -> Callable[[Any, str], None]:
    """Check a page: accessible, no wider than the screen; keep its picture if somebody looks."""

    def looked(page: Any, name: str) -> None:
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than the screen"
        accessible(page)

    return looked
