"""Admin: what administrators may not change behind the log's back is not among Django's pages."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

for model in (
    Authenticator, EmailAddress, Group, SocialAccount, SocialApp, SocialToken, UserSession,
):  # fmt: skip
    if admin.site.is_registered(model):
        admin.site.unregister(model)
