"""Resuming: an unfinished gift may say at which page it is gone on with; only at one of ours."""

from collections.abc import Sequence
from typing import Any

from mecene_web.messages import declared

NAME = "resume_url"


def astray(rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    """Return index → why it is refused, of rows whose ``resume_url`` leads elsewhere."""
    said = {
        index: row["properties"][NAME] for index, row in enumerate(rows)
        if isinstance(row.get("properties"), dict) and NAME in row["properties"]
    }  # fmt: skip
    known = declared.hosts() if said else frozenset()
    return {
        index: f"properties.{NAME} is no page of a host that the association named"
        for index, url in said.items()
        if not declared.leads_home(url, known)
    }
