"""Consent's addresses: a donor's own."""

from django.urls import path

from mecene_web.consent import views

app_name = "consent"
urlpatterns = [
    path("ask/", views.ask, name="ask"),
    path("<str:token>/", views.centre, name="centre"),
]
