"""Why something cannot be done with a call, as the person who asked reads it."""

from collections.abc import Mapping

_WHY: Mapping[str, str] = {
    "no_talk": "Du talar inte med någon just nu.",
    "no_link": "Växeln har ingen kontakt med telefonin just nu.",
    "callback": "En uppringning kan inte kopplas vidare.",
    "unknown": "Den finns inte längre.",
    "self": "Det är du själv.",
    "closed": "Stängt nu.",
    "nobody_cleared": "Ingen annan där får ta samtalet.",
    "nobody_there": "Ingen där är inloggad.",
    "nobody_ready": "Ingen där kan svara just nu.",
    "no_wrap_up": "Du är inte i efterbehandling.",
    "waits_for_transfer": "Efterbehandlingen varar tills kopplingen besvaras.",
    "no_queue": "Den gruppen finns inte.",
    "number_not_rung": "Numret är dolt, utländskt eller ett betalnummer och rings inte upp.",
    "line_closed": "Gruppen har stängt och ringer inte upp någon annan dag.",
    "already_promised": "Numret ska redan ringas upp.",
    "reason_is_the_engines_own": "Skriv varför med andra ord: det där säger växeln själv om dem som inte svarar.",
    "known_call": "Löftet är redan gjort.",
    "no_such_call": "Samtalet finns inte längre.",
}
OTHERWISE = "Det gick inte."


def refused(why: str) -> str:
    """The word for machines as a sentence for people."""
    return _WHY.get(why, OTHERWISE)
