"""Each test of rights begins with nobody erased: the ledger of erasures outlives the database."""

from pathlib import Path
from typing import Any

import pytest

from mecene_web import backup
from mecene_web.rights import remembered


@pytest.fixture(autouse=True)
def _nobody_erased_yet(settings: Any) -> None:
    home = Path(settings.HOME)
    for folder in (home, home / backup.FOLDER):
        (folder / remembered.LEDGER).unlink(missing_ok=True)
