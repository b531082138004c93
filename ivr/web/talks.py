"""The talks that somebody has had, by the log: what an outcome is given for, and which calls of a day lack one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ivr.call_log.clearance import SAYS_CLEARANCE
from ivr.call_log.reading import CallLogReader
from ivr.config.site import Site
from queues.entries import CallAnswered, CallEnded, CallReturned, Entry, Outcome, TalkEnded
from queues.ids import UNKNOWN_CLEARANCE, AgentId, CallId, Clearance, QueueId

NO_TALK = frozenset({"short_talk", "dead_air", "looped_back"})
"""Why a call goes back to its line as if nobody had answered."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk of one person."""

    call: CallId
    agent: AgentId
    queue: QueueId
    clearance: Clearance
    """What the call needed by then."""
    answered_at_ms: int
    ended_at_ms: int = 0
    """0 while it goes on."""
    wait_ms: int = 0


def talks_of(site: Site, agent: AgentId, from_ms: int, to_ms: int) -> list[Talk]:
    """The person's last talk in each call answered in [from_ms, to_ms), newest first. Reads the disk: in a thread.

    Raises CallLogUnreadableError.
    """
    with CallLogReader(site.database_path, site.journal_path) as reader:
        answered = reader.entries_between(from_ms, to_ms, (CallAnswered,))
        calls = dict.fromkeys(e.call for e in answered if isinstance(e, CallAnswered) and e.agent == agent)
        found = [talk for call in calls for talk in talks_in(reader.call_entries(call), agent)[-1:]]
    today = [talk for talk in found if from_ms <= talk.answered_at_ms < to_ms]
    return sorted(today, key=lambda talk: talk.answered_at_ms, reverse=True)


def last_talk(site: Site, call: CallId, agent: AgentId) -> Talk | None:
    """The person's last talk in that call; None if they had none. Reads the disk: in a thread.

    Raises CallLogUnreadableError.
    """
    with CallLogReader(site.database_path, site.journal_path) as reader:
        return next(iter(talks_in(reader.call_entries(call), agent)[-1:]), None)


def talks_in(entries: Iterable[Entry], agent: AgentId) -> list[Talk]:
    """The person's talks in one call, in order; one in which nobody was heard is none."""
    talks: list[Talk] = []
    clearance, answerer = UNKNOWN_CLEARANCE, AgentId("")
    for entry in entries:
        match entry:
            case _ if isinstance(entry, SAYS_CLEARANCE):
                clearance = entry.clearance
            case CallAnswered():
                answerer = entry.agent
                if answerer == agent:
                    talks.append(Talk(entry.call, agent, entry.queue, clearance, entry.at_ms, wait_ms=entry.wait_ms))
            case TalkEnded() if entry.agent == agent and talks:
                talks[-1] = replace(talks[-1], ended_at_ms=entry.at_ms)
            case CallReturned() if entry.reason in NO_TALK and answerer == agent:
                talks = talks[:-1]
            case CallEnded() if entry.outcome is Outcome.ABANDONED:
                # Whoever hung up as the phone was answered was not answered (F40).
                talks = [talk for talk in talks if talk.ended_at_ms]
            case _:
                pass
    return talks
