"""The list of deadlines behaves as a plain dictionary would, at any size."""

from random import Random

import pytest

from routing.deadlines import DeadlineKind, Deadlines


@pytest.mark.parametrize("seed", range(20))
def test_what_falls_due_is_what_was_set_last_and_not_cancelled_in_order(seed):
    rnd = Random(seed)
    deadlines, plain, now = Deadlines(), {}, 0
    for sequence in range(2_000):
        owner, kind, dice = f"o{rnd.randint(0, 9)}", rnd.choice(list(DeadlineKind)), rnd.random()
        if dice < 0.6:
            at = now + rnd.randint(0, 50)
            deadlines.set(owner, kind, at)
            plain[owner, kind] = (at, kind, sequence)
        elif dice < 0.7:
            deadlines.cancel(owner, kind)
            plain.pop((owner, kind), None)
        elif dice < 0.75:
            deadlines.cancel_all(owner)
            plain = {key: due for key, due in plain.items() if key[0] != owner}
        else:
            now += rnd.randint(0, 10)
            before = rnd.choice([None, *DeadlineKind])
            while (due := deadlines.pop_due(now, before)) is not None:
                first = min(plain, key=plain.get)
                assert first == (due.owner, due.kind)
                assert plain.pop(first)[0] == due.at_ms
            assert not [d for d in plain.values() if d[0] < now or (d[0] == now and (before is None or d[1] <= before))]
        assert deadlines.next_at() == min((due[0] for due in plain.values()), default=None)
        assert set(deadlines.owned()) == set(plain)


def test_list_does_not_grow_with_what_is_set_again():
    deadlines = Deadlines()
    for at in range(100_000):
        deadlines.set("o", DeadlineKind.RING_ENDS, at)
    assert len(deadlines._heap) < 100
    assert deadlines.next_at() == 99_999
