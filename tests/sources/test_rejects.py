"""Every reject is written with its words, and counted."""

import ast
import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.sources import problems, raw, rejects

SOURCES = Path(problems.__file__).parent


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_reject_says_where_what_why_and_what_to_do(tmp_path: Path) -> None:
    with rejects.opened(tmp_path / "rejects.csv", lang="fr") as ledger:
        ledger.add(rejects.Reject("dons.csv", 12, "montant", "douze", "undecodable"))

    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig") as file:
        (line,) = csv.DictReader(file)
    assert line == {
        "file": "dons.csv",
        "row": "12",
        "column": "montant",
        "value": "douze",
        "reason": problems.words("undecodable", lang="fr").reason,
        "remedy": problems.words("undecodable", lang="fr").remedy,
    }


def test_a_file_without_rejects_has_a_header(tmp_path: Path) -> None:
    with rejects.opened(tmp_path / "rejects.csv", lang="en"):
        pass

    assert (tmp_path / "rejects.csv").read_text("utf-8-sig").startswith("file,row,column,value")


def test_lines_rows_and_problems_are_counted_by_file() -> None:
    ledger = rejects.Ledger()
    frame = pl.DataFrame(
        {
            "source_row": [4, 4, 7],
            "column": ["a", "b", None],
            "value": ["x", "y", None],
            "problem": ["undecodable", "cut_off", "cut_off"],
        }
    )

    ledger.add(rejects.Reject("dons.csv", None, None, None, "cut_off"))
    ledger.add(rejects.Reject("autres.csv", 1, None, None, "cut_off"))
    ledger.add_frame(frame, file="dons.csv")

    assert ledger.lines == {"dons.csv": 4, "autres.csv": 1}
    assert ledger.rows == {"dons.csv": 2, "autres.csv": 1}
    assert ledger.by_problem["dons.csv", "cut_off"] == 3


def test_rejects_stand_in_the_order_they_came() -> None:
    stream = io.StringIO()
    ledger = rejects.Ledger(stream)
    frame = pl.DataFrame(
        {"source_row": [2], "column": [None], "value": [None], "problem": ["cut_off"]}
    )

    ledger.add(rejects.Reject("a", 1, None, None, "cut_off"))
    ledger.add_frame(frame, file="a")
    ledger.add(rejects.Reject("a", 3, None, None, "cut_off"))
    ledger.flush()

    assert [line["row"] for line in lines_of(stream.getvalue())] == ["1", "2", "3"]


@given(st.text(max_size=300), st.text(max_size=30))
def test_no_value_is_long_runs_as_a_formula_or_breaks_the_file(value: str, column: str) -> None:
    stream = io.StringIO()
    ledger = rejects.Ledger(stream, lang="en")

    ledger.add(rejects.Reject("dons.csv", 1, column, value, "wrong_number_of_cells"))
    ledger.flush()

    (line,) = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1:]
    assert len(line) == 6
    assert len(line[3]) <= 202
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)


def test_a_problem_without_words_is_a_mistake_of_the_program() -> None:
    with pytest.raises(problems.UnknownProblem):
        rejects.Reject("dons.csv", 1, None, None, "nobody_thought_of_this")


@pytest.mark.parametrize("code", problems.codes())
def test_every_problem_has_whole_sentences_in_both_languages(code: str) -> None:
    for lang in problems.LANGUAGES:
        words = problems.words(code, lang=lang)
        for sentence in (words.reason, words.remedy):
            assert sentence[0].isupper() or sentence[0] in "«“{"
            assert sentence[-1] in ".…"
    french = problems.words(code, lang="fr")
    assert french != problems.words(code, lang="en")
    assert "'" not in french.reason + french.remedy


def test_every_problem_named_in_the_code_has_words() -> None:
    refusing = {"Reject", "Note"}
    named = set()
    for file in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            raised = node.exc if isinstance(node, ast.Raise) else None
            call = raised or node
            if not isinstance(call, ast.Call):
                continue
            name = ast.unparse(call.func).split(".")[-1]
            if name in refusing or raised is not None:
                named |= {
                    a.value
                    for a in call.args
                    if isinstance(a, ast.Constant)
                    and isinstance(a.value, str)
                    and a.value.isidentifier()
                }

    assert len(named) > 20
    assert named <= set(problems.codes()) | {"no_local_header"}


def test_braces_in_a_value_mean_nothing() -> None:
    assert (
        problems.fill("« {value} » in {column}", {"value": "{x}", "column": None}) == "« {x} » in "
    )


def test_a_file_the_machine_refuses_is_told_in_the_readers_language(tmp_path: Path) -> None:
    looped = tmp_path / "dons.csv"
    looped.symlink_to(looped)

    with pytest.raises(raw.Unreachable) as refused:
        raw.fingerprint(looped)

    assert "erreur n° 40 du système" in refused.value.written("fr")
    assert "symbolic links" in refused.value.written("en")
