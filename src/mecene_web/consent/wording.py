"""Wording: the exact words a person was shown, kept under a version of their own."""

import hashlib
from datetime import date

from mecene.words import Lexicon
from mecene_web.consent.models import Wording

_SHOWN = ("centre", "purposes", "about", "channels")


def current(*, today: date) -> Wording:
    """Return the version of the preference centre's words, made known if it is new."""
    lexicon = Lexicon("mecene_web.consent")
    texts = {
        lang: "\n".join(
            f"{section}.{name}: {said}"
            for section in _SHOWN
            for name, said in lexicon.labels(section, lang=lang).items()
        )
        for lang in ("fr", "en")
    }
    digest = hashlib.sha256("\n\n".join(texts.values()).encode()).hexdigest()
    made, _ = Wording.objects.get_or_create(
        version=f"centre-{digest[:12]}",
        defaults={"text_fr": texts["fr"], "text_en": texts["en"], "shown_from": today},
    )
    return made
