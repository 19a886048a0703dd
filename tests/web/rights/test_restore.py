"""A backup put back by the command itself does not bring back who was erased since."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BEGIN = """
from mecene_web import opening; opening.ready()
from django.core.management import call_command
from django.utils import timezone
"""
FIRST = (
    BEGIN
    + """
call_command("migrate", verbosity=0)
from mecene_web import backup
from mecene_web.donors.models import Donor, Record
from mecene_web.rights import erase, wipe
for key, name in ((1, "Quetzalcoatl"), (2, "Autre")):
    donor = Donor.objects.create(last_name=name)
    Record.objects.create(key=key, donor=donor, last_name=name)
print(backup.backup(now=timezone.now()))
made = erase.erase(Donor.objects.get(last_name="Quetzalcoatl").pk, reason="request", by=None,
                   now=timezone.now())
wipe.wipe(made.pk, now=timezone.now())
"""
)
SECOND = (
    BEGIN
    + """
from mecene_web.donors.models import Donor
print(*Donor.objects.values_list("last_name", flat=True))
"""
)
RESTORE = """
import sys
from pathlib import Path
from mecene_web import commands
commands.restore(Path(sys.argv[1]), home=None, lang="en")
"""


def ran(code: str, home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        | {"MECENE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "mecene_web.settings",
           "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


@pytest.mark.slow
def test_who_was_erased_after_the_backup_stays_erased(tmp_path: Path) -> None:
    kept = ran(FIRST, tmp_path / "one").strip()

    said = ran(RESTORE, tmp_path / "two", kept)

    assert "1" in said.splitlines()[-1]
    assert ran(SECOND, tmp_path / "two").split() == ["Autre"]
    assert ran(SECOND, tmp_path / "one").split() == ["Autre"]
