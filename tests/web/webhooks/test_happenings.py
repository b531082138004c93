"""What a subscriber is told of what happened."""

from ivr.config.webhook_entries import SubscriberEntry
from ivr.web.webhooks.happenings import of_entry, subscriber_viewer
from ivr.web.webhooks.known_calls import KnownCall
from queues.entries import CallQueued
from queues.ids import CallId, Clearance, Instant, QueueId

SOCIAL, SECRET = QueueId("socialtjanst"), Clearance("socialtjanst")


def told(call, entry_of="menu_cut"):
    known = KnownCall(CallId(call), queue=SOCIAL, clearance=SECRET, entered_at_ms=Instant(5))
    entry = CallQueued(Instant(9), known.id, SOCIAL, Instant(5), SECRET, entry_of)
    subscriber = SubscriberEntry.model_validate({"url": "https://a.example/", "events": ["call.queued"]})
    return of_entry(entry, known, subscriber_viewer("a", subscriber))


def test_the_id_of_what_hides_a_call_says_nothing_of_the_call():
    """Whatever goes into an id can be found by trying."""
    assert told("tonval-1.0") == told("tonval-2.0", "choice")
