"""What may stand in a line of Asterisk's configuration. Everything else is refused, or, for display, left out.

A value from outside may not end a line, begin a comment, a section, an argument or an expression.
"""

import re

_PLAIN = re.compile(r"[\w ./:@+&=%*#-]*")
_NOT_DISPLAYED = re.compile(r"[^\w .:@+*-]+")
_DISPLAY_LENGTH = 40

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""An id that becomes the name of a context, a queue or an endpoint."""
AGENT = NAME
"""Begins with a letter: no caller's number can be an agent's name."""
EXTENSION = re.compile(r"[0-9]{1,10}")
NUMBER = re.compile(r"\+?[0-9]{1,20}")
HOST_PORT = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}(:[0-9]{2,5})?")
KEY = re.compile(r"[0-9*#]")


class RenderError(ValueError):
    """A value that Asterisk would take for something else than a value."""


def output(value: object) -> object:
    """The value as it may be written; every `{{ }}` of every template passes here."""
    text = str(value)
    if not _PLAIN.fullmatch(text):
        raise RenderError(f"Kan inte stå i Asterisks konfiguration: {text!r}")
    return value


def checked(pattern: re.Pattern[str], text: str, what: str) -> str:
    """The text, which has this form."""
    if not pattern.fullmatch(text):
        raise RenderError(f"{what}: {text!r} kan inte användas; tillåtet är {pattern.pattern}")
    return text


def written_secret(text: str, what: str) -> str:
    """The secret, which can be written; the message of a refusal does not repeat it."""
    if not (text and text.isascii() and text.isalnum()):
        raise RenderError(f"{what}: bara bokstäver och siffror kan användas")
    return text


def display(text: str) -> str:
    """The text as a telephone's display shows it, without what could mean anything else."""
    return " ".join(_NOT_DISPLAYED.sub(" ", text).split())[:_DISPLAY_LENGTH].strip()
