"""Members: everybody who works with the donors of this association."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from mecene_web.accounts.models import Staff


@dataclass(frozen=True)
class Member:
    """A member, as the list of them tells."""

    id: int
    name: str
    email: str
    role: str
    # ``active``, ``invited`` (has not come in yet) or ``inactive``.
    state: str
    second_factor: bool
    last_login: datetime | None


def everybody() -> list[Member]:
    """Return the members, those who may come in first, by name."""
    proven = set(Authenticator.objects.values_list("user_id", flat=True))
    order = {"active": 0, "invited": 1, "inactive": 2}
    members = [
        Member(
            id=member.pk,
            name=str(member),
            email=member.email,
            role=member.role,
            state=_state(member),
            second_factor=member.pk in proven,
            last_login=member.last_login,
        )
        for member in Staff.objects.all()
    ]
    return sorted(members, key=lambda member: (order[member.state], member.name.lower()))


def _state(member: Staff) -> str:
    if not member.is_active:
        return "inactive"
    return "active" if member.can_come_in() else "invited"
