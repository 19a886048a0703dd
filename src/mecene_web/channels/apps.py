"""Channels keep nothing of their own: this says that they are here."""

from django.apps import AppConfig


class Channels(AppConfig):
    """The app of channels."""

    name = "mecene_web.channels"
