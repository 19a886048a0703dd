"""An installation is saved whole and put back whole, on either engine, by programs of its own."""

import os
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "src"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FILL = """
from datetime import UTC, datetime
from mecene_web import opening; opening.ready()
from django.utils import timezone
from mecene_web import starting
list(starting.start(host='localhost', port=1, lang='fr'))
from mecene_web.accounts.models import Staff
from mecene_web.audit.write import write
from mecene_web.donors.models import Donor
from django.db import connection
who = Staff.objects.get()
Staff.objects.create_user('gone@example.org').delete()
write('merge', 'donor', 7, by=who, now=datetime(2026, 3, 1, tzinfo=UTC), donor_id=7,
      after={'name': 'Zoé\\tO\\\\N\\nx'})
print(connection.vendor)
"""
LOOK = """
from mecene_web import opening; opening.ready()
from mecene_web.accounts.models import Staff
from mecene_web.audit import chain, read
from mecene_web import upgrade
verdict = chain.verify()
entry = read.entries().get()
print(Staff.objects.get().email, verdict.whole, verdict.entries, upgrade.needed())
print(read.details(entry).after['name'].encode().hex())
print(Staff.objects.create_user('new@example.org').pk)
from django.db import DatabaseError
try:
    entry.delete()
except DatabaseError as refused:
    print('append-only' in str(refused))
"""


def run(program: str, home: Path, database: str = "", *, fails: bool = False) -> str:
    told = {"MECENE_HOME": str(home), "PYTHONPATH": str(SOURCES), "DATABASE_URL": database}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True
    )
    assert (ran.returncode != 0) == fails, ran.stderr
    return ran.stderr if fails else ran.stdout


def command(said: str) -> str:
    return f"from mecene_web import commands; from pathlib import Path; commands.{said}"


@pytest.mark.slow
def test_what_is_saved_is_put_back_whole(tmp_path, databases):
    saved, back = databases
    home, other = tmp_path / "home", tmp_path / "other"
    vendor = run(FILL, home, saved).strip()
    assert (vendor == "postgresql") == bool(saved)
    file = run(command("backup()"), home, saved).strip()
    assert Path(file).stat().st_mode & 0o077 == 0

    run(command(f"restore(Path({file!r}))"), other, back)
    email, name, number, refused = run(LOOK, other, back).splitlines()

    assert email == "admin@localhost True 1 False"
    assert bytes.fromhex(name).decode() == "Zoé\tO\\N\nx"
    assert int(number) == 3  # the number of who was removed is not given again
    assert refused == "True"
    assert (other / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_nothing_is_put_back_over_an_installation(tmp_path, databases):
    saved, _ = databases
    home = tmp_path / "home"
    run(FILL, home, saved)
    file = run(command("backup()"), home, saved).strip()

    for place in (home, tmp_path / "other"):
        if place != home and not saved:
            continue
        said = run(command(f"restore(Path({file!r}))"), place, saved, fails=True)
        assert "installation" in said or "not empty" in said or "Exit" in said


NIGHTS = """
from datetime import datetime
from mecene_web import opening; opening.ready()
from django.conf import settings
from mecene_web import backup
settings.MECENE_BACKUPS_KEPT = 2
for day in (1, 2, 3):
    backup.timezone.localtime = lambda: datetime(2026, 3, day, 1)
    backup.work(0, lambda *told: None)
settings.MECENE_BACKUPS_KEPT = 0
print(backup.work(0, lambda *told: None))
backup.shutil.disk_usage = lambda place: type("Usage", (), {"free": 0})
try:
    backup.backup(now=datetime(2026, 3, 4))
except backup.NoRoom as refused:
    print("0 MB are free" in str(refused))
"""


def test_every_night_one_is_written_and_old_nights_go_but_never_one_asked_for(tmp_path):
    home = tmp_path / "home"
    run(FILL, home)
    asked = Path(run(command("backup()"), home).strip())

    said = run(NIGHTS, home).split()

    assert said == ["{}", "True"]
    assert {file.name for file in (home / "backups").iterdir()} == {
        asked.name, "mecene-night-20260302-010000.tar.gz", "mecene-night-20260303-010000.tar.gz",
    }  # fmt: skip
    other = tmp_path / "other"
    run(
        command(f"restore(Path({str(home / 'backups/mecene-night-20260303-010000.tar.gz')!r}))"),
        other,
    )
    assert run(LOOK, other).startswith("admin@localhost True 1 False")


@pytest.mark.parametrize("content", [b"", b"not an archive", None])
def test_what_is_no_backup_is_refused_and_leaves_nothing(tmp_path, content):
    from mecene_web import backup

    file = tmp_path / "x.tar.gz"
    if content is None:
        with tarfile.open(file, "w:gz") as archive:
            archive.add(__file__, arcname="home/other")
    else:
        file.write_bytes(content)

    with pytest.raises(backup.NoBackup, match=r"x\.tar\.gz"):
        backup.restore(file, into=tmp_path / "home")
    assert list((tmp_path / "home").iterdir()) == []
