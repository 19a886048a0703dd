"""An installation of an earlier version is saved, then upgraded, as it starts; on either engine."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "src"
OPEN = "from mecene_web import opening; opening.ready()\n"
# What an installation held before donors were searched and written by hand.
EARLIER = (
    OPEN
    + """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.migrate([("donors", "0001_initial"), ("audit", "0002_append_only")])
apps = executor.loader.project_state([("donors", "0001_initial")]).apps
donor = apps.get_model("donors", "Donor").objects.create(last_name="Zoé", sought="zoe")
apps.get_model("donors", "Record").objects.create(key=1, donor=donor, last_name="Zoé")
print(connection.vendor)
"""
)
START = (
    OPEN
    + """
from pathlib import Path
from django.conf import settings
from django.db import connection
from mecene_web import starting, upgrade
print(upgrade.needed())
said = list(starting.start(host="localhost", port=1, lang="fr"))
from mecene_web.donors import search
print(upgrade.needed(), [donor.last_name for donor in search.search("zoe")])
held = sorted((settings.HOME / "backups").glob("*.tar.gz"))
print(len(held), any(str(file) in line for file in held for line in said))
print(*held)
"""
)


def held_in(file: Path) -> tuple[bool, bool]:
    """Return whether a backup holds Zoé, and whether it holds what only the new version has."""
    with tarfile.open(file) as archive:
        archive.extractall(file.parent / "seen", filter="data")
    copy = file.parent / "seen" / "database"
    if copy.is_dir():
        tables = json.loads((copy / "manifest.json").read_text())["tables"]
        return "Zoé" in (copy / "donors_donor").read_text(), "donors_touched" in tables
    with closing(sqlite3.connect(copy)) as opened:
        names = opened.execute("select last_name from donors_donor").fetchall()
        new = opened.execute("select 1 from sqlite_master where name = 'donors_touched'").fetchall()
    return ("Zoé",) in names, bool(new)


def ran(program: str, home: Path, database: str) -> list[str]:
    told = {"MECENE_HOME": str(home), "PYTHONPATH": str(SOURCES), "DATABASE_URL": database}
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.splitlines()


@pytest.mark.slow
def test_an_earlier_installation_is_saved_then_upgraded_as_it_starts(tmp_path, databases):
    held, _ = databases
    home = tmp_path / "home"
    assert (ran(EARLIER, home, held) == ["postgresql"]) == bool(held)

    first = ran(START, home, held)
    again = ran(START, home, held)

    assert first[:2] == ["True", "False ['Zoé']"]
    assert first[2].startswith("1 ")
    # A second start has nothing to upgrade, and nothing to save first.
    assert again[0] == "False"
    assert again[3] == first[3]

    # What was saved is the installation as it was.
    assert held_in(Path(first[3])) == (True, False)
