"""Paths: how people came to give, to subscribe or to opt in, as the night left it for its page."""

ACTS = ("gift", "subscription", "opt_in")
_FOLDER = "paths"


class NoSuchAct(KeyError):
    """Nobody looks at the paths to an act of this name."""


def of(act: str) -> str:
    """Return where the pieces of the paths to an act lie in a run's folder.

    Raises:
        NoSuchAct: there is none of this name.
    """
    if act not in ACTS:
        raise NoSuchAct(act)
    return f"{_FOLDER}/{act}"
