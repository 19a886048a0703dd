"""The page runs, and says what the code says."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from mecene.uplift import estimate, experiment, groups, randomness

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "uplift.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_example_runs_and_says_whom_to_write_to():
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
    said = StringIO()

    with redirect_stdout(said):
        exec(compile(code, str(PAGE), "exec"), {})

    assert said.getvalue().startswith("Visez")
    assert "persuadables" in TEXT


def test_its_figures_are_those_of_the_code():
    assert f"{experiment.LEAST_CONTACTS:,} people" in TEXT
    assert f"an arm under {experiment.LEAST_IN_AN_ARM}" in TEXT
    assert f"under {experiment.LEAST_OUTCOMES} of an arm" in TEXT
    assert f"p < {randomness.LEAST_P}" in TEXT
    assert f"widened by {estimate.OUT_OF_FOLD}" in TEXT
    titles = [groups.title(name, lang="fr").replace("’", "'") for name in groups.NAMES]
    assert all(f"| {title} |" in TEXT for title in titles)


def test_the_how_to_names_options_that_exist():
    from mecene.cli import main

    page = (PAGE.parents[1] / "how-to" / "aim-a-send.md").read_text(encoding="utf-8")
    command = main.application(lang="en", added=()).commands["uplift"]
    known = {option for parameter in command.params for option in parameter.opts}

    assert set(re.findall(r"(--[a-z]+)\b", page)) - {"--lang"} <= known
