"""Actions as the kernel asks for them, and the commands that they become."""

from queues.ids import AgentId, CallId, OfferId, PromptId
from routing.actions import AskDigits, HoldMusic, OfferToAgent, Say

CALL = CallId("tonval-1.1")
KEYS = "0123456789*#ABCD"
HELLO = 'STREAM FILE "tonval/sv/hej" "D" "0"'
MENU = f'GET OPTION "tonval/sv/meny" "{KEYS}" "1500"'
THINKING = 'SET MUSIC "ON" "default"'
MUSIC = 'SET MUSIC "ON" "lugn"'
DIAL = 'EXEC Dial "PJSIP/alma,22,gim(lugn)b(to-agent^s^1(7))"'
RESULT = 'GET FULL VARIABLE "${DIALSTATUS}|${HANGUPCAUSE}|${DIALEDPEERNAME}"'
WIPE = 'SET VARIABLE "DIALSTATUS" ""'
PLAYED = "200 result=0 endpos=800"


def say(*prompts: str) -> Say:
    return Say(CALL, tuple(map(PromptId, prompts)), "sv")


def ask(*prompts: str, max_digits: int = 1) -> AskDigits:
    return AskDigits(CALL, tuple(map(PromptId, prompts)), "sv", max_digits, first_ms=6_000, next_ms=4_000)


def hold(music: str = "lugn") -> HoldMusic:
    return HoldMusic(CALL, music)


def offer(number: int = 7, agent: str = "alma", ring_ms: int = 20_000, music: str = "lugn") -> OfferToAgent:
    return OfferToAgent(CALL, OfferId(number), AgentId(agent), ring_ms, music)


def key(char: str) -> str:
    return f"200 result={ord(char)} endpos=400"
