"""Journeys' app."""

from django.apps import AppConfig


class Journeys(AppConfig):
    """The app of journeys."""

    name = "mecene_web.journeys"
    label = "journeys"
