from queues.agents import AgentState
from queues.entries import Outcome, TalkEnder
from queues.ids import CallId
from routing.actions import EndCall, HoldMusic, OfferToAgent, Say
from routing.events import CallerHungUp, ConversationEnded, OfferAnswered
from tests.kernel.centre import Bench, agent, plan_of, queue


def small():
    return Bench(plan_of([agent("anna", barn=2)], [queue("barn"), queue("ovrigt")]))


def test_call_to_a_ready_agent_is_offered_in_the_step_of_the_choice():
    bench = small()
    bench.staff(0, "anna")
    step = bench.arrive(1, "c1", "1")
    (offer,) = [a for a in step.actions if isinstance(a, OfferToAgent)]
    assert (offer.agent, offer.call) == ("anna", "c1")
    assert not any(isinstance(a, Say | HoldMusic) for a in step.actions)


def test_answered_call_ends_answered_and_its_agent_wraps_up():
    bench = small()
    bench.staff(0, "anna")
    step = bench.arrive(1, "c1", "1")
    offer = step.actions[-1].offer
    bench.at(5, OfferAnswered(CallId("c1"), offer))
    assert bench.person("anna").state is AgentState.TALKING
    step = bench.at(65, ConversationEnded(CallId("c1"), offer, TalkEnder.AGENT))
    assert EndCall(CallId("c1")) in step.actions
    assert step.entries[-1].outcome is Outcome.ANSWERED
    assert bench.person("anna").state is AgentState.WRAP_UP
    bench.at(95)
    assert bench.person("anna").state is AgentState.READY


def test_caller_who_hangs_up_while_agent_rings_counts_as_abandoned():
    bench = small()
    bench.staff(0, "anna")
    bench.arrive(1, "c1", "1")
    step = bench.at(3, CallerHungUp(CallId("c1")))
    assert [e.outcome for e in step.entries if hasattr(e, "outcome")] == [Outcome.ABANDONED]
    assert bench.person("anna").state is AgentState.READY


def test_waiting_call_goes_to_the_agent_whose_wrap_up_ends():
    bench = small()
    bench.staff(0, "anna")
    offer = bench.arrive(1, "c1", "1").actions[-1].offer
    bench.at(2, OfferAnswered(CallId("c1"), offer))
    bench.arrive(10, "c2", "1")
    bench.at(20, ConversationEnded(CallId("c1"), offer, TalkEnder.AGENT))
    step = bench.at(51)
    assert [a.call for a in step.actions if isinstance(a, OfferToAgent)] == ["c2"]
