"""Shown: what the pages show of experiments: what was read, in words; nothing is worked out."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from mecene import money
from mecene.experiments import measures
from mecene.experiments.measures import Measure
from mecene.experiments.plan import FixedHorizon, Plan
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.experiments import curve, form, freeze, measured, planner
from mecene_web.experiments.models import Experiment, Reading
from mecene_web.messages.models import Campaign
from mecene_web.messages.texts import Template

Told = dict[str, Any]
_SHOWN = 100


def everything(reader: Staff) -> Told:
    """Return the experiments there are, the latest first, each with what it said last."""
    rows = list(Experiment.objects.select_related("campaign").order_by("-made_at", "-pk")[:_SHOWN])
    last = _last(rows)
    return {"rows": [_line(row, last.get(row.pk)) for row in rows],
            "may_run": reader.may("run_experiments")}  # fmt: skip


def one(held: Experiment, reader: Staff) -> Told:
    """Return what the page of an experiment shows to a member."""
    readings = list(held.readings.order_by("as_of"))
    last = readings[-1] if readings else None
    plan = freeze.plan_of(held) if held.plan_text else None
    lang = words.language()
    told: Told = {
        "title": held.title, "held": held, "kind": words.say("experiments", f"kinds.{held.kind}"),
        "state": words.say("experiments", f"states.{held.state}"),
        "arms": list(held.arms.order_by("place").select_related("version__template")),
        "plan": _plan(plan) if plan else None, "last": last, "result": _result(held, last),
        "conclusion": held.conclusion,
        "concluded": (held.conclusion.get("text") or {}).get(lang, ""),
        "may_run": reader.may("run_experiments"), "may_send": reader.may("send_messages"),
        "may_roll_out": _may_roll_out(held), "journey_out": _journey_out(held, reader),
    }  # fmt: skip
    if last is None or plan is None:
        return told
    said = _of_reading(last, plan) | {"curves": _curves(held, plan, readings)}
    going = held.state in ("running", "stopped") and not said["mis_randomised"]
    return told | said | {"may_conclude": going and told["may_run"]}


def new(*, posted: Mapping[str, Any], campaign: Campaign | None) -> Told:
    """Return what the page on which a test is planned offers."""
    templates = Template.objects.filter(archived_at=None, versions__published_at__isnull=False)
    return {
        "templates": list(templates.distinct().order_by("name")),
        "audiences": import_string(settings.MECENE_AUDIENCES)(), "campaign": campaign,
        "measures": measured.offered(lang=words.language()), "places": _places(posted, campaign),
        "beside": posted.getlist("secondary") if hasattr(posted, "getlist") else (),
        "asked": posted.get("title", campaign.name if campaign else ""),
        "posted": posted, "factors": [(n, posted.get(f"factor_{n}", "")) for n in (1, 2)],
    }  # fmt: skip


def of_campaign(campaign: Campaign) -> Told:
    """Return what the page of a campaign shows of what it changed (``settings.MECENE_RESULT``)."""
    held = Experiment.objects.filter(campaign=campaign).first()
    last = held.readings.order_by("as_of").last() if held else None
    silent = bool(held and held.arms.filter(held_out=True).exists())
    return {
        "template": "experiments/of_campaign.html", "held": held, "silent": silent,
        "may_plan": campaign.state in ("waiting", "approved")
        and (held is None or held.state == "draft"),
        "begun": campaign.began_at is not None,
    } | (_result(held, last) if held else _result(None, None))  # fmt: skip


def of_source(source: str) -> list[Told]:
    """Return the experiments of a journey, those that run first, each with what it said last."""
    rows = list(Experiment.objects.filter(source=source).order_by("-pk"))
    last = _last(rows)
    rows.sort(key=lambda row: row.state not in ("planned", "running"))
    return [_line(row, last.get(row.pk)) for row in rows]


def in_all() -> list[Told]:
    """Return what was caused by each experiment of which it is known, the latest first."""
    rows = list(Experiment.objects.exclude(state__in=("draft", "planned")).order_by("-began_at"))
    last = _last(rows)
    lines = (_line(row, last.get(row.pk)) for row in rows)
    return [line for line in lines if line["euros"] and line["euros"]["caused"]][:5]


def sized(found: planner.Size | None, asked: Mapping[str, Any]) -> Told:
    """Return what a test asks for, in words."""
    name = str(asked.get("measure", ""))
    if found is None or name not in measured.CHOICES:
        return {}
    measure, lang = Measure(name, measured.CHOICES[name][0], 1), words.language()
    return {
        "usual": measures.written(found.usual, measure, currency="EUR", lang=lang),
        "smallest": "" if found.smallest is None else measures.apart(
            found.smallest, measure, currency="EUR", lang=lang),
        "enough": found.needed is not None and found.needed <= found.drawn,
    }  # fmt: skip


def drawn(held: Experiment, place: int) -> Told | None:
    """Return what the curve of an arm as a file is made of; None where there is none."""
    readings = list(held.readings.order_by("as_of"))
    arm = held.arms.filter(place=place).first()
    if arm is None or not held.plan_text:
        return None
    told = curve.points(readings, arm=arm.name)
    if len(told) < 2:
        return None
    plan = freeze.plan_of(held)
    return {"points": told, "arm": arm.name, "title": held.title, "alone": True,
            "curve": curve.drawn(told, measure=plan.primary, lang=words.language(),
                                 currency=readings[-1].metrics["currency"])}  # fmt: skip


def _last(rows: Iterable[Experiment]) -> dict[int, Reading]:
    found = Reading.objects.filter(experiment__in=rows).order_by("as_of")
    return {one.experiment_id: one for one in found}


def _line(row: Experiment, last: Reading | None) -> Told:
    verdict = last.metrics["verdicts"][0] if last and last.metrics["verdicts"] else None
    return {
        "row": row, "kind": words.say("experiments", f"kinds.{row.kind}"),
        "state": words.say("experiments", f"states.{row.state}"), "last": last,
        "verdict": words.say("experiments", f"verdicts.{verdict['kind']}") if verdict else "",
        "verdict_kind": verdict["kind"] if verdict else "",
    } | _result(row, last)  # fmt: skip


def _result(held: Experiment | None, last: Reading | None) -> Told:
    """Return « € collectés » beside « € provoqués », or why they are not known."""
    lang = words.language()
    euros = last.metrics["euros"] if last else None
    if euros:
        why = euros["why"]
    else:
        nobody = held is None or not held.arms.filter(held_out=True).exists()
        why = "nobody_held" if nobody else "not_read"
    return {
        "euros": euros, "currency": last.metrics["currency"] if last else "EUR",
        "sentence": (euros or {}).get("text", {}).get(lang, ""), "as_of": last and last.as_of,
        "why": words.say("experiments", f"why.{why}") if why else "", "why_code": why,
        "why_nobody": held.why_nobody if held else "",
    }  # fmt: skip


def _of_reading(last: Reading, plan: Plan) -> Told:
    lang, told = words.language(), last.metrics
    currency = told["currency"]
    return {
        "mis_randomised": told["arms"]["mis_randomised"], "sizes": told["arms"]["each"],
        "verdicts": [said | {"said": said["text"][lang], "because": _because(said["why"]),
                             "sure": _gap(said.get("exact"), plan.primary, currency)}
                     for said in told["verdicts"]],
        "beliefs": [one | {"loss": one["loss"][lang]} for one in told["beliefs"]],
        "guards": [one | {"said": one["text"][lang],
                                                             "because": _because(one["why"])}
                                                       for one in told["guards"]],
        "warned": any(one["warned"] for one in told["guards"]),
        "declared": [_other(one, currency) for one in told["measures"] if one.get("declared")],
        "others": [_other(one, currency) for one in told["measures"] if not one.get("declared")
                   and any(level["level"] for level in one["levels"])],
        "leading": _best(told["verdicts"], plan.primary),
        "groups": [_group(one, plan.primary, currency) for one in told["groups"]],
        "factors": [one | {"said": _sentence(one["text"][lang])} for one in told["factors"]],
        "costs": _costs(told["costs"]), "currency": currency,
        "followed_days": told["followed_days"],
    }  # fmt: skip


def _best(verdicts: list[Told], measure: Measure) -> str:
    """Return the arm that does best; nothing where there is none."""
    ahead = max(verdicts, key=lambda said: _ahead(said, measure), default={"arm": ""})
    return str(ahead["arm"])


def _ahead(said: Told, measure: Measure) -> float:
    found = said["difference"]
    return measure.sign * float(found["estimate"]) if found else float("-inf")


def _costs(told: Told) -> Told:
    """Return costs, that of a euro written: « 0,12 € »."""
    lang = words.language()
    return {
        name: one | {"said": money.text(100 * one["per_euro"], currency="EUR", lang=lang)
                     if one["per_euro"] is not None else ""} if isinstance(one, dict) else one
        for name, one in told.items()
    }  # fmt: skip


def _other(row: Told, currency: str) -> Told:
    measure = Measure(row["name"], row["kind"], 1, better=row["better"])
    lang = words.language()
    return row | {
        "label": measure.label(lang=lang), "because": _because(row["why"]),
        "levels": [one | {"said": _written(one["level"], measure, currency)}
                   for one in row["levels"]], "gap": _gap(row["difference"], measure, currency),
    }  # fmt: skip


def _group(row: Told, measure: Measure, currency: str) -> Told:
    return row | {
        "because": _because(row["why"]), "gap": _gap(row["difference"], measure, currency),
        "control": _written((row["difference"] or {}).get("control"), measure, currency),
        "treated": _written((row["difference"] or {}).get("treated"), measure, currency),
    }  # fmt: skip


def _gap(found: Told | None, measure: Measure, currency: str) -> str:
    if not found:
        return ""
    lang = words.language()
    said = {end: measures.apart(found[end], measure, currency=currency, lang=lang)
            for end in ("estimate", "low", "high")}  # fmt: skip
    return words.say("experiments", "page.gap", **said)


def _written(level: float | None, measure: Measure, currency: str) -> str:
    if level is None:
        return "–"
    return measures.written(level, measure, currency=currency, lang=words.language())


def _because(why: str) -> str:
    return words.say("experiments", f"why.{why}") if why else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _plan(plan: Plan) -> Told:
    lang, fixed = words.language(), isinstance(plan.stopping, FixedHorizon)
    days = plan.stopping.days if isinstance(plan.stopping, FixedHorizon) else plan.stopping.max_days
    return {
        "question": plan.question, "population": plan.population,
        "primary": plan.primary.label(lang=lang), "days": plan.primary.within_days,
        "effect": measures.apart(plan.minimum_effect, plan.primary, currency="EUR", lang=lang),
        "stopping": words.say("experiments", f"rules.{'fixed' if fixed else 'sequential'}_said",
                              days=days,
                              people=money.number(plan.stopping.people, lang=lang)),
        "shares": [(arm.name, plan.share(arm.name), arm.held_out) for arm in plan.arms],
        "watched": not fixed, "alpha": plan.alpha, "cap": plan.cap_minor,
        "secondary": [one.label(lang=lang) for one in plan.secondary],
        "guards": [guard.label(lang=lang) for guard in plan.guards],
    }  # fmt: skip


def _curves(held: Experiment, plan: Plan, readings: list[Reading]) -> list[Told]:
    found = []
    best = _best(readings[-1].metrics["verdicts"], plan.primary)
    for arm in sorted(plan.arms[1:], key=lambda arm: arm.name != best):
        told = curve.points(readings, arm=arm.name)
        if len(told) > 1:
            drawn = curve.drawn(told, measure=plan.primary, lang=words.language(),
                                currency=readings[-1].metrics["currency"])  # fmt: skip
            label = words.say("experiments", "page.picture", arm=arm.name)
            found.append({"arm": arm.name, "place": plan.arms.index(arm), "curve": drawn,
                          "label": label})  # fmt: skip
    return found


def _may_roll_out(held: Experiment) -> bool:
    """Return whether some of the audience wait for the text that stays."""
    kept = held.arms.filter(name=held.conclusion.get("keep", ""), held_out=False).exists()
    return held.campaign_id is not None and held.share < 1 and kept


def _journey_out(held: Experiment, reader: Staff) -> str:
    """Return where a journey takes the arm that stays; nothing where it cannot."""
    if held.kind != "journey_split" or not reader.may("send_messages"):
        return ""
    return reverse("journeys:roll_out", args=[held.pk])


def _places(posted: Mapping[str, Any], campaign: Campaign | None) -> list[Told]:
    return [
        {"place": n, "name": posted.get(f"name_{n}", ""),
         "template": str(posted.get(f"template_{n}", campaign.template_id if campaign and n == 1
                                    and not posted else "")),
         "levels": [(m, posted.get(f"level_{n}_{m}", "")) for m in (1, 2)]}
        for n in range(1, form.TEXTS + 1)
    ]  # fmt: skip
