"""The models in Ciw: one node whose servers are all the people, with the choice of server and of customer our own.

Ciw has no skills and no lending; its documentation recommends a node class of one's own for such rules. A customer who
may be lent is one of another class, into which they change after the time has passed.
"""

import time
from typing import Any

import ciw
import ciw.dists

from bench.simulation.models import OWN, Model, Told

LENT = " lent"


class Talk(ciw.dists.Distribution):  # type: ignore[misc]  # Ciw has no types
    """Exponential, with the mean of whoever answers."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.talks = {level: ciw.dists.Exponential(1 / mean) for level, mean in model.talk_s.items()}

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        """The length (s) of the talk of the server whom the individual has."""
        group, place = divmod(ind.server.id_number - 1, len(self.model.levels))
        own = int(ind.customer_class.removesuffix(LENT)) == group
        return self.talks[self.model.levels[place] if own else 0].sample(t, ind)  # type: ignore[no-any-return]


def node_class(model: Model) -> type:  # noqa: C901 - one class with the few methods that differ
    """A node that knows groups and levels."""
    people = len(model.levels)
    best = [sorted(range(people), key=lambda place: -model.levels[place]) for _ in model.per_s]

    class Groups(ciw.Node):  # type: ignore[misc]  # Ciw has no types
        candidate: Any = None
        freed: Any = None

        def find_free_server(self, ind: Any) -> Any:
            group = int(ind.customer_class.removesuffix(LENT))
            order = [group, *(g for g in range(len(model.per_s)) if g != group)]
            for g in order if ind.customer_class.endswith(LENT) else order[:1]:
                for place in best[g]:
                    server = self.servers[g * people + place]
                    if not server.busy:
                        return server
            return None

        def choose_next_customer(self) -> Any:
            if self.candidate is not None:
                return self.candidate
            waiting = [ind for ind in self.individuals[0] if not ind.server]
            group, place = divmod(self.freed.id_number - 1, people)
            own = (ind for ind in waiting if int(ind.customer_class.removesuffix(LENT)) == group)
            if model.levels[place] >= OWN and (first := next(own, None)) is not None:
                return first
            mine = (str(group), str(group) + LENT)
            return next((i for i in waiting if i.customer_class in mine or i.customer_class.endswith(LENT)), None)

        def begin_service_if_possible_accept(self, next_individual: Any) -> None:
            self.candidate = next_individual
            super().begin_service_if_possible_accept(next_individual)
            self.candidate = None

        def begin_service_if_possible_release(self, next_individual: Any, newly_free_server: Any) -> None:
            self.freed = newly_free_server
            super().begin_service_if_possible_release(next_individual, newly_free_server)

        def change_customer_class_while_waiting(self) -> None:
            ind = self.next_individual
            super().change_customer_class_while_waiting()
            server = self.find_free_server(ind)
            if server is not None:
                self.candidate = ind
                super().begin_service_if_possible_release(ind, server)
                self.candidate = None

        def renege(self) -> None:
            super().renege()
            if self.dynamic_classes:
                self.find_next_class_change()  # else it may be the one who has just left

    return Groups


def run(model: Model, calls: int, seed: int) -> Told:
    """About so many calls, from an empty house until they have left."""
    groups = [str(group) for group in range(len(model.per_s))]
    everybody = [*groups, *(g + LENT for g in groups)] if model.lent_after_s else groups
    spell: dict[str, Any] = {}
    if model.lent_after_s:
        lends = ciw.dists.Deterministic(model.lent_after_s)
        spell["class_change_time_distributions"] = {
            g: {other: lends if other == g + LENT else None for other in everybody} for g in everybody
        }
    begun = time.perf_counter()
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions={
            g: [ciw.dists.Exponential(model.per_s[int(g)]) if g in groups else None] for g in everybody
        },
        service_distributions={g: [Talk(model)] for g in everybody},
        reneging_time_distributions={g: [ciw.dists.Exponential(1 / model.patience_s)] for g in everybody},
        number_of_servers=[len(groups) * len(model.levels)],
        **spell,
    )
    simulation = ciw.Simulation(network, node_class=node_class(model))
    simulation.simulate_until_max_customers(calls)
    records = simulation.get_all_records()
    seconds = time.perf_counter() - begun
    served = [r.waiting_time for r in records if r.record_type == "service"]
    left = sum(1 for r in records if r.record_type == "renege")
    done = len(served) + left
    return Told(done, seconds, left / done, sum(served) / max(len(served), 1))
