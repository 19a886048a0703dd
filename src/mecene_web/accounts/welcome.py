"""Welcome: a member who came in by a link says who they are, and chooses a password."""

from datetime import datetime

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from mecene_web.accounts import first_login
from mecene_web.accounts.models import Staff
from mecene_web.audit.write import write


def welcome(
    member: Staff, *, name: str, password: str, email: str = "", language: str = "", now: datetime
) -> None:
    """Write down the name and the password; the address too of who came by the very first link."""
    with transaction.atomic():
        member.name, member.language = name, language
        if email and member.email == first_login.ADDRESS:
            member.email = Staff.objects.normalize_email(email).lower()
        member.set_password(password)
        member.save()
        write("join", "staff", member.pk, by=member, now=now, after={"name": name})


def stay(request: HttpRequest, member: Staff) -> None:
    """Keep the session of who just chose a password."""
    update_session_auth_hash(request, member)
