"""The models in Tonval: the shipped scenarios of the same name, from the drawing to the counted measures."""

import os
import subprocess
import sys
import time
from concurrent.futures import Executor
from dataclasses import replace

from bench.simulation.models import M_M_20_M, SIX_GROUPS, Model, Told
from simulator.measuring.measures import measures
from simulator.runs import Result, Speed, run
from simulator.scenario.file import load_scenario
from simulator.world import Scenario

FILES = {M_M_20_M.name: "m_m_20_m", SIX_GROUPS.name: "sex_grupper"}
DAY = "botkyrka"
HOUR_MS = 3_600_000
WARM = """
import time
began = time.perf_counter()
from dataclasses import replace
from simulator.runs import Speed, run
from simulator.scenario.file import load_scenario
scenario = load_scenario("{name}").scenario
run(replace(scenario, run=replace(scenario.run, length_ms=3_600_000, warm_up_ms=0)), speed=Speed.FAST, replications=1)
print(time.perf_counter() - began)
"""


def scenario(name: str) -> Scenario:
    """The shipped scenario; it has no fault."""
    loaded = load_scenario(name)
    assert loaded.scenario is not None, loaded.problems  # noqa: S101 - what is shipped is tested
    return loaded.scenario


def of_calls(model: Model, calls: int, seed: int) -> tuple[Scenario, int]:
    """One house that runs from empty until so many have rung, as often as makes `calls`; and how often that is."""
    one = scenario(FILES[model.name])
    hours = min(calls, 50_000) / sum(model.per_s) / 3_600
    length = replace(one.run, length_ms=round(hours * HOUR_MS), warm_up_ms=0, cool_down_ms=0, seed=seed)
    return replace(one, run=length), max(1, round(calls / min(calls, 50_000)))


def seeded(one: Scenario, seed: int) -> Scenario:
    """The same with another seed."""
    return replace(one, run=replace(one.run, seed=seed))


def timed(one: Scenario, replications: int, speed: Speed, executor: Executor | None = None) -> Told:
    """The scenario run and measured."""
    begun = time.perf_counter()
    result = run(one, speed=speed, replications=replications, executor=executor)
    return told(result, time.perf_counter() - begun)


def told(result: Result, seconds: float) -> Told:
    """The result as every rival tells it."""
    total = measures(result.scenario, result.tallies).total
    return Told(result.calls, seconds, total["abandoned_share"].value, total["asa_s"].value)


def warm_start_s(name: str, bytecode: str | None = None) -> float:
    """From a running Python to the first result of an hour, machine code kept from before (s).

    bytecode: a folder where Python keeps what it has compiled, as it does beside the sources unless told not to.
    """
    environment = dict(os.environ)
    if bytecode:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = bytecode
    start = [sys.executable, "-c", WARM.format(name=name)]
    done = subprocess.run(start, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)
