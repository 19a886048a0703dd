"""Foretold: what each donor should do, how sure that is, and what it must not be used for."""

import math

from mecene import period
from mecene.report import foretold, lexicon
from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.foresight import Tested
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import foretold as pictures
from mecene.scores import leaks
from mecene.scores.backtest import Backtest
from mecene.scores.goodness import Goodness
from mecene.scores.trials import BASELINES

# Points of mean gap, beyond what chance makes, from which chances are an order first.
_CALIBRATED = 0.01
_FIFTH = 1  # place, among tenths


def chapter(analysis: Analysis, pen: Pen) -> Section | None:
    """Return the chapter on what is foretold; None where nobody who gave may be scored."""
    if analysis.foretold.is_empty():
        return None
    tested = analysis.foresight.tested
    return Section(
        anchor="foretold",
        title=pen.say("chapters.foretold"),
        lead=" ".join(headline(analysis, pen)),
        blocks=(
            Block(
                lead=" ".join((pen.say("leads.chances"), *doubts(analysis, pen))),
                how=pen.say("how.chances"),
                picture=pictures.chances(analysis.foretold, currency=pen.currency, lang=pen.lang),
            ),
            *(_test(tested, pen) if tested else ()),
            _not_for(pen),
        ),
    )


def headline(analysis: Analysis, pen: Pen) -> list[str]:
    """Return what to expect of the year ahead, in sentences."""
    bands = analysis.foretold
    total = foretold.income(bands, year_effect=analysis.foresight.model.year_effect)
    if total.expected_minor <= 0:
        return [pen.say("leads.foretold_nothing")]
    amounts = {
        "expected": pen.amount(total.expected_minor),
        "low": pen.amount(total.low_minor),
        "high": pen.amount(total.high_minor),
    }
    donors = int(bands["donors"].sum())
    form = "one" if donors == 1 else "many"
    said = [pen.say(f"leads.foretold_{form}", n=pen.number(donors), **amounts)]
    if donors > 1:
        said.append(
            pen.say("leads.foretold_likely", likely=pen.number(round(bands["likely"].sum())))
        )
    alarmed = int(bands["alarmed"].sum())
    if alarmed:
        stake = pen.amount(int(bands["alarmed_12m_minor"].sum()))
        said.append(pen.counted("leads.foretold_alarm", alarmed, amount=stake))
    return said


def doubts(analysis: Analysis, pen: Pen) -> list[str]:
    """Return what to be careful with, in sentences; nothing where nothing is."""
    known = lexicon.labels("doubts", lang=pen.lang)
    doubted = analysis.foresight.model.warnings
    found = [known[name] for name in doubted if name in known]
    found += [leaks.sentence(name, lang=pen.lang) for name in doubted if name in leaks.WARNINGS]
    if analysis.foresight.tested is None and "no_past" not in doubted:
        found.append(known["untested"])
    return found


def _test(tested: Tested, pen: Pen) -> list[Block]:
    found = tested.backtest
    told = found.goodness["score"]
    blocks = [
        Block(
            lead=" ".join(_in_words(found, pen)),
            how=pen.say("how.tested", noise=_points(told.calibration_noise, pen)),
            table=_methods(found, pen),
        ),
        Block(
            lead=_calibrated(told, pen),
            how=pen.say("how.calibration"),
            picture=pictures.calibration(tested.curve, lang=pen.lang),
        ),
    ]
    if found.by_depth and found.by_depth_rfm:
        blocks.append(_gains(found, pen))
    return blocks


def _in_words(found: Backtest, pen: Pen) -> list[str]:
    told = found.goodness["score"]
    said = [
        pen.say(
            "leads.tested",
            day=period.written(found.origin, lang=pen.lang),
            donors=pen.number(told.donors),
            months=found.months,
            auc=_in_a_hundred(told, pen),
            foretold=pen.percent(told.mean_chance, decimals=1),
            seen=pen.percent(told.outcomes / told.donors, decimals=1),
        )
    ]
    beside = {name: found.goodness[name] for name in BASELINES if name in found.goodness}
    if beside:
        best = min(beside, key=lambda name: beside[name].log_loss)
        better = told.log_loss < beside[best].log_loss
        key = "leads.tested_better" if better else "leads.tested_alike"
        said.append(pen.say(key, method=pen.say(f"methods.{best}")))
    if found.seen_minor > 0:
        said.append(
            pen.say(
                "leads.income_test",
                expected=pen.amount(found.expected_minor),
                seen=pen.amount(found.seen_minor),
            )
        )
    return said


def _methods(found: Backtest, pen: Pen) -> Table:
    heads = ("method", "well_ordered", "foretold", "seen", "gap", "log_loss")
    rows = tuple(
        (
            pen.say(f"methods.{name}"),
            _in_a_hundred(told, pen),
            pen.percent(told.mean_chance, decimals=1),
            pen.percent(told.outcomes / told.donors, decimals=1),
            _points(told.calibration_error, pen),
            pen.number(told.log_loss, decimals=2),
        )
        for name in ("score", "rfm", "repeat", "habit")
        if (told := found.goodness.get(name))
    )
    header = tuple(pen.say(f"tables.{head}") for head in heads)
    return Table(header, rows, pen.say("captions.tested"))


def _calibrated(told: Goodness, pen: Pen) -> str:
    key = "leads.calibrated"
    if told.calibration_error - told.calibration_noise > _CALIBRATED:
        above = told.mean_chance > told.outcomes / told.donors
        key = "leads.too_high" if above else "leads.too_low"
    return pen.say(key, error=_points(told.calibration_error, pen))


def _gains(found: Backtest, pen: Pen) -> Block:
    total = found.seen_minor
    return Block(
        lead=pen.say(
            "leads.gains",
            score=pen.amount(found.by_depth[_FIFTH] * total),
            rfm=pen.amount(found.by_depth_rfm[_FIFTH] * total),
            all=pen.amount(total),
        ),
        how=pen.say("how.gains"),
        picture=pictures.gains(
            found.by_depth, found.by_depth_rfm, total, currency=pen.currency, lang=pen.lang
        ),
    )


def _not_for(pen: Pen) -> Block:
    return Block(
        lead="",
        how="",
        title=pen.say("captions.not_for"),
        points=tuple(lexicon.labels("not_for", lang=pen.lang).values()),
    )


def _in_a_hundred(told: Goodness, pen: Pen) -> str:
    return "–" if math.isnan(told.auc) else pen.number(round(100 * told.auc))


def _points(share: float, pen: Pen) -> str:
    return pen.number(100 * share, decimals=1)
