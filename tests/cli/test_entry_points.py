"""An application adds a command of its own, and the program speaks the language it is asked in."""

import re
import subprocess
import sys
from importlib import metadata

import pytest

from cli import running
from mecene import facts
from mecene.cli import main, options


class _Added:
    """An entry point as an application would declare it."""

    name = "greet"

    @staticmethod
    def load():
        def greet(who: str) -> None:
            """Say hello."""
            print(f"hello {who}")

        return greet


def test_an_application_adds_a_command(monkeypatch, capsys) -> None:
    asked = []
    monkeypatch.setattr(
        metadata, "entry_points", lambda *, group: asked.append(group) or [_Added()]
    )

    with pytest.raises(SystemExit):
        main.application(lang="en")(args=["greet", "you"])

    assert asked == ["mecene.commands"]
    assert capsys.readouterr().out == "hello you\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "spoken"),
    [
        (["analyse", "x.csv"], {}, "fr"),
        (["analyse", "x.csv"], {"LANG": "C.UTF-8"}, "fr"),
        (["analyse", "x.csv"], {"LANG": "en_GB.UTF-8"}, "en"),
        (["analyse", "x.csv"], {"LANG": "en_GB.UTF-8", "MECENE_LANG": "fr"}, "fr"),
        (["analyse", "x.csv", "--lang", "en"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["analyse", "x.csv", "--lang=en"], {}, "en"),
        (["analyse", "x.csv", "--lang", "de"], {}, "fr"),
    ],
)
def test_the_language_is_the_one_asked_for(arguments, environment, spoken) -> None:
    assert main.language(arguments, environment) == spoken


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_option_of_every_command_has_its_help(lang: str) -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in main.application(lang=lang).commands.items()
        for parameter in command.params
        if not parameter.help
    ]

    assert silent == []


def test_help_imports_nothing_heavy() -> None:
    asked = (
        "import sys; from mecene.cli import main; main.application(lang='fr'); "
        "print(sorted({'polars', 'duckdb', 'numpy', 'altair', 'rich', 'scipy'} & set(sys.modules)))"
    )

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_the_tables_a_file_may_be_are_those_of_the_facts() -> None:
    assert set(options.TABLES) == set(facts.TABLES)


@pytest.mark.parametrize("command", ["", *main.COMMANDS])
def test_a_french_help_has_no_english_word(command: str) -> None:
    ran = running.mecene(*command.split(), "--help", lang="fr")

    english = re.compile(
        r"usage|arguments|commands|show this|required|default|range|[<{]|FILE|FOLDER|COMMAND\b",
        re.IGNORECASE,
    )
    without_bounds = re.sub(r"\S*<=\S*", "", ran.out)
    assert "Emploi : mecene" in ran.out.replace("\u00a0", " ")
    assert english.findall(without_bounds) == []


def test_an_english_help_keeps_its_headings() -> None:
    ran = running.mecene("analyse", "--help", lang="en")

    for words in ("Usage: mecene analyse [OPTIONS] FILES...", "Arguments:", "[required]"):
        assert words in ran.out
