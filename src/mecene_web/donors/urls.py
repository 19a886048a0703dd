"""Donors' addresses."""

from django.urls import path

from mecene_web.donors import views

app_name = "donors"
urlpatterns = [path("", views.found, name="search")]
