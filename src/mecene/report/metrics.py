"""Metrics: every figure of an analysis as one JSON value (docs/reference/metrics.md)."""

import math
from dataclasses import asdict
from typing import Any

from mecene.report import foretold
from mecene.report.analysis import Analysis
from mecene.report.intake import FileIntake, Intake

SCHEMA = 1


def metrics(analysis: Analysis, intake: Intake) -> dict[str, Any]:
    """Return plain JSON values: days as ISO text, amounts in minor units, absences as None."""
    return {
        "schema": SCHEMA,
        "as_of": analysis.as_of.isoformat(),
        "currency": analysis.currency,
        "files": [_file(file) for file in intake.files],
        "rows_read": intake.rows,
        "facts": intake.facts,
        "rejects": intake.rejects,
        "identity": {
            "persons": intake.persons,
            "donors": intake.donors,
            "households": intake.households,
            "merges_applied": intake.merges,
            "merges_proposed": intake.proposals,
            "anonymous_gifts": intake.anonymous_gifts,
            "gaps": intake.gaps,
        },
        "donors": analysis.count,
        "segments": analysis.segments.to_dicts(),
        "segments_a_year_ago": analysis.performance.to_dicts(),
        "flows": [
            {
                "from": analysis.stages[row["stage"]].isoformat(),
                "to": analysis.stages[row["stage"] + 1].isoformat(),
                "before": row["before"],
                "now": row["now"],
                "donors": row["donors"],
            }
            for row in analysis.flows.to_dicts()
        ],
        "rfm": analysis.grid.to_dicts(),
        "tags": analysis.tags,
        "recurring_states": analysis.recurring_states,
        "value": {
            "model": _model(analysis),
            "discount_rate": analysis.discount_rate,
            "expected": analysis.value_totals,
            "bands_36m": analysis.value_bands.to_dicts(),
        },
        "scores": _scores(analysis),
        "lists": {name: table.height for name, table in analysis.lists.lists.items()},
        "kept_out_of_lists": analysis.kept_out,
        "excluded_from_lists": analysis.lists.excluded.to_dicts(),
        "warnings": list(analysis.warnings),
        "series": _series(analysis),
        "measures": analysis.measures.to_dict() if analysis.measures else None,
    }


def _series(analysis: Analysis) -> list[dict[str, Any]]:
    return [{**row, "month": row["month"].isoformat()} for row in analysis.series.to_dicts()]


def _file(file: FileIntake) -> dict[str, Any]:
    return {
        "name": file.name,
        "rows_read": file.rows,
        "facts": file.facts,
        "rejects": file.rejects,
        "facts_by_table": file.by_table,
        "rejects_by_problem": file.by_problem,
        "identical_rows": file.identical,
        "overlapping_rows": file.overlap,
        "recognised": list(file.recognised),
        "notes": list(file.notes),
    }


def _model(analysis: Analysis) -> dict[str, Any] | None:
    return asdict(analysis.model) if analysis.model else None


def _scores(analysis: Analysis) -> dict[str, Any]:
    model, bands = analysis.foresight.model, analysis.foretold
    return {
        "learnt_on": [origin.isoformat() for origin in model.origins],
        "period_months": model.period_months,
        "learnt_from": model.donors,
        "method": model.giving.method,
        "confidence": model.giving.confidence,
        "year_effect": model.year_effect,
        "warnings": list(model.warnings),
        "income_12m": asdict(foretold.income(bands, year_effect=model.year_effect)),
        "bands": bands.to_dicts(),
        "test": _test(analysis),
        "card": _card(analysis),
        "leaking_column": analysis.foresight.leaking,
    }


def _test(analysis: Analysis) -> dict[str, Any] | None:
    card = analysis.foresight.card
    if card is None:
        return None
    found = card.backtest
    return {
        "origin": found.origin.isoformat(),
        "months": found.months,
        "methods": {name: _known(asdict(good)) for name, good in found.goodness.items()},
        "expected_minor": found.expected_minor,
        "seen_minor": found.seen_minor,
        **_known({"covered": found.covered}),
        "groups": found.groups,
        "by_depth": list(found.by_depth),
        "by_depth_rfm": list(found.by_depth_rfm),
        "curve": card.curve.select("donors", "foretold", "seen").to_dicts(),
    }


def _card(analysis: Analysis) -> dict[str, Any] | None:
    card = analysis.foresight.card
    if card is None:
        return None
    return {
        "verdict": card.verdict,
        "level": card.level,
        "best_baseline": card.best_baseline,
        "better_by": card.better_by,
        "better_by_se": card.better_se,
        "contact_minor": card.contact_minor,
        "depths": card.depths.to_dicts(),
        "lift": [_known(row) for row in card.lift.to_dicts()],
        "groups": [_known(row) for row in card.groups.to_dicts()],
        "fairness": [_known(row) for row in card.fairness.to_dicts()],
        "years": [
            _known(row) | {"origin": row["origin"].isoformat()} for row in card.years.to_dicts()
        ],
        "drift": card.columns.to_dicts() if card.columns is not None else None,
    }


def _known(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures, None where one is not defined: JSON has no word for it."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in figures.items()
    }
