"""Quality: what was read and rejected, who was recognised twice, and what is missing."""

from mecene.report.chapters.writing import Pen
from mecene.report.intake import Intake
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import gaps


def chapter(intake: Intake, pen: Pen) -> Section:
    """Return the chapter on the quality of what was read."""
    blocks = [
        Block(lead="", how=pen.say("how.quality"), table=_files(intake, pen)),
    ]
    problems = _problems(intake, pen)
    if problems.rows:
        blocks.append(Block(lead=pen.say("leads.rejects"), how="", table=problems))
    if intake.gaps and intake.donors:
        picture = gaps.picture(intake.gaps, donors=intake.donors, lang=pen.lang)
        blocks.append(Block(lead=pen.say("leads.gaps"), how=pen.say("how.gaps"), picture=picture))
    return Section(
        anchor="quality",
        title=pen.say("chapters.quality"),
        lead=pen.say(
            "leads.quality",
            rows=pen.number(intake.rows),
            facts=pen.number(intake.facts),
            rejects=pen.number(intake.rejects),
            persons=pen.number(intake.persons),
            donors=pen.number(intake.donors),
            merges=pen.number(intake.merges),
            proposals=pen.number(intake.proposals),
        ),
        blocks=tuple(blocks),
    )


def _files(intake: Intake, pen: Pen) -> Table:
    heads = ("file", "rows", "facts", "rejects", "identical", "overlap")
    return Table(
        header=tuple(pen.say(f"tables.{head}") for head in heads),
        rows=tuple(
            (
                file.name,
                pen.number(file.rows),
                pen.number(file.facts),
                pen.number(file.rejects),
                pen.number(file.identical),
                pen.number(file.overlap),
            )
            for file in intake.files
        ),
        caption=pen.say("captions.files"),
    )


def _problems(intake: Intake, pen: Pen) -> Table:
    counts = [
        (file.name, problem, number)
        for file in intake.files
        for problem, number in sorted(file.by_problem.items(), key=lambda item: -item[1])
    ]
    return Table(
        header=tuple(pen.say(f"tables.{head}") for head in ("file", "why", "rows")),
        rows=tuple((name, problem, pen.number(number)) for name, problem, number in counts),
        caption=pen.say("captions.rejects"),
        words=(0, 1),
    )
