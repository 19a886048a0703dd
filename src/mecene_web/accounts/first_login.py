"""First login: a link that signs an administrator in once, where nobody can sign in yet."""

from mecene_web.accounts import one_time
from mecene_web.accounts.models import Staff

ADDRESS = "admin@localhost"


def link(place: str) -> str | None:
    """Return a link to sign in with once; None where somebody has a password."""
    if any(member.has_usable_password() for member in Staff.objects.filter(is_active=True)):
        return None
    member = Staff.objects.filter(email=ADDRESS).first() or Staff.objects.create_superuser(ADDRESS)
    return f"{place}/accounts/first/{one_time.token(member, 'first')}/"
