"""The documents keep their promises."""

import ast
import importlib
import importlib.util
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

import mecene

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(mecene.__file__).parent
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
COMPUTED_IN = sorted(set(re.findall(r"`(mecene[\w.]*)`", GLOSSARY)))
MODULES = sorted(SOURCE.rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def build():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def resolve(path: str) -> object:
    """Import the longest module prefix of a path, then take what remains from it."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise ModuleNotFoundError(path)


def public(module: ast.Module):
    """Yield what others may call; a function inside another is private by its place."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    member
                    for member in node.body
                    if isinstance(member, ast.FunctionDef) and not member.name.startswith("_")
                )


@pytest.mark.parametrize("path", COMPUTED_IN)
def test_the_glossary_points_at_code_that_exists(path: str) -> None:
    assert resolve(path)


def test_every_noun_is_in_the_glossary() -> None:
    nouns = {f"mecene.{module.name}" for module in pkgutil.iter_modules(mecene.__path__)}
    mentioned = {".".join(path.split(".")[:2]) for path in COMPUTED_IN}

    assert nouns - mentioned == set()


@pytest.mark.parametrize("name", ["modules.md", "commands.md"])
def test_a_reference_page_says_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")

    assert written == build().PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_longer_than_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = [
        f"{path.relative_to(SOURCE)}:{node.name} ({length})"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        if (length := node.end_lineno - node.lineno + 1) > 60
    ]

    assert long == []


def test_every_public_function_says_what_it_returns() -> None:
    silent = [
        f"{path.relative_to(SOURCE)}:{node.name}"
        for path in MODULES
        for node in public(tree(path))
        if not ast.get_docstring(node)
    ]

    assert silent == []


def test_no_package_initialiser_does_more_than_say_what_it_holds() -> None:
    busy = [
        str(path.relative_to(SOURCE))
        for path in MODULES
        if path.name == "__init__.py"
        if len(tree(path).body) != 1
    ]

    assert busy == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    broken = [
        link
        for link in links
        if not link.startswith(("http://", "https://", "mailto:"))
        if not (page.parent / link).exists()
    ]

    assert broken == []


def test_the_readme_is_short_and_in_two_languages() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert len(readme.splitlines()) < 150
    assert "make demo" in readme
    assert "make test" in readme
    assert "français" in readme.lower()


def test_no_file_names_a_package_registry() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")

    assert "://" not in pins
    assert all("==" in line for line in pins.splitlines() if line and not line.startswith("#"))
