"""Opening: Django made ready in a process that was not started by it."""

import os


def ready() -> None:
    """Have Django's settings read and its models loaded; a second call does nothing."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecene_web.settings")
    if not apps.ready:
        django.setup()
