"""A place to build a few prompts in, and sounds made by calculation."""

import math
import wave
from array import array

from ivr.manuscripts import manuscripts
from ivr.speech import build

FEW = """\
kort: {text: ett, when: prov, version: 1}
val: {text: "bygg, gata, park eller miljö, tryck 4;", when: prov, version: 1, pause_ms: 500}
ko: {text: Du står i kö., when: prov, version: 1}
"""
LEXICON = 'sounds: {kö: "k\'Y:"}\n'


class Workshop:
    """One installation's directories, and manuscripts that a test may change."""

    def __init__(self, root):
        self.manuscripts_dir = root / "manus"
        self.home = root / "home"
        self.sounds = self.home / "sounds"
        self.recordings = self.home / "recordings"
        self.manuscripts_dir.mkdir(parents=True)
        (self.recordings / "sv").mkdir(parents=True)
        self.write(FEW)
        (self.manuscripts_dir / "lexicon.yaml").write_text(LEXICON, encoding="utf-8")

    def write(self, text):
        (self.manuscripts_dir / "prompts.yaml").write_text(text, encoding="utf-8")

    def change(self, old, new):
        path = self.manuscripts_dir / "prompts.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def written(self):
        return manuscripts(self.manuscripts_dir)

    def build(self):
        """What became of each prompt, by id."""
        return {result.prompt: result for result in build(self.written, self.sounds, "sv", self.recordings)}

    def made(self):
        return {prompt: result.made.value for prompt, result in self.build().items()}

    def sound(self, name):
        return self.sounds / "sv" / name

    def recording(self, name):
        return self.recordings / "sv" / name


def hum(rate_hz, ms, amplitude):
    """A hum of 200 Hz with silence of 300 ms on either side."""
    quiet = [0] * (rate_hz * 300 // 1000)
    tone = [round(amplitude * math.sin(2 * math.pi * 200 * i / rate_hz)) for i in range(rate_hz * ms // 1000)]
    return array("h", quiet + tone + quiet)


def write_pcm(path, samples, rate_hz=8_000, channels=1, width=2):
    """A WAV file of any shape, right or wrong."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
