"""Build: the reference pages that are read off the code, so that they cannot say otherwise.

``make docs`` writes them; ``tests/test_docs.py`` fails when one is out of date.
"""

import ast
import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
REFERENCE = ROOT / "docs" / "reference"


def modules_page() -> str:
    """Return the page that says, for every module, the question it answers."""
    lines = [
        "# Modules",
        "",
        "Every module and the question it answers, read off its first sentence (`make docs`).",
        "",
        "| Module | Answers |",
        "| --- | --- |",
    ]
    for path in sorted((SOURCE / "mecene").rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        lines.append(f"| `{name}` | {_first_sentence(path)} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Return the page that holds the help of every command, in both languages."""
    from mecene.cli import main

    parts = ["# Commands", "", "What `mecene --help` says, read off the program (`make docs`).", ""]
    for lang, heading in (("en", "English"), ("fr", "Français")):
        parts += [f"## {heading}", ""]
        application = main.application(lang=lang, added=_added())
        for arguments in ([], *([name] for name in application.commands)):
            lines = _help(application, arguments)
            title = " ".join(["mecene", *arguments, "--help"])
            parts += [f"### `{title}`", "", "```text", *lines, "```", ""]
    return "\n".join(parts).rstrip() + "\n"


def _added() -> list[metadata.EntryPoint]:
    """Return the commands that the platform adds, as the project declares them."""
    from mecene.cli import main

    project = tomllib.loads((SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    told = project["project"]["entry-points"][main.GROUP]
    return [metadata.EntryPoint(name, value, main.GROUP) for name, value in told.items()]


def _help(application: Any, arguments: list[str]) -> list[str]:
    command = application.commands[arguments[0]] if arguments else application
    with application.make_context("mecene", ["demo"], resilient_parsing=True) as parent:
        parent.terminal_width = parent.max_content_width = 100
        if not arguments:
            return _stripped(parent.get_help())
        name = arguments[0]
        with type(parent)(command, info_name=name, parent=parent, terminal_width=100) as context:
            return _stripped(command.get_help(context))


def _stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


PAGES = {"modules.md": modules_page, "commands.md": commands_page}


def _first_sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.sub(r"\s+", " ", docstring.split("\n\n")[0]).strip().replace("|", "\\|")


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
