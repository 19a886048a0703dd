"""Reports of invented associations: one that was simulated, and small ones known by their rows."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mecene.engine import duck, store
from mecene.engine.store import FactStore
from mecene.report import analysis, document, folder, page
from mecene.report.analysis import Analysis
from mecene.report.intake import FileIntake, Intake
from mecene.report.question import Question
from mecene.segments.rules import Rules
from mecene.simulator import facts as fact_files
from mecene.simulator.recipe import Association

AS_OF = date(2026, 1, 1)
VOID = ("meta", "link", "br", "hr", "img", "input", "path", "line", "rect", "circle")
INTAKE = Intake(
    files=(
        FileIntake(
            "dons.csv",
            rows=1_000,
            facts=990,
            rejects=10,
            by_table={"gifts": 990},
            by_problem={"Le montant est vide.": 10},
            identical=3,
        ),
    ),
    persons=320,
    donors=300,
    merges=20,
    proposals=2,
    gaps={"no_email": 30, "no_phone": 120},
)


@dataclass(frozen=True)
class Reported:
    """A finished report: its folder, what was worked out, and its page."""

    folder: Path
    analysis: Analysis
    html: str

    def metrics(self) -> dict[str, Any]:
        return json.loads((self.folder / "metrics.json").read_text("utf-8"))


class Reading(HTMLParser):
    """What a browser would make of a page: its tags as they nest, its text, its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and data.strip():
            self.text.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> FactStore:
    """Return the facts of an association of 300 donors over four years."""
    spec = Association(donors=300, years=4, ends_on=AS_OF, seed=7)
    return FactStore(fact_files.write(spec, tmp_path_factory.mktemp("simulated")))


@pytest.fixture(scope="session")
def reported(
    simulated: FactStore, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Reported]:
    """Return a function from a language to the report of the simulated association."""

    @cache
    def run(lang: str) -> Reported:
        into = tmp_path_factory.mktemp(f"report-{lang}")
        found = analysis.analyse(Question(simulated, AS_OF, into / "work", lang))
        folder.write(found, INTAKE, into)
        return Reported(into, found, (into / "report.html").read_text("utf-8"))

    return run


@pytest.fixture
def analysed(tmp_path: Path) -> Callable[..., Analysis]:
    """Return a function that analyses gifts: (donor, day, minor units), or a currency too."""

    def run(
        gifts: Iterable[tuple[Any, ...]] = (),
        *,
        known: int = 0,
        as_of: str | None = None,
        lang: str = "fr",
        currency: str = "EUR",
        rules: Rules | None = None,
        **donor: Any,
    ) -> Analysis:
        rows = [
            {
                "gift_id": number,
                "donor_id": who,
                "given_on": date.fromisoformat(day),
                "amount_minor": minor,
                "currency": other[0] if other else currency,
                "kind": "one_off",
                "status": "received",
                "source_ref": f"g{number:06d}",
            }
            for number, (who, day, minor, *other) in enumerate(gifts, start=1)
        ]
        people = {row["donor_id"] for row in rows} | set(range(1, known + 1))
        donors = [{"donor_id": who, "kind": "person"} | donor for who in sorted(people - {None})]
        tables = {
            name: pl.DataFrame(held, infer_schema_length=None)
            for name, held in (("gifts", rows), ("donors", donors))
            if held
        }
        if "gifts" in tables:
            tables["gifts"] = tables["gifts"].cast({"donor_id": pl.Int64})
        facts = store.write_facts(tables, tmp_path / "facts")
        day = date.fromisoformat(as_of) if as_of else duck.next_day(facts) or AS_OF
        asked = {"rules": rules} if rules else {}
        return analysis.analyse(Question(facts, day, tmp_path / "work", lang, **asked))

    return run


@pytest.fixture
def rendered() -> Callable[..., str]:
    """Return a function from an analysis to its page."""

    def run(found: Analysis, intake: Intake = INTAKE) -> str:
        return page.render(document.document(found, intake), lang=found.lang)

    return run


@pytest.fixture(scope="session")
def intake() -> Intake:
    """Return what the reports say was read."""
    return INTAKE


@pytest.fixture(scope="session")
def read() -> Callable[[str], Reading]:
    """Return a function that reads a page as a browser would."""
    return Reading


# Before the processes are told which group each is of.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads a whole report waits for one to be made, in one process: the slow way in."""
    for item in items:
        if "reported" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("report"))
