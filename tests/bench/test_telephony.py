"""The bench still runs, end to end on a real Asterisk, and says what it found in the agreed shape."""

import asyncio
import json

import pytest

from bench.telephony.report import TINY, as_markdown, keep, measure

pytestmark = pytest.mark.asterisk


async def test_the_tiniest_run_measures_every_figure_and_loses_no_call(tmp_path):
    """Costs, a killed engine and viewers: those that use everything the other pieces are made of."""
    said = []
    async with asyncio.timeout(180):
        result = await measure(TINY, ("cost", "killing", "watching"), said.append)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result["pieces"]) == {"cost", "killing", "watching"}
    assert set(result["pieces"]["cost"]["values"]) == {"dialplan", "fastagi", "tonval"}
    figures = {figure["name"]: figure for measured in result["pieces"].values() for figure in measured["figures"]}
    assert all(figure["value"] is not None for figure in figures.values())
    of_calls = {name: figure["value"] for name, figure in figures.items() if figure["unit"] == "calls"}
    assert len(of_calls) == 5
    assert set(of_calls.values()) == {0}, said
    keep(result, tmp_path / "RESULTS.md")
    keep(result, tmp_path / "RESULTS.md")
    kept = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert [kept.count(as_markdown("tiny", *piece)) for piece in result["pieces"].items()] == [1, 1, 1]
