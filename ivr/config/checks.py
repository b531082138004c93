"""All that must hold between the files of a municipality: which check needs which files, and their problems together.

A check runs when the files it needs are there, so one broken file hides as little as possible of the rest.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from ivr.config import (
    callbacks,
    directory_build,
    hours_checks,
    limits,
    matters,
    menu_checks,
    outward_files,
    queue_checks,
    waiting,
    wallboard,
)
from ivr.config.draft import Draft
from ivr.config.files import MODELS
from ivr.config.problems import Problem
from routing.plan import Plan

_M, _N, _H, _Q, _A, _P, _S, _T = (
    "menu.yaml",
    "municipality.yaml",
    "hours.yaml",
    "queues.yaml",
    "agents.yaml",
    "partners.yaml",
    "prompts.yaml",
    "matters.yaml",
)
ACROSS: tuple[tuple[tuple[str, ...], Callable[[Draft], Iterator[Problem]]], ...] = (
    ((_N,), menu_checks.numbers_twice),
    ((_N, _M), menu_checks.unknown_menus),
    ((_M, _Q), menu_checks.unknown_queues),
    ((_N, _M, _Q), menu_checks.unreachable),
    ((_M,), directory_build.problems),
    ((_M,), menu_checks.loops),
    ((_M,), menu_checks.order_of_keys),
    ((_N, _M, _A), menu_checks.nobody_speaks),
    ((_Q,), waiting.keys_in_line),
    ((_Q,), limits.references),
    ((_Q,), limits.circles),
    ((_Q, _P), limits.known_partners),
    ((_Q,), queue_checks.steps),
    ((_Q,), queue_checks.unknown_in_steps),
    ((_Q, _P), queue_checks.partners),
    ((_N, _Q), callbacks.way_out),
    ((_Q,), queue_checks.partners_and_secrecy),
    ((_Q, _A), queue_checks.unknown_in_agents),
    ((_Q, _A), queue_checks.uncleared_agents),
    ((_A,), queue_checks.extensions),
    ((_N, _H, _Q, _P), hours_checks.names),
    ((_H,), hours_checks.never_open),
    ((_H,), hours_checks.undecided_eves),
    ((_N, _Q, _S), hours_checks.closed_in_silence),
    ((_T,), matters.known_departments),
    ((_T,), matters.titles_tell_apart),
    ((_T, _Q), matters.queues_of_matters),
    ((_Q, outward_files.ALARMS), outward_files.known_in_alarms),
    ((_Q, outward_files.WEBHOOKS), outward_files.known_in_webhooks),
    ((_Q, wallboard.FILE), wallboard.known_in_wallboard),
)
WHOLE: tuple[Callable[[Draft, Plan], Iterator[Problem]], ...] = (
    queue_checks.nobody,
    hours_checks.nets_closed,
    hours_checks.calendar,
    limits.secrecy,
    limits.callbacks,
)
"""Checks on the plan itself; they run when every reference holds."""


def across_files(draft: Draft) -> Iterator[Problem]:
    """What does not fit together."""
    for needed, check in ACROSS:
        if all(file in draft.models for file in needed):
            yield from check(draft)


def of_prompts(draft: Draft, sounds_dir: Path | None) -> Iterator[Problem]:
    """What callers would hear wrong; sounds are looked at only in a given directory."""
    if set(MODELS) - set(draft.models):
        return
    from ivr.config import language_checks  # noqa: PLC0415 - a simulation hears nothing, and starts sooner

    yield from language_checks.of_prompts(draft, sounds_dir)


def of_plan(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """What the plan as a whole would do wrong."""
    for check in WHOLE:
        yield from check(draft, plan)
