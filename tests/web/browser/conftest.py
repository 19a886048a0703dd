"""A real browser on a real server: ``visitor("fundraiser")`` is a page where a member is signed in.

Debian's Chromium is looked for; nothing is downloaded. Every test here is slow, and skipped with
the reason where there is no browser.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
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


_SERVE = "import typer; from mecene_web.commands import serve; typer.run(serve)"


@dataclass
class House:
    """An installation that is served as everybody serves theirs, in processes of its own."""

    home: Path
    url: str
    first_login: str = ""
    _chromium: Any = None
    complaints: list[str] = field(default_factory=list)

    def visitor(self, *, width: int = DESK, lang: str = "fr", **more: Any) -> Any:
        """Open a page in a browser of its own; what its console complains of is kept."""
        context = self._chromium.new_context(
            base_url=self.url, viewport={"width": width, "height": 900}, locale=lang,
            accept_downloads=True, **more,
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self.complaints.append(f"{page.url}: {said.text}")
                if _is_complaint(said) else None)  # fmt: skip
        return page


@pytest.fixture(scope="session")
def served(chromium: Any) -> Callable[..., Any]:
    """Serve an installation while a block lasts: ``with served(home, "--demo", folder)``."""
    return lambda home, *told: _served(home, chromium, *told)


@contextmanager
def _served(home: Path, chromium: Any, *told: str) -> Iterator[House]:
    """Serve an installation until the block ends; all of its processes end with it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    source = str(Path(__file__).parents[3] / "src")
    surroundings = {name: value for name, value in os.environ.items() if name != "MECENE_HOME"}
    surroundings |= {"PYTHONPATH": source, "DJANGO_SETTINGS_MODULE": "mecene_web.settings"}
    said = home.with_name(f"{home.name}.log")
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "--home", str(home), "--port", str(port), *told],
            stdout=log, stderr=log, env=surroundings,
        )  # fmt: skip
        house = House(home, f"http://localhost:{port}", _chromium=chromium)
        try:
            _answers(port, process, said)
            lines = said.read_text(encoding="utf-8").split()
            house.first_login = next((one for one in lines if "/accounts/first/" in one), "")
            yield house
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            process.kill()


def _answers(port: int, process: Any, said: Path) -> None:
    for _ in range(6_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"it does not serve: {said.read_text(encoding='utf-8')[-2_000:]}")


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


@pytest.fixture(scope="session")
def looked() -> Callable[[Any, str], list[str]]:
    """Look at a page: what axe finds serious on it, and whether it is wider than the screen.

    Its picture is kept if somebody asked for them.
    """
    axe = pytest.importorskip("axe_playwright_python", reason="pip install axe-playwright-python")
    script = (Path(axe.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")

    def found(page: Any, name: str) -> list[str]:
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
        page.evaluate(script)
        violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        wrong = [
            f"{name}: {v['id']} ({v['impact']}): {v['help']}: "
            + "; ".join(" ".join(map(str, node["target"])) for node in v["nodes"][:4])
            for v in violations
            if v["impact"] in ("serious", "critical")
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return wrong + ([f"{name} is {wide} px wider than the screen"] if wide > 0 else [])

    return found


@pytest.fixture
def seen(looked: Any) -> Callable[[Any, str], None]:
    """Fail where something is wrong with a page: ``seen(page, "its name")``."""

    def checked(page: Any, name: str) -> None:
        assert looked(page, name) == []

    return checked
