"""Pictures: what the platform looks like, taken from a served installation of invented donors.

``make pictures`` writes them to ``docs/pictures``. Debian's Chromium is used (``apt-get install
chromium``); with Pillow installed the files are eight-bit, and a third of the size.
"""

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
DONORS, SEED = 1_500, 1901
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
_SERVE = "import typer; from mecene_web.commands import serve; typer.run(serve)"
_START_SECONDS = 600
_PASSWORD = "un château de sable"  # noqa: S105 -- of an installation that lasts a minute


def main() -> None:
    """Make an association, serve it, look at its pages."""
    from playwright.sync_api import sync_playwright

    from mecene.cli import simulate

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("no Chromium on this machine: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mecene-pictures-") as folder:
        exports = Path(folder) / "exports"
        simulate.write(
            exports, donors=DONORS, years=8, seed=SEED, clean=False, names=True, lang="fr"
        )
        with _served(Path(folder) / "home", exports) as link, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
            context = browser.new_context(viewport=DESK, locale="fr", color_scheme="light",
                                          base_url=link.split("/accounts/")[0])  # fmt: skip
            page = context.new_page()
            page.set_default_timeout(300_000)
            _come_in(page, link)
            for name, go in PAGES.items():
                go(page, exports)
                _keep(page, name)
            browser.close()


def _come_in(page: Any, link: str) -> None:
    page.goto(link)
    page.locator("form button").click()
    told = {"email": "claire@example.org", "name": "Claire Morel",
            "password": _PASSWORD, "password_again": _PASSWORD}  # fmt: skip
    for name, value in told.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("form button").click()
    page.wait_for_url("**/")


def _today(page: Any, _exports: Path) -> None:
    page.goto("/")


def _figures(page: Any, _exports: Path) -> None:
    page.goto("/figures/")


def _donor(page: Any, _exports: Path) -> None:
    page.goto("/lists/major_donors/")
    if not page.locator("main a[href*='/donors/']").count():
        page.goto("/")
    page.locator("main a[href*='/donors/']").nth(1).click()


def _segment(page: Any, _exports: Path) -> None:
    page.goto("/segments/new/")
    page.locator("#name").fill("Fidèles qui n’ont pas encore donné cette année")
    page.locator("details:has(#condition)").evaluate("box => box.open = true")
    page.locator("#condition").fill("gifts_24m >= 2 and not (gifts_12m >= 1)")
    page.locator("#shown dl.mc-figures").wait_for()
    page.locator("details:has(#condition)").evaluate("box => box.open = false")


def _import(page: Any, exports: Path) -> None:
    page.goto("/imports/new/")
    page.locator("#files").set_input_files(_a_month_later(exports))
    page.locator("form[data-drop] button").click()
    page.locator("form[action$='/load/'] button").wait_for()


def _a_month_later(exports: Path) -> Path:
    """Return the gifts of December again, as January's; one of them cannot be read."""
    head, *rows = (exports / "gifts.csv").read_text(encoding="utf-8-sig").splitlines()
    told = [row.replace("D000-", "D001-").replace("/12/2025", "/01/2026")
            for row in rows if "/12/2025" in row]  # fmt: skip
    told[7] = told[7].replace(told[7].split(";")[2], "cinquante euros", 1)
    file = exports / "dons-janvier.csv"
    file.write_text("\n".join([head, *told]) + "\n", encoding="utf-8")
    return file


def _message(page: Any, _exports: Path) -> None:
    page.goto("/messages/new/")
    page.get_by_label("Nom").fill("Merci, et la suite du projet")
    page.get_by_label("Appels aux dons").check()
    page.get_by_role("button", name="Commencer").click()
    page.wait_for_url("**/write/")
    page.get_by_role("button", name="+ Impact").click()
    page.locator("#blocks fieldset strong", has_text="Impact").wait_for()
    page.get_by_role("button", name="Monter Impact").click()
    page.frame_locator("#preview").get_by_text("Grâce à vous").wait_for()
    page.evaluate("scrollTo(0, 0)")


def _journey(page: Any, _exports: Path) -> None:
    page.goto("/journeys/")
    page.locator("form[action*='/failed_debit'] button").click()
    page.wait_for_url(re.compile(r"/journeys/\d+/$"))
    page.get_by_role("heading", name="Les étapes").evaluate("told => told.scrollIntoView()")


def _duplicates(page: Any, _exports: Path) -> None:
    page.goto("/donors/duplicates/")


def _rights(page: Any, _exports: Path) -> None:
    page.goto("/rights/")
    page.locator("#asked_by").fill("Mme Hélène Barbier, 12 rue des Lilas, Nantes")
    page.locator("#donor").fill("12")
    page.locator("#asked_by").press("Enter")
    page.wait_for_url(re.compile(r"/rights/\d+/$"))
    page.goto("/rights/")


def _preferences(page: Any, _exports: Path) -> None:
    page.goto("/rights/donor/12/")
    link = page.locator("a[href*='/preferences/']").first.get_attribute("href")
    page.set_viewport_size(PHONE)
    page.goto(link)


# Picture → how to come to what it shows.
PAGES: dict[str, Callable[[Any, Path], None]] = {
    "today": _today,
    "figures": _figures,
    "donor": _donor,
    "segment": _segment,
    "import": _import,
    "duplicates": _duplicates,
    "message": _message,
    "journey": _journey,
    "rights": _rights,
    "preferences": _preferences,
}


def _keep(page: Any, name: str) -> None:
    page.wait_for_load_state("networkidle")
    shown = page.screenshot(animations="disabled")
    with suppress(ImportError):
        from PIL import Image

        small = io.BytesIO()
        Image.open(io.BytesIO(shown)).convert("RGB").quantize(256).save(small, "png", optimize=True)
        shown = small.getvalue()
    (PICTURES / f"{name}.png").write_bytes(shown)
    print(f"{PICTURES / name}.png: {len(shown) / 1000:.0f} kB")


@contextmanager
def _served(home: Path, exports: Path) -> Iterator[str]:
    """Serve an installation filled with the exports; yield the link of the first login."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
    said = home.with_name("said.log")
    with said.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- this interpreter, our own module
            [sys.executable, "-c", _SERVE, "--home", str(home), "--port", str(port),
             "--demo", str(exports)], stdout=log, stderr=log, env=os.environ | told,
        )  # fmt: skip
        try:
            until = time.monotonic() + _START_SECONDS
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit(said.read_text(encoding="utf-8"))
                time.sleep(0.2)
            words = said.read_text(encoding="utf-8").split()
            yield next(word for word in words if "/accounts/first/" in word)
        except BaseException:
            sys.stderr.write(said.read_text(encoding="utf-8"))
            raise
        finally:
            process.terminate()
            process.wait(timeout=30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
