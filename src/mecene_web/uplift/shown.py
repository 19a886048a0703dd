"""Shown: what the pages of uplift show; the figures are those a study kept."""

from datetime import date
from typing import Any

from django.db.models import Count

from mecene import money, period
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.experiments.models import Experiment
from mecene_web.segments import columns
from mecene_web.segments.models import Segment
from mecene_web.uplift import adopt, curve, follow
from mecene_web.uplift.models import Aim, Study

Told = dict[str, Any]
_SHOWN = 50
# Units of the dictionary whose figures are money.
_MONEY = {"minor", "mean_minor", "minor_per_year"}


def everything(reader: Staff) -> Told:
    """Return the campaigns that left with a hold-out, what each taught, and the audiences made."""
    rows = (
        Experiment.objects.filter(campaign__isnull=False, began_at__isnull=False,
                                  arms__held_out=True)
        .annotate(drawn=Count("enrolments", distinct=True)).order_by("-began_at")[:_SHOWN]
    )  # fmt: skip
    last = _last([row.pk for row in rows])
    return {
        "rows": [{"row": row, "study": last.get(row.pk), "said": _first(last.get(row.pk))}
                 for row in rows],
        "aims": [_line(one) for one in Aim.objects.select_related("segment", "base")
                 .order_by("-made_at")[:_SHOWN]],
        "may_run": reader.may("run_experiments"),
    }  # fmt: skip


def one(held: Experiment, reader: Staff) -> Told:
    """Return what a campaign taught, and the form of the audience to make of it."""
    studies = list(held.studies.order_by("-asked_at", "-pk")[:_SHOWN])
    done = [study for study in studies if study.state in ("said", "refused", "failed")]
    last = done[0] if done else None
    told: Told = {
        "title": words.say("uplift", "titles.one", name=held.title), "held": held, "study": last,
        "waiting": any(study.state == "waiting" for study in studies),
        "may_run": reader.may("run_experiments"), "begun": held.began_at is not None,
        "silent": held.arms.filter(held_out=True).exists(), "said": None,
        "aims": [_line(aim) for aim in Aim.objects.filter(study__experiment=held)
                 .select_related("segment", "base").order_by("-made_at")],
    }  # fmt: skip
    if last is None:
        return told
    if last.state == "refused":
        return told | {"why": last.told["why"][words.language()]}
    if last.state == "said":
        told |= {"said": _said(last), "drawn": drawn(last)}
        if last.told["aimed"] and told["may_run"]:
            told |= {"form": _form(held)}
    return told


def drawn(held: Study) -> Told:
    """Return what the picture of a study is made of."""
    return {"curve": curve.picture(held.told, lang=words.language()),
            "label": words.say("uplift", "curve.label", name=held.experiment.title)}  # fmt: skip


def aim(held: Aim, reader: Staff) -> Told:
    """Return what the page of an audience shows."""
    currency = held.study.told["currency"]
    groups = held.told.get("groups", {})
    gain = held.told.get("gain_minor")
    return {
        "title": held.name, "held": held, "code": held.code,
        "problem": held.problem.get(words.language(), ""),
        "groups": [{"name": name, "count": count} for name, count in groups.items()],
        "ready": held.segment_id is not None, "currency": currency, "gain": gain,
        "apart": [_apart(one, currency) for one in held.told.get("apart", ())],
        "measures": [_measured(one) for one in follow.measures(held)],
        "may_run": reader.may("run_experiments"),
    }  # fmt: skip


def _last(numbers: list[int]) -> dict[int, Study]:
    found = Study.objects.filter(experiment__in=numbers).defer("model").order_by("asked_at", "pk")
    return {study.experiment_id: study for study in found}


def _first(study: Study | None) -> str:
    """Return in a sentence what a study came to."""
    if study is None:
        return ""
    lang = words.language()
    if study.state == "said":
        return str(study.told["text"][lang]["verdict"][0])
    if study.state == "refused":
        return str(study.told["why"][lang])
    return words.say("uplift", f"states.{study.state}")


def _said(study: Study) -> Told:
    told, lang = study.told, words.language()
    text, currency = told["text"][lang], told["currency"]
    followed = next(one for one in told["policies"] if one["name"] == told["proposed"])
    return told | {
        "first": text["verdict"][0], "ranking": text["ranking"], "cautions": text["cautions"],
        "titles": text["policies"], "followed": followed,
        "whole_minor": followed["net"]["value"] * told["people"] / 1000,
        "policies": [one | {"title": text["policies"][one["name"]],
                            "is_proposed": one["name"] == told["proposed"]}
                     for one in told["policies"]],
        "groups": [one | {"title": text["groups"][one["name"]][0],
                          "words": text["groups"][one["name"]][1]} for one in told["groups"]],
        "tenths": [_tenth(number, one, currency) for number, one in enumerate(told["tenths"], 1)],
        "sent_on": period.written(date.fromisoformat(told["sent_on"]), lang=lang),
        "cost": money.text(told["cost_minor"], currency=currency, lang=lang),
    }  # fmt: skip


def _tenth(number: int, one: Told, currency: str) -> Told:
    written = {"foretold": one["foretold"]} | one["found"]
    lang = words.language()
    return {"number": number} | {
        name: money.text(value, currency=currency, lang=lang) for name, value in written.items()
    }


def _form(held: Experiment) -> Told:
    base = adopt.base_of(held)
    return {
        "name": words.say("uplift", "aim.name", name=held.title)[:100],
        "bases": list(Segment.objects.filter(archived_at=None).order_by("name")),
        "base": base.pk if base else 0,
    }  # fmt: skip


def _line(held: Aim) -> Told:
    groups = held.told.get("groups", {})
    return {"aim": held, "aimed": groups.get("aimed"), "always": groups.get("always"),
            "never": groups.get("never")}  # fmt: skip


def _apart(row: Told, currency: str) -> Told:
    named = {one.name: one.label for one in columns.named(words.language())}
    return {"label": named.get(row["column"], row["column"]),
            "aimed": _written(row["aimed"], row["unit"], currency),
            "others": _written(row["others"], row["unit"], currency)}  # fmt: skip


def _written(value: float, unit: str, currency: str) -> str:
    lang = words.language()
    if unit in _MONEY:
        return money.text(value, currency=currency, lang=lang)
    if unit in ("share", "yes_no"):
        return money.percent(value, lang=lang)
    return money.number(value, lang=lang, decimals=0 if abs(value) >= 100 else 1)


def _measured(held: Experiment) -> Told:
    last, lang = held.readings.order_by("as_of").last(), words.language()
    verdicts = [
        {"arm": one["arm"], "said": one["text"][lang],
         "why": words.say("experiments", f"why.{one['why']}") if one["why"] else ""}
        for one in (last.metrics["verdicts"] if last else ())
    ]  # fmt: skip
    return {"held": held, "as_of": last and last.as_of, "verdicts": verdicts}
