"""Messages' app, under a label of its own: Django has its own ``messages``."""

from django.apps import AppConfig


class Messages(AppConfig):
    """The app of messages."""

    name = "mecene_web.messages"
    label = "mecene_messages"
