"""Lexicon: the words of the page of paths."""

from mecene.words import Lexicon

LEXICON = Lexicon("mecene.report.paths")
say = LEXICON.say
labels = LEXICON.labels
