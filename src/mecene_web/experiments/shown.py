"""Shown: what the pages show of an experiment; they compute nothing."""

from typing import Any

from mecene_web.messages.models import Campaign


def of_campaign(campaign: Campaign) -> dict[str, Any]:
    """Return what the page of a campaign shows of what it changed (``settings.MECENE_RESULT``)."""
    return {}
