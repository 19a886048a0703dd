"""Addresses: which page answers which."""

from django.contrib import admin
from django.urls import include, path

# Each app's pages stand under its own name; those that open the house stand at its door.
urlpatterns = [
    path("accounts/", include("mecene_web.accounts.urls")),
    path("preferences/", include("mecene_web.consent.urls")),
    path("rights/", include("mecene_web.rights.urls")),
    path("admin/", admin.site.urls),
]
