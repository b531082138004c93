"""The stories in `transcripts/` still happen as they are written there."""

import pytest

from tests.kernel.transcripts import FOLDER, MOST_LINES, STORIES, path_of, transcript


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_story_happens_as_it_is_written(story):
    """If it is meant to happen otherwise: python -m tests.kernel.transcripts --rewrite, and read the difference."""
    assert transcript(story) == path_of(story).read_text(encoding="utf-8")


def test_stories_are_short_and_none_is_left_over():
    kept = {path: path.read_text(encoding="utf-8").splitlines() for path in FOLDER.glob("*.txt")}
    assert set(kept) == {path_of(story) for story in STORIES}
    assert {path.name: len(lines) for path, lines in kept.items() if len(lines) > MOST_LINES} == {}
