"""Chunks of replications come to one result, however many do them, in whatever order they come, and if broken off."""

import dataclasses
import fcntl
import pickle
import signal
import subprocess
import sys
from types import MappingProxyType

import numpy as np
import pytest

from routing.plan import ALWAYS_OPEN
from simulator import runs
from simulator.done import NothingDoneError
from simulator.executors import NoClusterError, executor_for
from simulator.faithful.books import Books
from simulator.fast.covered import NotCoveredError
from simulator.measuring.columns import ANSWERED, P_PRESENT
from simulator.measuring.measures import measures
from simulator.measuring.tally import tally
from simulator.parcels import OtherVersionError, Parcel, packed, unpacked
from simulator.room import LEAST_ROOM
from simulator.runs import Speed, run, run_together, simulated, warm
from simulator.scenario.file import load_scenario

THREE_CHUNKS = 900
FEW_PAGES = 4000
"""Of memory asked for anew; ten chunks work in some twenty thousand."""
PAGES = """
import resource
from simulator.runs import Speed, run
from simulator.scenario.file import load_scenario
pages = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
day = load_scenario("m_m_20_m").scenario
run(day, speed=Speed.FAST, replications=3)
before = pages()
run(day, speed=Speed.FAST, replications=10)
print(pages() - before)
"""
MODEL = """
title: tre personer
queues: {q: {}}
agents: {a: {count: 3, queues: {q: 3}}}
arrivals: {q: 60}
talk: {exponential: 120}
patience: {exponential: 60}
redial: {probability: 0.5, after: {exponential: 300}}
run: {length_h: 2, replications: 900}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return of(MODEL, tmp_path_factory.mktemp("runs"))


def of(text, folder):
    path = folder / "model.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load_scenario(str(path))
    assert loaded.scenario, loaded.problems
    return loaded.scenario


def same(one, other):
    """Bit by bit."""
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
    )


@pytest.fixture(scope="module")
def here(scenario):
    return run(scenario)


def test_all_replications_are_done_and_counted(here):
    assert (here.replications_done, here.partial, here.speed) == (THREE_CHUNKS, False, Speed.FAST)
    assert here.tallies.rows == THREE_CHUNKS
    assert here.calls > THREE_CHUNKS * 2 * 60
    assert here.refused == ()


def test_what_is_added_up_on_the_way_comes_to_the_same_bit_by_bit(scenario, here, monkeypatch):
    monkeypatch.setattr(runs, "FOLDED", 2)
    added = run(scenario)
    assert same(added.tallies, here.tallies)
    assert (added.replications_done, added.calls) == (here.replications_done, here.calls)


def test_several_chunks_of_one_task_come_to_the_same(scenario, here, monkeypatch):
    tasks = []

    def noted(task, finished=None, carried_out=runs.carried_out):
        tasks.append((task.chunk, task.replications))
        return carried_out(task, finished)

    monkeypatch.setattr(runs, "ROUNDS", 1)
    monkeypatch.setattr(runs, "carried_out", noted)
    together = run(scenario)
    whole = runs.replications_per_chunk(scenario)
    assert tasks == [(0, 2 * whole), (2, THREE_CHUNKS - 2 * whole)]
    assert same(together.tallies, here.tallies)
    assert (together.replications_done, together.calls) == (here.replications_done, here.calls)


def test_a_chunk_works_in_the_memory_of_those_before_it():
    done = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, text=True, check=True)
    assert int(done.stdout) < FEW_PAGES


def test_the_room_that_redials_took_is_known_to_the_next_chunk_and_changes_no_result(tmp_path, monkeypatch):
    crowded, calm = (
        of(MODEL.replace("count: 3", "count: 1"), tmp_path),
        of(MODEL.replace("count: 3", "count: 6"), tmp_path),
    )
    drive, rooms = runs._driver(Speed.FAST), []

    def seen(scenario, contacts):
        rooms.append(len(contacts.arrival_ms) - int(contacts.first[-1]))
        return drive(scenario, contacts)

    monkeypatch.setattr(runs, "_driver", lambda *_: seen)
    for house, times in ((crowded, [3, 1, 1, 1]), (calm, [1, 1, 1, 1])):
        for chunk, asked in enumerate(times):
            rooms.clear()
            contacts, outcomes = runs.simulated(house, Speed.FAST, chunk, 400)
            assert len(rooms) == asked
            used = int(outcomes.child_first[-1] - contacts.first[-1])
            assert used < rooms[-1]
            anew = dataclasses.replace(house)
            assert same(tally(house, contacts, outcomes), tally(anew, *runs.simulated(anew, Speed.FAST, chunk, 400)))
        assert rooms[0] < 1.5 * used + 8 * LEAST_ROOM


def test_two_processes_come_to_the_same_bit_by_bit(scenario, here):
    warm(scenario, Speed.AUTO)
    with executor_for(2) as executor:
        assert same(run(scenario, executor=executor).tallies, here.tallies)


def test_a_cluster_comes_to_the_same_bit_by_bit(scenario, here):
    from distributed import LocalCluster  # noqa: PLC0415

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        executor_for(cluster=cluster.scheduler_address) as executor,
    ):
        assert same(run(scenario, executor=executor).tallies, here.tallies)


def test_a_cluster_that_is_not_there_is_said_so():
    with pytest.raises(NoClusterError, match=r"127\.0\.0\.1:9"), executor_for(cluster="tcp://127.0.0.1:9"):
        pass


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_done_when_broken_off_is_kept(scenario, workers):
    def interrupting(done, _asked):
        if done >= THREE_CHUNKS // 2:
            raise KeyboardInterrupt

    with executor_for(workers) as executor:
        partial = run(scenario, executor=executor, progress=interrupting)
    assert partial.interrupted
    assert partial.partial
    assert 0 < partial.replications_done < THREE_CHUNKS
    assert same(partial.tallies, run(scenario, replications=partial.replications_done).tallies)


def test_of_a_faithful_chunk_broken_off_in_this_process_what_is_over_is_kept(scenario, monkeypatch):
    told, close = [], Books.close

    def interrupted(books, replication, answerers):
        if replication == 5:  # the sixth: everybody has rung, and nothing of it counts
            raise KeyboardInterrupt
        close(books, replication, answerers)

    whole = run(scenario, speed=Speed.FAITHFUL, replications=20)
    contacts, outcomes = simulated(scenario, Speed.FAITHFUL, 0, 20)
    made = outcomes.outcome[: contacts.first[5]], outcomes.outcome[contacts.first[-1] : outcomes.child_first[5]]
    monkeypatch.setattr(Books, "close", interrupted)
    broken = run(scenario, speed=Speed.FAITHFUL, replications=20, progress=lambda *now: told.append(now))
    assert list(dict.fromkeys(told)) == [(n, 20) for n in range(1, 6)]
    assert (broken.interrupted, broken.replications_done, broken.tallies.rows) == (True, 5, 5)
    assert broken.calls == sum(np.count_nonzero(some) for some in made)
    assert np.array_equal(broken.tallies.counts, whole.tallies.counts[:5])
    assert np.array_equal(broken.tallies.people, whole.tallies.people[:5])
    assert broken.tallies.by_seat.sum() == broken.tallies.counts[:, :, ANSWERED].sum()
    assert broken.tallies.seats[P_PRESENT].sum() == broken.tallies.people[:, P_PRESENT].sum()


def test_a_part_of_a_chunk_follows_the_chunks_before_it(scenario, monkeypatch):
    monkeypatch.setattr(runs, "replications_per_chunk", lambda _: 8)
    limit = [11]

    def interrupting(done, _asked):
        if done == limit[0]:
            raise KeyboardInterrupt

    broken = run(scenario, speed=Speed.FAITHFUL, replications=20, progress=interrupting)
    whole = run(scenario, speed=Speed.FAITHFUL, replications=16)
    assert broken.replications_done == 11
    assert np.array_equal(broken.tallies.counts, whole.tallies.counts[:11])


def test_those_who_take_turns_keep_no_part_of_a_chunk(scenario, monkeypatch):
    monkeypatch.setattr(runs, "replications_per_chunk", lambda _: 8)

    def interrupting(done, _asked):
        if done == 8 * 3 + 2:
            raise KeyboardInterrupt

    results = run_together([scenario, scenario], speed=Speed.FAITHFUL, replications=20, progress=interrupting)
    assert [one.replications_done for one in results] == [8, 8]


def test_a_time_limit_keeps_the_first_chunk_at_least(scenario):
    partial = run(scenario, limit_s=1e-6)
    assert partial.partial
    assert not partial.interrupted
    assert partial.tallies.rows == partial.replications_done > 0


def test_broken_off_before_anything_is_done_says_so(scenario):
    class Interrupting:
        def submit(self, *_):
            raise KeyboardInterrupt

    with pytest.raises(NothingDoneError):
        run(scenario, executor=Interrupting())


def test_it_goes_on_until_the_interval_is_narrow_enough(scenario):
    def enough(tallies):
        return measures(scenario, tallies).service_level.half_width <= 0.004

    result = run(scenario, replications=100_000, enough=enough)
    assert result.satisfied
    assert result.replications_asked == result.replications_done < 100_000
    assert enough(result.tallies)


def test_those_who_take_turns_come_as_far_and_meet_the_same_callers(scenario, here):
    seen = []

    def interrupting(done, asked):
        seen.append((done, asked))
        if done >= THREE_CHUNKS:
            raise KeyboardInterrupt

    first, second = run_together([scenario, scenario], progress=interrupting)
    assert first.replications_done == second.replications_done < THREE_CHUNKS
    assert same(first.tallies, second.tallies)
    assert seen[-1][1] == 2 * THREE_CHUNKS
    assert np.array_equal(first.tallies.counts, here.tallies.counts[: first.tallies.rows])


def test_those_who_take_turns_are_all_done_as_asked_though_one_is_driven_faithfully(scenario, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "replications_per_chunk", lambda _: 2)
    monkeypatch.setattr(runs, "ROUNDS", 1)
    demanding = of(MODEL + "transfers: true\nquestion_levels: [0.5, 0.3, 0.2]\n", tmp_path)
    results = run_together([scenario, demanding], replications=12)
    assert [one.speed for one in results] == [Speed.FAST, Speed.FAITHFUL]
    assert [one.replications_done for one in results] == [12, 12]


def test_what_the_fast_way_does_not_cover_is_driven_faithfully_and_named(tmp_path):
    text = MODEL.replace("replications: 900", "replications: 2") + "transfers: true\nquestion_levels: [0.5, 0.3, 0.2]\n"
    demanding = of(text, tmp_path)
    result = run(demanding)
    assert result.speed is Speed.FAITHFUL
    assert result.refused
    assert all(reason.feature and reason.sentence for reason in result.refused)
    with pytest.raises(NotCoveredError, match=result.refused[0].sentence):
        run(demanding, speed=Speed.FAST)


def test_a_plan_is_the_same_after_the_journey(scenario):
    plan = scenario.plan
    plan = dataclasses.replace(plan, agents=MappingProxyType(dict(plan.agents)))
    back = unpacked(packed(dataclasses.replace(scenario, plan=plan)))
    assert back.plan == plan
    steps = [step for queue in back.plan.queues.values() for step in queue.steps]
    assert steps
    assert all(step.hours is ALWAYS_OPEN for step in steps)  # another object would be a condition


def test_a_worker_of_another_version_refuses(scenario):
    parcel = packed(scenario)
    with pytest.raises(OtherVersionError):
        unpacked(Parcel(parcel.digest, parcel.packed, "another"))


def test_the_tallies_of_a_task_fit_in_the_pipe():
    day = load_scenario("botkyrka").scenario
    whole = runs.carried_out(runs.Task(0, day, Speed.FAST, 0, runs.TOGETHER * runs.replications_per_chunk(day)))
    with executor_for(2) as executor:
        wide = fcntl.fcntl(executor._result_queue._writer.fileno(), fcntl.F_GETPIPE_SZ)
    assert len(pickle.dumps(whole, pickle.HIGHEST_PROTOCOL)) < wide


def test_whoever_leaves_does_not_wait_for_what_is_half_done():
    with executor_for(2) as executor:
        half_done = executor.submit(signal.pause)
        assert executor.submit(int).result() == 0
    assert half_done.done()
