"""Change: what a member may do, whether they may come in, and how they come in again.

Every change is in the log; the association always keeps an administrator who can come in.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from mecene_web.accounts import roles
from mecene_web.accounts.models import Staff
from mecene_web.audit.write import write


class LastAdministrator(ValueError):
    """Nobody could administer the association any more."""


def role(member: Staff, *, to: str, by: Staff, now: datetime) -> None:
    """Give a member another role.

    Raises:
        KeyError: there is no such role.
        LastAdministrator: they are the only administrator.
    """
    roles.ROLES[to]
    with transaction.atomic():
        held = _held(member, keeps=to == "administrator")
        before, held.role = held.role, to
        held.is_superuser = to == "administrator"
        held.save(update_fields=["role", "is_superuser"])
        write("change", "staff", held.pk, by=by, now=now,
              before={"role": before}, after={"role": to})  # fmt: skip


def active(member: Staff, *, to: bool, by: Staff, now: datetime) -> None:
    """Let a member in again, or no more: their sessions end at once.

    Raises:
        LastAdministrator: they are the only administrator.
    """
    with transaction.atomic():
        held = _held(member, keeps=to)
        held.is_active = to
        held.save(update_fields=["is_active"])
        if not to:
            end_sessions(held)
        write("reactivate" if to else "deactivate", "staff", held.pk, by=by, now=now)


def forget_password(member: Staff, *, by: Staff, now: datetime) -> None:
    """Have a member who lost their password or second factor begin anew, by a link.

    Raises:
        LastAdministrator: nobody else could come in to administer, were the link lost.
    """
    with transaction.atomic():
        held = _held(member, keeps=False)
        held.set_unusable_password()
        held.save(update_fields=["password"])
        Authenticator.objects.filter(user=held).delete()
        end_sessions(held)
        write("reset", "staff", held.pk, by=by, now=now)


def end_sessions(member: Staff, *, but: str | None = None) -> int:
    """End the sessions of a member, but the one told; return how many that is."""
    ended = 0
    for session in UserSession.objects.filter(user=member).exclude(session_key=but):
        session.end()
        ended += 1
    return ended


def _held(member: Staff, *, keeps: bool) -> Staff:
    """Return the member, held until the transaction ends; see that an administrator is left."""
    # Two administrators who remove each other wait for one another here.
    able = {
        each.pk: each
        for each in Staff.objects.select_for_update().filter(role="administrator", is_active=True)
    }
    others = [each for each in able.values() if each.pk != member.pk and each.can_come_in()]
    if member.pk in able and not keeps and not others:
        raise LastAdministrator("the association would have no administrator left")
    return Staff.objects.select_for_update().get(pk=member.pk)
