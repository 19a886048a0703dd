"""Doctor: what is wrong with this installation, and what to mend."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from mecene_web import backup, environment, upgrade
from mecene_web.accounts.models import Staff
from mecene_web.audit import chain
from mecene_web.scores.models import Run
from mecene_web.tasks import worker
from mecene_web.tasks.models import Work

_GB = 10**9
_LEAST_GB, _LITTLE_GB = 1, 5
_WEEK = timedelta(days=7)
_HERE = {"localhost", "127.0.0.1", "[::1]", "::1"}


@dataclass(frozen=True)
class Finding:
    """What one check came to: ``good``, ``warn`` (to look at) or ``bad`` (to mend)."""

    check: str
    state: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return under which words it is told."""
        return f"{self.check}_{self.state}"


def examine(*, now: datetime) -> list[Finding]:
    """Return what every check comes to; those of the database only where it answers."""
    first = [_home(), _secret(), _disk(), _https(), _mail(), _backup(now)]
    base = _database()
    if base.state == "bad":
        return [*first, base]
    pending = _upgrade()
    if pending.state != "good":
        return [*first, base, pending]
    checks: list[Callable[[], Finding]] = [
        partial(_worker, now), partial(_works, now), partial(_night, now), partial(_clock, now),
        _second, _log,
    ]  # fmt: skip
    return [*first, base, pending, *(check() for check in checks)]


def _home() -> Finding:
    told = {"home": settings.HOME}
    probe = Path(settings.HOME) / ".doctor"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError:
        return Finding("home", "bad", told)
    return Finding("home", "good", told)


def _secret() -> Finding:
    home = Path(settings.HOME)
    others = any(place.stat().st_mode & 0o077 for place in (home, home / "secret_key"))
    return Finding("secret", "bad" if others else "good", {"home": home})


def _disk() -> Finding:
    free = shutil.disk_usage(settings.HOME).free / _GB
    state = "bad" if free < _LEAST_GB else "warn" if free < _LITTLE_GB else "good"
    return Finding("disk", state, {"free": f"{free:.1f}", "home": settings.HOME})


def _https() -> Finding:
    others = [host for host in settings.ALLOWED_HOSTS if host not in _HERE]
    state = "bad" if others and not environment.https() else "good"
    return Finding("https", state, {"hosts": ", ".join(others or settings.ALLOWED_HOSTS)})


def _mail() -> Finding:
    host = getattr(settings, "EMAIL_HOST", "")
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return Finding("mail", "warn")
    return Finding("mail", "good", {"host": host})


def _backup(now: datetime) -> Finding:
    made = [file.stat().st_mtime for file in _backups()]
    if not made or now.timestamp() - max(made) > _WEEK.total_seconds():
        return Finding("backup", "warn")
    return Finding("backup", "good", {"days": int((now.timestamp() - max(made)) // 86_400)})


def _backups() -> Iterator[Path]:
    return (Path(settings.HOME) / backup.FOLDER).glob("mecene-*.tar.gz")


def _database() -> Finding:
    told = {"engine": connection.vendor}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError as wrong:
        return Finding("database", "bad", told | {"why": str(wrong).strip().splitlines()[0]})
    return Finding("database", "good", told)


def _upgrade() -> Finding:
    return Finding("upgrade", "warn" if upgrade.needed() else "good")


def _worker(now: datetime) -> Finding:
    return Finding("worker", "good" if worker.is_alive(now=now) else "warn")


def _works(now: datetime) -> Finding:
    failed = Work.objects.filter(state="failed", ended_at__gte=now - _WEEK).order_by("-ended_at")
    if not failed:
        return Finding("works", "good")
    kinds = ", ".join(sorted({work.kind for work in failed}))
    return Finding("works", "warn", {"kinds": kinds, "why": failed[0].problem})


def _night(now: datetime) -> Finding:
    fresh = Run.objects.filter(ended_at__gte=now - timedelta(days=2)).exists()
    return Finding("night", "good" if fresh else "warn")


def _clock(now: datetime) -> Finding:
    """Compare the clock with the last moment the database knows, and with its own clock."""
    late = timedelta()
    last = Work.objects.order_by("-asked_at").values_list("asked_at", flat=True).first()
    if last:
        late = max(late, last - now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select now()")
            late = max(late, cursor.fetchone()[0] - timezone.now())
    state = "bad" if late > timedelta(minutes=1) else "good"
    return Finding("clock", state, {"seconds": int(late.total_seconds())})


def _second() -> Finding:
    proven = Authenticator.objects.values("user_id")
    without = Staff.objects.filter(role="administrator", is_active=True).exclude(pk__in=proven)
    who = ", ".join(str(member) for member in without)
    return Finding("second", "warn" if who else "good", {"who": who})


def _log() -> Finding:
    verdict = chain.verify()
    told = {"entries": verdict.entries, "broken": list(verdict.broken)[:5] or verdict.entries}
    return Finding("log", "good" if verdict.whole else "bad", told)
