"""Whether a run has no time of day."""

from simulator.world import Scenario


def steady(scenario: Scenario) -> bool:
    """Whether every hour of the run is like every other, so that its parts are samples of the same."""
    world, run = scenario.world, scenario.run
    return world.everybody_works and all(
        not stream.at_ms
        and len(stream.per_hour) * stream.slot_ms >= run.length_ms
        and len(set(stream.per_hour[: -(-run.length_ms // stream.slot_ms)])) == 1
        for stream in world.streams
    )
