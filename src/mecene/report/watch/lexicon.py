"""Lexicon: the words of the page of alarms."""

from mecene.words import Lexicon

LEXICON = Lexicon("mecene.report.watch")
say = LEXICON.say
labels = LEXICON.labels
