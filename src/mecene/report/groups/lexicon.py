"""Lexicon: the words of the page of groups."""

from mecene.words import Lexicon

LEXICON = Lexicon("mecene.report.groups")
say = LEXICON.say
labels = LEXICON.labels
