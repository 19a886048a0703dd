"""Group names: what a group of donors is called, on a card and in its pictures."""

from functools import partial

from mecene.report import lexicon

_SECTIONS = {"segment": "segments", "kind": "donor_kinds", "gender": "traits"}


def named(dimension: str, group: str, *, lang: str) -> str:
    """Return what a group of a dimension is called: ``("age", "18-34")`` is « 18 à 34 ans »."""
    say = partial(lexicon.say, lang=lang)
    own = lexicon.labels("groups", lang=lang).get(f"{dimension}_{group.rstrip('+')}")
    if own is not None:
        return own
    if dimension == "age":
        low, _, high = group.partition("-")
        if high:
            return say("groups.age_between", low=low, high=high)
        return say("groups.age_from", low=low.rstrip("+"))
    if dimension == "department":
        return say("groups.department_named", code=group)
    if dimension in _SECTIONS:
        return lexicon.labels(_SECTIONS[dimension], lang=lang).get(group, group)
    return group
