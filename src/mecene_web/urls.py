"""Addresses: which page answers which."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from mecene_web.api import open as programs
from mecene_web.api import views as api_views

# Of what breaks outside a view.
handler500 = "mecene_web.design.busy.broken"

# Each app's pages stand under its own name; those that open the house stand at its door.
urlpatterns = [
    path("accounts/", include("mecene_web.accounts.urls")),
    path("donors/", include("mecene_web.donors.urls")),
    path("giving/", include("mecene_web.giving.urls")),
    path("experiments/", include("mecene_web.experiments.urls")),
    path("loyalty/", include("mecene_web.loyalty.urls")),
    path("uplift/", include("mecene_web.uplift.urls")),
    path("journeys/", include("mecene_web.journeys.urls")),
    path("messages/", include("mecene_web.messages.urls")),
    path("segments/", include("mecene_web.segments.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/login/", RedirectView.as_view(url="/accounts/login/", query_string=True)),
    path("preferences/", include("mecene_web.consent.urls")),
    path("rights/", include("mecene_web.rights.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", programs.addresses()),
    path("collect", api_views.collect, name="collect"),
    path("collect.js", api_views.script, name="collect-script"),
    path("api/", include("mecene_web.api.urls")),
    path("imports/", include("mecene_web.imports.urls")),
    path("exports/", include("mecene_web.exports.urls")),
    path("", include("mecene_web.overview.urls")),
]
