"""Invite: have somebody become a member; the link is shown, and sent where there is a server."""

from datetime import datetime

from django.core.mail import send_mail
from django.db import transaction

from mecene_web.accounts import entrance, one_time
from mecene_web.accounts.models import Staff
from mecene_web.audit.write import write
from mecene_web.design import words


class KnownAlready(ValueError):
    """A member has this address."""


def invite(email: str, *, role: str, by: Staff, now: datetime) -> Staff:
    """Return the new member, who has no password yet.

    Raises:
        KnownAlready: a member has this address.
    """
    if Staff.objects.filter(email=email.lower()).exists():
        raise KnownAlready(f"{email} is a member already")
    with transaction.atomic():
        member = Staff.objects.create_user(email, role=role, is_superuser=role == "administrator")
        told = {"email": member.email, "role": role}
        write("invite", "staff", member.pk, by=by, now=now, after=told)
    return member


def link(member: Staff, *, place: str) -> str:
    """Return the link by which a member comes in and chooses a password; good for a week, once."""
    return f"{place}/accounts/first/{one_time.token(member, 'invitation')}/"


def send(member: Staff, *, place: str) -> bool:
    """Send a member their link; return whether there was a server to send it through."""
    if not entrance.sends_mail():
        return False
    text = words.say("accounts", "invite.mail", link=link(member, place=place))
    send_mail(words.say("accounts", "invite.mail_subject"), text, None, [member.email])
    return True
