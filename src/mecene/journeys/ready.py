"""Ready: the journeys that come with the program, and what they say, in both languages.

Each is a graph (``ready/<code>.toml``) and its texts (``ready/fr/<code>.toml``,
``ready/en/<code>.toml``), to be copied and made one's own. Texts are Liquid over the names of
``VARIABLES``; a paragraph is one text, and nothing in them is HTML.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mecene.journeys import writing
from mecene.journeys.graph import Graph
from mecene.words import LANGUAGES

CODES = (
    "campaign", "welcome", "thanks", "second_gift", "questionnaire", "petition", "project_news",
    "impact_report", "monthly", "abandoned", "birthday", "giving_anniversary", "disengagement",
    "failed_debit", "card_expiry", "reactivation", "farewell", "before_leaving", "ambassador",
)  # fmt: skip
# What a text may say. `gift` is the gift that started the journey, `ask` the amounts suggested.
VARIABLES = {
    "donor": ("greeting", "formal", "first_name"),
    "association": ("name", "contact"),
    "gift": ("amount_minor", "currency", "given_on"),
    "giving": ("last_minor", "last_on", "first_on", "count", "total_minor", "currency"),
    "ask": ("amounts", "currency"),
    "event": ("name", "on"),
    "link": (
        "give", "monthly", "preferences", "questionnaire", "project", "report", "resume", "payment",
        "event", "refer", "petition",
    ),
}  # fmt: skip
# Liquid filters a text may use: an amount in minor units, a number, a day, as they are written.
FILTERS = ("amount", "number", "day")


class NoSuchJourney(KeyError):
    """No journey of this code comes with the program."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Text:
    """What a template says by one channel, in one language.

    Attributes:
        subject: Of an e-mail; empty for other channels.
        preheader: What a mailbox shows beside it.
        paragraphs: The greeting first; for the telephone, what to say and what to listen for.
        action: Words of the one button, and the name under ``link`` it leads to; None: no button.
        amounts: Whether the suggested amounts stand below, none of them chosen.
    """

    template: str
    channel: str
    subject: str
    preheader: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None
    amounts: bool


def graph(code: str) -> Graph:
    """Return one of ``CODES`` as it was drawn.

    Raises:
        NoSuchJourney: there is none of this code.
    """
    return writing.from_toml(_read(f"{code}.toml", code))


def texts(code: str, *, lang: str) -> tuple[Text, ...]:
    """Return what a journey says, template by template and channel by channel.

    Raises:
        NoSuchJourney: there is none of this code, or it does not speak this language.
    """
    if lang not in LANGUAGES:
        raise NoSuchJourney(f"journeys: no journey speaks {lang!r}; fr or en")
    table = tomllib.loads(_read(f"{lang}/{code}.toml", code))
    return tuple(
        _text(template, channel, said)
        for template, channels in table.items()
        for channel, said in channels.items()
    )


@cache
def templates() -> dict[str, frozenset[str]]:
    """Return every template of the ready journeys → the channels it has a text for."""
    found: dict[str, set[str]] = {}
    for code in CODES:
        for text in texts(code, lang="fr"):
            found.setdefault(text.template, set()).add(text.channel)
    return {template: frozenset(channels) for template, channels in found.items()}


def _text(template: str, channel: str, said: dict[str, Any]) -> Text:
    action = said.get("action")
    return Text(
        template, channel, said.get("subject", ""), said.get("preheader", ""),
        tuple(said["paragraphs"]), (action["label"], action["link"]) if action else None,
        bool(said.get("amounts", False)),
    )  # fmt: skip


def _read(path: str, code: str) -> str:
    if code not in CODES:
        raise NoSuchJourney(f"journeys: no ready journey {code!r}; one of {', '.join(CODES)}")
    folder = resources.files("mecene.journeys") / "ready"
    return folder.joinpath(*path.split("/")).read_text(encoding="utf-8")
