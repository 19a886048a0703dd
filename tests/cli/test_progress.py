"""What somebody who waits is shown."""

import time

import pytest

from mecene.cli import telling


@pytest.fixture
def screen(monkeypatch, capsys):
    """A terminal, whose bars appear at once."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(telling, "_PATIENCE_SECONDS", 0.05)
    return capsys


def test_a_step_that_tells_nothing_for_long_is_shown_all_the_same(screen):
    with telling.progress(lang="en", quiet=False) as tell:
        tell("identity", 1, 100)
        time.sleep(0.5)

    assert "Who is who" in screen.readouterr().err


def test_work_done_at_once_shows_no_bar(screen, monkeypatch):
    monkeypatch.setattr(telling, "_PATIENCE_SECONDS", 60.0)

    with telling.progress(lang="en", quiet=False) as tell:
        tell("identity", 1, 100)

    assert screen.readouterr().err == ""


def test_what_was_counted_without_an_end_ends_when_the_next_stage_begins(screen):
    with telling.progress(lang="en", quiet=False) as tell:
        tell("reading", 1_234, 0)
        tell("identity", 1, 100)
        time.sleep(0.5)

    assert "1234/1234" in screen.readouterr().err
