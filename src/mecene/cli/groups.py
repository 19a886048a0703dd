"""Groups: which groups donors fall into that nobody drew by hand, and how to adopt one."""

import json
import tempfile
from pathlib import Path

from mecene import period
from mecene.cli import fact_source, options, publishing, telling
from mecene.cli.lexicon import say

OUT = Path("mecene-report")
SEED = 1901


def groups(
    sources: options.Sources,
    as_of: options.AsOf = None,
    number: options.GroupCount = None,
    seed: options.Seed = SEED,
    out: options.MaybeOut = None,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Look for groups, say how sure of each we are, write the page and conditions to adopt."""
    with telling.refusals(lang=lang):
        into = out or fact_source.home(sources) or OUT
        with (
            telling.progress(lang=lang, quiet=as_json) as tell,
            fact_source.opened(sources, out=into, lang=lang, on_progress=tell) as source,
            publishing.bench(into) as work,
        ):
            from mecene.report import easel
            from mecene.report.groups import finding, folder
            from mecene.segments import behaviour

            easel.prepare()
            day, said = fact_source.day(as_of, source, lang=lang)
            made = work / "report"
            made.mkdir()
            tables = Path(tempfile.mkdtemp(dir=work))
            asked = finding.Asked(source.store, day, lang, tables, number, seed)
            try:
                found = finding.find(asked, on_progress=tell)
            except behaviour.NobodyToGroup:
                words = {"day": period.written(day, lang=lang)}
                telling.stop(say("errors.nobody_to_group", lang=lang, **words), lang=lang)
            for path in folder.write(found, made):
                publishing.publish_one(made, into, path.name)
    if as_json:
        telling.out(json.dumps(folder.figures(found), ensure_ascii=False, allow_nan=False))
        return
    page = (into / folder.PAGE).resolve()
    for line in (said, *(f"  {line}" for line in folder.lines(found)), ""):
        telling.out(line)
    telling.out(say("groups.files", lang=lang, page=page, out=into.resolve()))
