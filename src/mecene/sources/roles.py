"""Roles: what a column of a file can be for.

``synonyms.toml`` lists them by table, each with the headers that say it; ``person`` holds in every
table that names people.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from mecene.sources import folding

PERSON_TABLES = ("gifts", "donors", "recurring_gifts", "contacts", "interactions", "consents",
                 "attributes")  # fmt: skip
DATES = (
    "given_on", "received_on", "credited_on", "status_on", "birth_date", "acquired_on",
    "deceased_on", "undeliverable_on", "started_on", "first_collected_on", "ended_on", "at",
    "collected_on", "month", "new_amount_on",
)  # fmt: skip
AMOUNTS = ("amount", "non_deductible", "amount_refunded", "tip", "cost", "new_amount")
# The roles whose words a mapping may explain, and the meanings beyond vocabulary.toml's.
WORDED = (
    "status", "kind", "payment_method", "frequency", "recurring_status", "end_reason", "channel",
    "purpose", "consent_status", "interaction_kind", "gender", "country", "motive",
    "device",
)  # fmt: skip
MEANINGS = {
    "kind": ("correction",),
    "interaction_kind": ("ignored",),
}
# What no header of the average file says, but presets and mappings do.
_TOLD = ("tip",)
# Sections of headers that give no role by themselves.
_ASIDE = ("declared", "receipts")
_SMALL_WORDS = {
    "du", "de", "des", "d", "la", "le", "les", "l", "the", "of", "a", "au", "en", "s", "votre",
    "your", "vos", "ce", "utc", "eur", "euros", "euro", "gbp", "usd", "ttc",
}  # fmt: skip


@cache
def sections() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return table (or ``person``, or one of ``_ASIDE``) → role → folded, simplified headers."""
    with Path(__file__).with_name("synonyms.toml").open("rb") as file:
        written: dict[str, dict[str, list[str]]] = tomllib.load(file)
    return {
        section: {role: tuple(map(simplified, words)) for role, words in found.items()}
        for section, found in written.items()
    }


def written(role: str, *, lang: str) -> str:
    """Return what a role is called in ``fr`` or ``en``."""
    french, english = _words()[role]
    return french if lang == "fr" else english


@cache
def _words() -> dict[str, tuple[str, str]]:
    with Path(__file__).with_name("role_words.toml").open("rb") as file:
        return {role: (fr, en) for role, (fr, en) in tomllib.load(file).items()}


def simplified(header: str) -> str:
    """Return a header folded, without brackets, small words and a final number."""
    bare = re.sub(r"\(.*?\)|\[.*?\]", " ", header.replace("_", " "))
    bare = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare)
    words = folding.fold(bare).split() or folding.fold(header).split()
    kept = [word for word in words if word not in _SMALL_WORDS] or words
    # « Adresse 2 » is one of several addresses; « Don 2023 » is a year.
    if len(kept) > 1 and kept[-1].isdigit() and len(kept[-1]) < 4:
        kept = kept[:-1]
    return " ".join(kept)


def of(table: str) -> dict[str, tuple[str, ...]]:
    """Return the roles a table's columns can have, its own before those of people."""
    own = sections().get(table, {})
    person = sections()["person"] if table in PERSON_TABLES else {}
    return own | {role: words for role, words in person.items() if role not in own}


ALL = tuple(
    dict.fromkeys(
        [
            *_TOLD,
            *(role for name, found in sections().items() if name not in _ASIDE for role in found),
        ]
    )
)
