"""Shown: what the page of the programme shows; the figures are those the night left."""

from collections.abc import Mapping
from typing import Any

from mecene.loyalty import mix
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.loyalty import curve, night, note
from mecene_web.loyalty.models import KINDS, Element
from mecene_web.organisation.models import Organisation

Told = dict[str, Any]
_SIDES = ("all", "new", "standing")


def everything(reader: Staff, *, budget_minor: int | None) -> Told:
    """Return the programme: its elements, their uses, what that proposes, the mix of a budget."""
    told, run = night.last()
    elements = list(Element.objects.filter(ended_at=None))
    currency = (Organisation.objects.first() or Organisation()).currency
    counted = {row["element"] for row in told["uses"]} if told else set()
    shown: Told = {
        "elements": [{"row": one, "kind": words.say("loyalty", f"kinds.{one.kind}"),
                      "counted": one.code in counted} for one in elements],
        "kinds": [(name, words.say("loyalty", f"kinds.{name}")) for name in KINDS],
        "ratings": note.SATISFACTION, "currency": currency, "counted": told,
        "as_of": run and run.as_of,
        "may_declare": reader.may("send_messages"), "may_note": reader.may("edit_donors"),
    }  # fmt: skip
    if told is None:
        return shown
    names = _names()
    uses = _by_element(told["uses"])
    return shown | {
        "rows": [_row(one, uses, names, currency) for one in told["advice"]],
        "groups": _groups(told["uses"], names),
        "missing": [one.name for one in elements if one.code not in counted],
    } | _mixed(told, names, budget_minor=budget_minor, currency=currency)  # fmt: skip


def drawn(told: Told, *, currency: str, chosen: Told | None = None) -> Told:
    """Return what the picture of the mixes is made of."""
    return {
        "curve": curve.drawn(told["frontier"], chosen=chosen, currency=currency,
                             lang=words.language()),
        "label": words.say("loyalty", "curve.label"),
    }  # fmt: skip


def names() -> dict[str, str]:
    """Return code → name of every element there ever was."""
    return _names()


def _names() -> dict[str, str]:
    return dict(Element.objects.values_list("code", "name"))


def _by_element(rows: list[Told]) -> dict[tuple[str, str], Told]:
    return {(row["element"], row["group"]): row for row in rows}


def _row(
    advice: Told, uses: Mapping[tuple[str, str], Told], names: Mapping[str, str], currency: str
) -> Told:
    code = advice["element"]
    return advice | {
        "name": names.get(code, code), "said": words.say("loyalty", f"advice.{advice['does']}"),
        "sides": [uses.get((code, side)) for side in _SIDES], "currency": currency,
        "whole": uses.get((code, "all")),
    }  # fmt: skip


def _groups(rows: list[Told], names: Mapping[str, str]) -> list[Told]:
    """Return each segment, with the most and the least used element of those it is told of."""
    found: dict[str, list[Told]] = {}
    for row in rows:
        if row["group"] not in _SIDES and row["share"] is not None:
            found.setdefault(row["group"], []).append(row)
    told = []
    for group, some in found.items():
        ranked = sorted(some, key=lambda row: -row["share"])
        told.append({
            "group": group, "donors": ranked[0]["donors"],
            "most": [_named(row, names) for row in ranked if row["users"]][:2],
            "least": [_named(row, names) for row in ranked[::-1]][:2] if len(ranked) > 2 else [],
        })  # fmt: skip
    return sorted(told, key=lambda one: -one["donors"])


def _named(row: Told, names: Mapping[str, str]) -> Told:
    return {"name": names.get(row["element"], row["element"]), "share": row["share"]}


def _mixed(
    told: Told, names: Mapping[str, str], *, budget_minor: int | None, currency: str
) -> Told:  # fmt: skip
    """Return the frontier, its picture, and the best mix within a budget: all of it by default."""
    found = [mix.Mix(tuple(row["elements"]), row["cost_minor"], row["satisfied"])
             for row in told["frontier"]]  # fmt: skip
    budget = found[-1].cost_minor if budget_minor is None else budget_minor
    best = mix.within(found, budget_minor=budget)
    cost = best.cost_minor if best else None
    chosen = next((row for row in told["frontier"] if row["cost_minor"] == cost), None)
    dropped = set(_kept(told)) - set(best.elements) if best else set()
    return {
        "frontier": [row | {"names": [names.get(code, code) for code in row["elements"]],
                            "chosen": row is chosen} for row in told["frontier"]],
        "best": best and {"names": [names.get(code, code) for code in best.elements],
                          "dropped": sorted(names.get(code, code) for code in dropped),
                          "cost_minor": best.cost_minor, "satisfied": best.satisfied},
        "budget": budget, "most": found[-1].satisfied,
        "drawn": drawn(told, currency=currency, chosen=chosen),
    }  # fmt: skip


def _kept(told: Told) -> list[str]:
    return list(dict.fromkeys(row["element"] for row in told["uses"]))
