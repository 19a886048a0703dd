"""First login: a link that signs an administrator in once, where nobody can sign in yet."""

from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest

from mecene_web.accounts.models import Staff

_SALT = "mecene.first-login"
_HOURS = 12
ADDRESS = "admin@localhost"


class UsedOrOld(PermissionError):
    """The link was used, or is too old."""


def link(place: str) -> str | None:
    """Return a link to sign in with once; None where somebody has a password."""
    if any(member.has_usable_password() for member in Staff.objects.filter(is_active=True)):
        return None
    member, _ = Staff.objects.get_or_create(
        email=ADDRESS, defaults={"is_superuser": True, "is_staff": True, "role": "administrator"}
    )
    # Signing in changes last_login: the same link is then another's.
    token = signing.dumps([member.pk, _state(member)], salt=_SALT)
    return f"{place}/accounts/first/{token}/"


def enter(request: HttpRequest, token: str) -> Staff:
    """Sign in who holds the link.

    Raises:
        UsedOrOld: it was used before, was never ours, or is twelve hours old.
    """
    try:
        number, state = signing.loads(token, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature as wrong:
        raise UsedOrOld("this link is old, or was cut; start mecene serve again") from wrong
    member = Staff.objects.filter(pk=number, is_active=True).first()
    if member is None or _state(member) != state:
        raise UsedOrOld("this link was used; start mecene serve again for another")
    login(request, member, backend="django.contrib.auth.backends.ModelBackend")
    return member


def _state(member: Staff) -> str:
    return f"{member.last_login.isoformat() if member.last_login else 'never'}"
