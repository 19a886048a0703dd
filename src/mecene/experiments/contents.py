"""Contents: after which type of content (story, figures, video, survey …) donors do most?

What is counted is observed: whoever was sent a type was chosen for it, and a shared season moves
both. Only texts drawn by lot tell what the type itself does (``mecene.experiments.pooled``).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from mecene.engine import duck
from mecene.engine.store import FactStore
from mecene.sources import folding

# Beginning of a folded word → type; the first that fits.
_WORDS: tuple[tuple[str, str], ...] = (
    ("vid", "video"), ("film", "video"), ("imag", "image"), ("photo", "image"),
    ("sond", "survey"), ("surv", "survey"), ("quest", "survey"), ("petit", "petition"),
    ("socia", "social"), ("reseau", "social"), ("emo", "story"), ("stor", "story"),
    ("hist", "story"), ("temoi", "story"), ("testi", "story"), ("chiff", "figures"),
    ("figur", "figures"), ("ratio", "figures"), ("transp", "figures"), ("action", "action"),
    ("engag", "action"), ("commit", "action"), ("event", "event"), ("evenem", "event"),
    ("text", "text"), ("lettre", "text"), ("letter", "text"),
)  # fmt: skip
TYPES = tuple(dict.fromkeys(kind for _, kind in _WORDS))
MEASURES = ("clicks", "answers", "gifts", "unsubscribes")
# Fewer donors, or fewer who did and who did not, and no share is told.
LEAST_DONORS = 100
LEAST_DONE = 10
WITHIN_DAYS, SINCE_DAYS = 30, 730
_TAG = re.compile(r"(?:contenu|content|type|motif|motive)\s*[:=]\s*(\w+)", re.IGNORECASE)
_ALONE = re.compile(r"^\W*(\w+)\W*$")


@dataclass(frozen=True)
class Share:
    """Of contents of a type sent to some donors, the share after which they did something.

    Attributes:
        type: One of ``TYPES``.
        is_new: Met within the year before it was sent, or never gave yet.
        measure: One of ``MEASURES``.
        donors, sent: How many people, and contents sent to them.
        share, low, high: With its 95 % interval, in [0, 1]; None of too few to tell.
    """

    type: str
    is_new: bool
    measure: str
    donors: int
    sent: int
    share: float | None
    low: float | None
    high: float | None


def type_of(text: str | None) -> str | None:
    """Return the type a name carries: « Noël [contenu:vidéo] », ``motive:story``, or a bare word.

    None where it carries none that is known.
    """
    told = _TAG.search(text or "") or _ALONE.match(text or "")
    if told is None:
        return None
    word = folding.fold(told.group(1))
    return next((kind for start, kind in _WORDS if word.startswith(start)), None)


def shares(
    store: FactStore, *, as_of: date, within_days: int = WITHIN_DAYS, since_days: int = SINCE_DAYS
) -> list[Share]:
    """Return what donors did after each type of content, newcomers and long-standing apart.

    A content is a campaign sent to a donor, of the type its variant carries, else its name. A
    click, an answer or a gift that names another campaign is not its own; one that names none is.

    Args:
        store: The facts.
        as_of: What is dated on or after it is not seen; contents sent later than ``within_days``
            before it are not counted yet.
        within_days: Over how many days after a content.
        since_days: How far back.
    """
    typed = _typed(store, as_of)
    if not typed.height:
        return []
    rows = duck.run(
        _query(), store=store, as_of=as_of, relations={"typed": typed},
        parameters={"within_days": within_days, "since_days": since_days},
    )  # fmt: skip
    sorted_ = rows.sort("type", "is_new").iter_rows(named=True)
    return [_share(row, measure) for row in sorted_ for measure in MEASURES]


def _typed(store: FactStore, as_of: date) -> pl.DataFrame:
    pairs = duck.run(
        "select distinct contacts.campaign_id, contacts.variant, campaigns.name from contacts "
        "left join (select campaign_id, min(name) as name from campaigns group by campaign_id) "
        "as campaigns using (campaign_id)", store=store, as_of=as_of,
    )  # fmt: skip
    found = [
        (campaign, variant, kind)
        for campaign, variant, name in pairs.iter_rows()
        if (kind := type_of(variant) or _tagged(name)) is not None
    ]
    schema = {"campaign_id": pl.String, "variant": pl.String, "type": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


def _tagged(name: str | None) -> str | None:
    """Return the type of a campaign's name: a tag alone, for « Histoire » may be anything."""
    return type_of(name) if _TAG.search(name or "") else None


def _share(row: dict[str, Any], measure: str) -> Share:
    """Return a ratio over donors, each of whom may have been sent several: linearised."""
    donors, sent, done = row["donors"], row["sent"], row[f"{measure}_done"]
    named = (row["type"], row["is_new"], measure, donors, sent)
    if donors < LEAST_DONORS or min(done, sent - done) < LEAST_DONE:
        return Share(*named, None, None, None)
    share = done / sent
    left = row[f"{measure}_squared"] - 2 * share * row[f"{measure}_by_sent"]
    left += share**2 * row["sent_squared"]
    error = float(np.sqrt(max(left, 0.0) * donors / (donors - 1))) / sent
    # On the log-odds, so that a rare act has no share below none.
    middle, spread = special.logit(share), error / (share * (1 - share))
    reach = float(special.ndtri(0.975)) * spread
    return Share(*named, share, float(special.expit(middle - reach)),
                 float(special.expit(middle + reach)))  # fmt: skip


@cache
def _query() -> str:
    return resources.files("mecene.experiments").joinpath("contents.sql").read_text("utf-8")
