"""What a manuscript becomes before a voice reads it: abbreviations, times, phone numbers, hard words put right. Pure.

One rule: the words of a manuscript are for people; whatever the voice needs beside them stands in the lexicon, and
only from there come phonemes, written [[…]] as espeak-ng wants them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_WHITE = re.compile(r"\s+")
_TIME = re.compile(r"(?<![\d.])([01]?\d|2[0-4])\.([0-5]\d)(?![\d.]*\d)")
_PHONE = re.compile(r"(?<![\w.])\+?\d[\d -]{4,}\d(?!\w)|(?<![\w.])0\d{1,3}-[\d ]*\d(?!\w)")
_DOMAIN_DOT = re.compile(r"(?<=\w)\.(?=(?:se|nu|com|org|eu)\b)")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How one language's hard words are said. Keys are whole words or abbreviations, case ignored."""

    say: Mapping[str, str] = field(default_factory=dict)
    """Written → other words to read instead: kl. → klockan."""
    sounds: Mapping[str, str] = field(default_factory=dict)
    """Word → espeak-ng phonemes, without the brackets."""
    digits: tuple[str, ...] = ()
    """The ten digits in words, 0 first; () leaves long numbers to the voice."""
    plus: str = "+"
    """How the + of an international number is said."""
    dot: str = "."
    """How the dot in a web address is said."""

    def with_more(self, other: "Lexicon") -> "Lexicon":
        """Both; where both have a word, `other` wins."""
        return Lexicon(
            say={**self.say, **other.say},
            sounds={**self.sounds, **other.sounds},
            digits=other.digits or self.digits,
            plus=other.plus if other.digits else self.plus,
            dot=other.dot if other.digits else self.dot,
        )


def spoken_text(text: str, lexicon: Lexicon) -> str:
    """The text to hand to the voice: one line, NFC, everything the lexicon knows replaced."""
    text = _WHITE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    text = _replace_words(text, lexicon.say, str)
    text = _TIME.sub(lambda m: _time_in_words(m[1], m[2]), text)
    if lexicon.digits:
        text = _PHONE.sub(lambda m: _digit_by_digit(m[0], lexicon), text)
        text = _DOMAIN_DOT.sub(f" {lexicon.dot} ", text)
    return _replace_words(text, lexicon.sounds, "[[{}]]".format)


def _replace_words(text: str, words: Mapping[str, str], write: Callable[[str], str]) -> str:
    """Each whole word of `words` replaced, the longest first, so that "bl.a." is not read as "a."."""
    if not words:
        return text
    folded = {word.casefold(): write(instead) for word, instead in words.items()}
    longest_first = sorted(folded, key=lambda word: (-len(word), word))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda m: folded[m[0].casefold()], text)


def _time_in_words(hour: str, minute: str) -> str:
    """18.30 → 18 30, which a voice reads as two numbers; 08.00 → 8."""
    return str(int(hour)) if minute == "00" else f"{int(hour)} {minute}"


def _digit_by_digit(number: str, lexicon: Lexicon) -> str:
    """08-530 610 00 → noll åtta, fem tre noll, …: a pause between the groups as written."""
    groups = [group for group in re.split(r"[ -]+", number.removeprefix("+")) if group]
    spoken = ", ".join(" ".join(lexicon.digits[int(digit)] for digit in group) for group in groups)
    return f"{lexicon.plus} {spoken}" if number.startswith("+") else spoken
