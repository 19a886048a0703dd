"""Model folder: the models kept of an association, and which of them speaks: the champion."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mecene.cli import telling
from mecene.cli.lexicon import say
from mecene.scores import champion, model, saved
from mecene.scores.card import Card
from mecene.scores.model import ScoreModel

CHAMPION = "champion.json"
_PATTERN = "model-*.json"


@dataclass(frozen=True)
class Kept:
    """A model's file; ``fitted`` is None where this version cannot read it.

    ``card`` is None too where it was never put to the test.
    """

    path: Path
    fitted: ScoreModel | None
    card: Card | None = None

    @property
    def usable(self) -> bool:
        """Return whether it can be read and was learnt from features that still mean the same."""
        return self.fitted is not None and self.fitted.fingerprint == model.fingerprint()


@dataclass(frozen=True)
class Outcome:
    """Which model speaks and why.

    ``why``: ``better``, ``even``, ``same``, ``worse`` (the one before stays), ``first``,
    ``unusable``, ``too_soon``, ``nobody``; ``before`` names the model compared with.
    """

    speaks: Kept
    why: str
    before: str | None
    duel: champion.Duel | None

    def to_dict(self) -> dict[str, Any]:
        """Return what ``champion.json`` holds."""
        duel = asdict(self.duel) | {"origin": self.duel.origin.isoformat()} if self.duel else None
        as_of = self.speaks.fitted.as_of.isoformat() if self.speaks.fitted else None
        return {
            "champion": self.speaks.path.name,
            "as_of": as_of,
            "why": self.why,
            "compared_with": self.before,
            "duel": duel,
        }


def path_of(folder: Path, day: date) -> Path:
    """Return where the model learnt as of a day lies."""
    return folder / f"model-{day.isoformat()}.json"


def kept(folder: Path) -> Iterator[Kept]:
    """Yield the models of a folder by name, so by day; what cannot be read too."""
    for path in sorted(folder.glob(_PATTERN)):
        yield one(path)


def one(path: Path) -> Kept:
    """Return the model of a file, read or not."""
    try:
        found = saved.whole(path)
    except saved.UnreadableModel:
        return Kept(path, None)
    return Kept(path, found.model, found.card)


def read(path: Path, *, lang: str) -> Kept:
    """Return the model of a file; stop where it cannot speak any more."""
    try:
        found = saved.whole(path)
    except saved.UnreadableModel as refused:
        why = str(refused) if lang == "en" else say("errors.not_a_model", lang=lang)
        message = say("errors.unreadable_model", lang=lang, path=path, why=why)
        telling.stop(message, lang=lang)
    if found.model.fingerprint != model.fingerprint():
        telling.stop(say("errors.other_features", lang=lang, path=path), lang=lang)
    return Kept(path, found.model, found.card)


def compete(store: Any, challenger: Kept, *, as_of: date, on_progress: telling.Progress) -> Outcome:
    """Return which model speaks now that one was learnt anew; write it into ``champion.json``.

    Args:
        store: A ``FactStore``.
        challenger: The new model, with its file.
        as_of: The day it was learnt on.
        on_progress: Told ``(stage, done, total)``.
    """
    folder = challenger.path.parent
    before = _before(folder, as_of)
    found = _outcome(store, before, challenger, as_of=as_of, on_progress=on_progress)
    reigning = named(folder)
    later = reigning and (folder / reigning).exists() and reigning > challenger.path.name
    if not later:  # somebody looks at an older day: the champion of today stays
        text = json.dumps(found.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        part = folder / f"{CHAMPION}.part"
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(folder / CHAMPION)
    return found


def named(folder: Path) -> str | None:
    """Return the name of the champion's file, or None."""
    try:
        said = json.loads((folder / CHAMPION).read_text(encoding="utf-8"))
        return str(said["champion"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcome(
    store: Any,
    before: Kept | None,
    challenger: Kept,
    *,
    as_of: date,
    on_progress: telling.Progress,
) -> Outcome:
    if before is None or challenger.fitted is None:
        return Outcome(challenger, "first", None, None)
    name = before.path.name
    if before.fitted is None or not before.usable:
        return Outcome(challenger, "unusable", name, None)
    try:
        duel = champion.run(
            store,
            champion=before.fitted,
            as_of=as_of,
            period_months=challenger.fitted.period_months,
            on_progress=on_progress,
        )
    except champion.NoDuel as refused:
        return Outcome(challenger, refused.why, name, None)
    speaks = challenger if duel.challenger_wins else before
    return Outcome(speaks, duel.verdict, name, duel)


def _before(folder: Path, as_of: date) -> Kept | None:
    """Return the champion, if it is of an earlier day, else the latest model of one."""
    earlier = [each for each in kept(folder) if each.path.name < path_of(folder, as_of).name]
    champions = [each for each in earlier if each.path.name == named(folder)]
    among = champions or earlier
    return among[-1] if among else None
