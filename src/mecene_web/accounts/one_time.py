"""One-time links: a member signs in by one, once, and then chooses a password."""

from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest

from mecene_web.accounts.models import Staff

_SALT = "mecene.first-login"
HOURS = {"first": 12, "invitation": 7 * 24}


class UsedOrOld(PermissionError):
    """The link was used, or is too old."""


def token(member: Staff, purpose: str) -> str:
    """Return what a link of a purpose carries: signed, and of no use once it was used."""
    return signing.dumps([member.pk, _state(member), purpose], salt=_SALT)


def enter(request: HttpRequest, token: str) -> Staff:
    """Sign in who holds the link.

    Raises:
        UsedOrOld: it was used before, was never ours, or is too old.
    """
    member = holder(token)
    login(request, member, backend="django.contrib.auth.backends.ModelBackend")
    return member


def holder(token: str) -> Staff:
    """Return whose link it is.

    Raises:
        UsedOrOld: it was used before, was never ours, or is too old.
    """
    try:
        number, state, purpose = signing.loads(token, salt=_SALT)
        signing.loads(token, salt=_SALT, max_age=HOURS[purpose] * 3600)
    except (signing.BadSignature, ValueError, TypeError, KeyError) as wrong:
        raise UsedOrOld("this link is old, or was cut") from wrong
    member = Staff.objects.filter(pk=number, is_active=True).first()
    if member is None or _state(member) != state:
        raise UsedOrOld("this link was used")
    return member


def _state(member: Staff) -> str:
    # Signing in changes the first, choosing a password the second: an old link is then another's.
    return f"{member.last_login.isoformat() if member.last_login else 'never'} {member.password}"
