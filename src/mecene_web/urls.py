"""Addresses: which page answers which."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("mecene_web.accounts.urls")),
    path("", admin.site.urls),
]
