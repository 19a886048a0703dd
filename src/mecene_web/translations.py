"""Translations: what Unfold says in English only, in French.

Django reads catalogues in a binary form. Ours is made from its text when it is older, into the
installation's own folder: nothing binary is in the sources, and no program has to be installed.
"""

import os
from pathlib import Path

_TEXTS = Path(__file__).parent / "design" / "locale"


def compiled(into: Path) -> Path:
    """Return the folder of the catalogues, made anew where their text has changed."""
    for text in _TEXTS.glob("*/frame.po"):
        made = into / text.parent.name / "LC_MESSAGES" / "django.mo"
        if made.exists() and made.stat().st_mtime >= text.stat().st_mtime:
            continue
        import polib

        made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = made.with_suffix(f".{os.getpid()}")
        polib.pofile(str(text)).save_as_mofile(str(part))
        part.rename(made)  # two processes that start together read a whole one
    return into
