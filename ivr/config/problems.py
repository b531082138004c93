"""A problem in a municipality's files, or in a scenario: a code, how bad, where it stands, a sentence, and the cure.

Sentences are Swedish: those who keep the files read them. Every code has one severity and one failing sample among
the tests; an error keeps the municipality from being used, a warning does not.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad; the value is the word that is printed."""

    ERROR = "fel"
    WARNING = "varning"


class Code(StrEnum):
    """What kind of problem. Y: the file as YAML. S: its fields. N: numbers and menus. K: queues, agents, partners.

    T: opening hours. P: prompts and their sounds. D: the directory. A: types of matter. L: alarms. B: the wallboard.

    M: the planner's scenarios.
    """

    FILE_UNREADABLE = "Y01"
    FILE_MISSING = "Y02"
    FILE_UNKNOWN = "Y03"
    FILE_TOO_LARGE = "Y04"
    NOT_UTF8 = "Y05"
    BOM = "Y06"
    TAB = "Y07"
    SYNTAX = "Y08"
    EMPTY = "Y09"
    DUPLICATE_KEY = "Y10"
    AMBIGUOUS_VALUE = "Y11"
    ALIAS = "Y12"
    TAG = "Y13"
    TOO_NESTED = "Y14"
    SEVERAL_DOCUMENTS = "Y15"
    BAD_KEY = "Y16"

    UNKNOWN_FIELD = "S01"
    MISSING_FIELD = "S02"
    WRONG_TYPE = "S03"
    OUT_OF_BOUNDS = "S04"
    BAD_TEXT = "S05"
    NOT_AN_OPTION = "S06"
    CHOICE_NOT_ONE_TARGET = "S07"
    RESERVED_KEY = "S08"
    RESERVED_NAME = "S09"
    BAD_HOURS = "S10"
    BAD_DATE = "S11"
    UNKNOWN_TIMEZONE = "S12"
    BAD_NUMBER = "S13"
    NUMBER_NOT_ALLOWED = "S14"
    WAY_FIELDS = "S15"

    UNKNOWN_MENU = "N01"
    UNKNOWN_QUEUE = "N02"
    NUMBER_TWICE = "N03"
    UNREACHABLE_MENU = "N04"
    UNREACHABLE_QUEUE = "N05"
    MENU_LOOP = "N06"
    TOO_MANY_CHOICES = "N07"
    KEYS_OUT_OF_ORDER = "N08"
    LABEL_AFTER_DIGIT = "N09"
    WRONG_DIGIT_SPOKEN = "N10"
    MENU_LONG = "N11"
    MENU_TOO_LONG = "N12"
    GREETING_LONG = "N13"

    NOBODY_IN_QUEUE = "K01"
    NOBODY_OWN = "K02"
    NOBODY_CLEARED = "K03"
    ONE_CLEARED = "K04"
    AGENT_UNCLEARED = "K05"
    PARTNER_CONFIDENTIAL = "K06"
    STEPS_OUT_OF_ORDER = "K07"
    UNKNOWN_PARTNER = "K08"
    PARTNER_NOT_RUNG = "K09"
    UNKNOWN_CLEARANCE = "K10"
    EXTENSION_TWICE = "K11"
    STEP_FIELDS = "K12"
    UNUSED_PARTNER = "K13"
    OVERFLOW_CIRCLE = "K14"
    OVERFLOW_UNCLEARED = "K15"
    WAY_NEVER = "K16"
    NO_CALLBACK = "K17"
    NO_WAY_OUT = "K18"

    UNKNOWN_HOURS = "T01"
    UNUSED_HOURS = "T02"
    NEVER_OPEN = "T03"
    CLOSED_WITHOUT_WORDS = "T04"
    NET_CLOSED = "T05"
    EVE_UNDECIDED = "T06"
    CALENDAR_FAULT = "T07"

    UNKNOWN_PROMPT = "P01"
    MANUSCRIPTS_REFUSED = "P02"
    SOUNDS_NOT_BUILT = "P03"
    SOUND_BAD = "P04"
    SOUND_STALE = "P05"

    DIRECTORY_FORM = "D01"
    DIRECTORY_ROW = "D02"
    DIRECTORY_NONE = "D03"
    DIRECTORY_UNUSED = "D04"
    PROMPT_UNTRANSLATED = "P06"
    NOBODY_SPEAKS = "P07"

    UNKNOWN_DEPARTMENT = "A01"
    UNUSED_DEPARTMENT = "A02"
    BAD_LINK = "A03"
    SAME_TITLE = "A04"
    QUEUE_WITHOUT_MATTER = "A05"
    MATTER_OF_NO_QUEUE = "A06"

    ALARM_ORDER = "L01"

    THRESHOLD_ORDER = "B01"

    UNKNOWN_SCENARIO = "M01"
    LIKE_CIRCLE = "M02"
    SCENARIO_KIND = "M03"
    NOT_ONE_DISTRIBUTION = "M04"
    BAD_SHARES = "M05"
    ARRIVALS_FIELDS = "M06"
    BAD_CALLS_FILE = "M07"
    NO_SUCH_WAY = "M08"
    TALK_MISSING = "M09"
    NOBODY_RINGS = "M10"
    UNKNOWN_AGENT = "M11"
    BAD_SHIFT = "M12"
    SHIFTS_OVERLAP = "M13"
    ON_LEAVE = "M14"
    NEVER_WORKS = "M15"
    NOTHING_COUNTED = "M16"


WARNINGS = frozenset(
    {
        Code.UNREACHABLE_QUEUE,
        Code.TOO_MANY_CHOICES,
        Code.KEYS_OUT_OF_ORDER,
        Code.LABEL_AFTER_DIGIT,
        Code.MENU_LONG,
        Code.GREETING_LONG,
        Code.NOBODY_OWN,
        Code.ONE_CLEARED,
        Code.PARTNER_NOT_RUNG,
        Code.UNUSED_PARTNER,
        Code.WAY_NEVER,
        Code.NO_CALLBACK,
        Code.NO_WAY_OUT,
        Code.UNUSED_HOURS,
        Code.EVE_UNDECIDED,
        Code.SOUNDS_NOT_BUILT,
        Code.SOUND_BAD,
        Code.SOUND_STALE,
        Code.PROMPT_UNTRANSLATED,
        Code.NOBODY_SPEAKS,
        Code.CALENDAR_FAULT,
        Code.DIRECTORY_ROW,
        Code.DIRECTORY_NONE,
        Code.DIRECTORY_UNUSED,
        Code.UNUSED_DEPARTMENT,
        Code.QUEUE_WITHOUT_MATTER,
        Code.MATTER_OF_NO_QUEUE,
        Code.NOBODY_RINGS,
        Code.NEVER_WORKS,
    }
)
"""Every other code is an error. Callers are better served by a tone, or a person of another group, than by nothing."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A character in a file; line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or may be."""

    code: Code
    where: Place
    sentence: str
    cure: str

    @property
    def severity(self) -> Severity:
        """Follows from the code."""
        return Severity.WARNING if self.code in WARNINGS else Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where}: {self.severity} {self.code}: {self.sentence} Åtgärd: {self.cure}"


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by place."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.where, p.code, p.sentence)))
