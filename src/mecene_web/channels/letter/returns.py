"""Returns: letters the post gave back (PND), by the reference printed in the file of addresses."""

import re

# How a printer or the post says why; ours say what follows.
_GONE = re.compile(
    r"npai|pnd|d[ée]m[ée]nag|inconnu|introuvable|incompl|unknown|moved|undeliver|addressee gone|"
    r"d[ée]faut d.acc[eè]s",
    re.IGNORECASE,
)
_KEPT = re.compile(r"refus|non r[ée]clam|refused|unclaimed", re.IGNORECASE)


def gone(reason: str) -> bool:
    """Return whether a reason says that nobody is to write there any more; unsaid, it does."""
    if _KEPT.search(reason):
        return False
    return not reason.strip() or bool(_GONE.search(reason))
