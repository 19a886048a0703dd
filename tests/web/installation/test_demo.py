"""The demo association is loaded and scored once, by the command that serves it."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from mecene.cli import simulate
from mecene_web import commands
from mecene_web.donors.models import Donor
from mecene_web.imports.models import Import
from mecene_web.organisation.models import Organisation
from mecene_web.scores.models import Standing
from mecene_web.tasks.models import Work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def served(*arguments: Any) -> Any:
    program = typer.Typer()
    program.command()(commands.serve)
    return CliRunner().invoke(program, list(map(str, arguments)))


def test_an_invented_association_is_loaded_scored_and_opened_once(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    simulate.write(exports, donors=200, years=4, seed=5, clean=False, names=True, lang="fr")

    first = served("--demo", exports, "--once", "--port", 8799)
    again = served("--demo", exports, "--once", "--port", 8799)

    assert first.exit_code == again.exit_code == 0, first.output
    report = re.search(r"(/\S+report\.html)", first.output)
    assert report
    assert Path(report[1]).exists()
    assert "/accounts/first/" in first.output
    assert Import.objects.count() == 1
    assert Standing.objects.count() > 100
    assert Donor.objects.count() >= Standing.objects.count()
    assert Organisation.objects.get().shown_as_of is not None
    # Its figures are there: whoever works in the background need not begin anew.
    nights = Work.objects.filter(kind="scores.nightly")
    assert {night.state for night in nights} == {"done"}


def test_a_folder_without_exports_is_refused_in_words(tmp_path: Path) -> None:
    answer = served("--demo", tmp_path, "--once", "--port", 8799)

    assert answer.exit_code == 1
    assert "mecene simulate" in answer.output
