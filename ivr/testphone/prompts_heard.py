"""Which prompt is being heard: recognised packet by packet, exactly.

Asterisk plays an 8 kHz file in 20 ms pieces from its first sample and turns each sample into G.711 by a table. The
same done here gives the very bytes that arrive, so a packet names its prompt; nothing is guessed.
"""

import wave
from array import array
from collections.abc import Iterable
from pathlib import Path

from ivr.testphone.g711 import FRAME_SAMPLES, encode, quiet_codes
from ivr.testphone.sdp import PCMA, PCMU
from routing.plan import Leads, Plan


def prompt_book(sounds: Path, codecs: Iterable[int] = (PCMA, PCMU)) -> dict[bytes, str]:
    """Packet → prompt for every 8 kHz mono WAV below `sounds`; the prompt is named by the file without its ending.

    Packets that more than one prompt holds are left out; files of another kind are passed over.
    """
    book: dict[bytes, str] = {}
    shared: set[bytes] = set()
    for path in sorted(sounds.rglob("*.wav")):
        samples = _samples(path)
        for codec in codecs:
            for packet in _packets(samples, codec):
                if book.setdefault(packet, path.stem) != path.stem:
                    shared.add(packet)
    for packet in shared:
        del book[packet]
    return book


def _samples(path: Path) -> "array[int]":
    samples = array("h")
    try:
        with wave.open(str(path), "rb") as sound:
            if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2):
                samples.frombytes(sound.readframes(sound.getnframes()))
    except (wave.Error, EOFError, OSError):
        return array("h")
    return samples


def _packets(samples: "array[int]", codec: int) -> Iterable[bytes]:
    coded = encode(samples, codec)
    quiet = quiet_codes(codec)
    for at in range(0, len(coded) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        packet = coded[at : at + FRAME_SAMPLES]
        if len(packet.translate(None, quiet)) > FRAME_SAMPLES // 4:
            yield packet


def closing_prompts(plan: Plan) -> frozenset[str]:
    """The prompts after which this municipality may hang up: closed, a bound that was met, nobody can be reached."""
    said = [prompt for entrance in plan.entrances.values() for prompt in entrance.closed_prompts]
    said += [prompt for queue in plan.queues.values() for prompt in queue.closed_prompts]
    limits = [limit for q in plan.queues.values() for limit in (q.max_wait, q.max_length, q.nobody_logged_in) if limit]
    said += [prompt for limit in limits for way in limit.ways for prompt in way.prompts if way.leads is Leads.MESSAGE]
    return frozenset(map(str, (*said, *plan.too_many_prompts, *plan.sorry_prompts)))
