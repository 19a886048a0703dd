"""Charts are drawn beside as they would be here, and every chart is one that Vega knows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from altair.vegalite.v6.schema import core

from mecene.report import document, easel, vega

pytestmark = pytest.mark.xdist_group("report")
BARS: dict[str, Any] = {
    "data": {"values": [{"who": "Élise", "gifts": 3}, {"who": "Ana", "gifts": 1}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "gifts", "type": "quantitative"},
        "y": {"field": "who", "type": "nominal"},
    },
}
FRENCH: dict[str, Any] = {"time_format_locale": "fr-FR"}


@pytest.fixture
def beside() -> Iterator[easel.Beside]:
    """Yield the process beside, and have another started for whoever comes next."""
    found = easel._beside()
    assert found is not None
    yield found
    if found.poll() is not None:
        easel._beside.cache_clear()


def drawn_here() -> str:
    return vega.answer({"spec": json.dumps(BARS), "locales": FRENCH})["svg"]


def test_a_drawing_made_beside_is_the_one_made_here(beside: easel.Beside) -> None:
    svg = easel.begin(json.dumps(BARS), **FRENCH).result()

    assert beside.poll() is None
    assert "Élise" in svg
    assert svg == drawn_here()


def test_a_chart_that_cannot_be_drawn_says_so_and_the_next_is_drawn(beside: easel.Beside) -> None:
    wrong = easel.begin(json.dumps({"mark": "unheard of"}), **FRENCH)
    right = easel.begin(json.dumps(BARS), **FRENCH)

    with pytest.raises(ValueError, match="cannot draw"):
        wrong.result()
    assert beside.poll() is None
    assert right.result() == drawn_here()


def test_a_chart_is_drawn_here_when_the_process_beside_is_lost(beside: easel.Beside) -> None:
    beside.kill()
    beside.wait()

    assert easel.begin(json.dumps(BARS), **FRENCH).result() == drawn_here()


def test_a_drawing_reads_no_file(tmp_path: Path) -> None:
    held = tmp_path / "gifts.json"
    held.write_text(json.dumps(BARS["data"]["values"]), encoding="utf-8")

    svg = easel.begin(json.dumps(BARS | {"data": {"url": held.as_uri()}}), **FRENCH).result()

    assert "Élise" not in svg


@pytest.mark.slow
def of_its_kind(spec: dict[str, Any]) -> Any:
    """Return what the schema says of such a chart; asked of each kind in turn, it takes minutes."""
    kinds = {name: getattr(core, f"TopLevel{name}Spec") for name in ("Layer", "HConcat", "VConcat")}
    return next(
        (kind for name, kind in kinds.items() if name.lower() in spec), core.TopLevelUnitSpec
    )


def test_every_chart_of_the_report_is_one_that_vega_knows(
    reported: Any, intake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def keep(spec: str, **_: Any) -> Any:
        chart = json.loads(spec)
        # The rows of a chart are free in the schema, and hundreds of them take long to say so.
        chart["datasets"] = {name: rows[:2] for name, rows in chart["datasets"].items()}
        seen.append(chart)

    analysis = reported("fr").analysis
    monkeypatch.setattr(easel, "begin", keep)

    document.document(analysis, intake)

    assert len(seen) > 2 * 8
    for spec in seen:
        of_its_kind(spec).validate(spec)
    with pytest.raises(jsonschema.ValidationError):
        of_its_kind(seen[0]).validate(seen[0] | {"width": "wide"})
