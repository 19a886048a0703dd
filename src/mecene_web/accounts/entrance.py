"""Entrance: what allauth, which keeps the door, is told of this association.

Nobody makes an account by themselves: members are invited. Whoever signs in from elsewhere (SSO)
must be a member already, by their address.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from mecene_web.accounts import secrets


class Entrance(DefaultAccountAdapter):
    """Sign-in with an address and a password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that it is not."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a message, where there is a server to send it."""
        if sends_mail():
            super().send_mail(template_prefix, email, context)


class Guests(DefaultSocialAccountAdapter):
    """Sign-in from where the association keeps its own accounts."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return that it is not."""
        return False


class Vault(DefaultMFAAdapter):
    """What members prove themselves with besides a password; locked in the database."""

    def encrypt(self, text: str) -> str:
        """Return what only this installation reads."""
        return Fernet(secrets.key("mecene.accounts.mfa")).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was locked."""
        return Fernet(secrets.key("mecene.accounts.mfa")).decrypt(encrypted_text.encode()).decode()


def sends_mail() -> bool:
    """Return whether there is a mail server to send through."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def surroundings(_request: HttpRequest) -> dict[str, bool]:
    """Return what the page of the entrance says according to."""
    return {"SENDS_MAIL": sends_mail()}
