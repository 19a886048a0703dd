"""`mecene watch` and `groups` on files with next to nothing: a page, and sentences that hold."""

from pathlib import Path

import pytest

from cli import running

pytestmark = pytest.mark.slow
# Two donors who both left: on the earlier day, nobody stayed whom an alarm could have wronged.
LEFT = ("=cmd|x;01/02/2024;10,00", "=cmd|x;01/02/2025;10,00", "+SUM(1);05/03/2023;20,00")


@pytest.mark.parametrize("rows", [LEFT, LEFT[:1]], ids=["all left", "one gift"])
def test_a_page_is_written_of_very_few_donors(tmp_path: Path, rows: tuple[str, ...]) -> None:
    file = running.write(tmp_path / "dons.csv", "donateur;date;montant", *rows)

    ran = running.mecene("watch", file, "--out", tmp_path / "out")

    assert ran.code == 0, ran.err
    page = (tmp_path / "out" / "watch.html").read_text(encoding="utf-8")
    assert "nan" not in page.lower().split()
    assert ";=cmd" not in (tmp_path / "out" / "habits.csv").read_text(encoding="utf-8")


def test_one_donor_is_one_donor(tmp_path: Path) -> None:
    file = running.write(tmp_path / "dons.csv", "donateur;date;montant", LEFT[0])

    ran = running.mecene("groups", file, "--out", tmp_path / "out")

    assert ran.code == 0, ran.err
    assert ": 1 donateur (" in ran.out.replace("\u00a0", " ").replace(" : ", ": ")
