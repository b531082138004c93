"""What has become of an act at the switchboard, as whoever did it reads it."""

from collections.abc import Mapping

NO_LINK = "Växeln har ingen kontakt med telefonin just nu."
_PICK: Mapping[str, str] = {
    "no_link": NO_LINK,
    "gone": "Samtalet finns inte längre i kön.",
    "not_waiting": "Någon annan hann före: samtalet väntar inte längre.",
    "resting": "Uppringningen vilar: personen har nyss ringts.",
    "being_put_through": "Samtalet är just nu på väg till någon annan.",
    "not_cleared": "Din telefon har inte behörighet för samtal i den gruppen.",
    "not_here": "Din telefon är inte inloggad. Logga in den först.",
    "busy": "Du har redan ett samtal.",
    "phone": "Din telefon är upptagen eller svarar inte.",
}
_PARK: Mapping[str, str] = {
    "no_link": NO_LINK,
    "no_talk": "Du talar inte med någon just nu.",
    "callback": "En uppringning kan inte parkeras.",
    "recovered": "Samtalet började före växelns omstart och kan inte parkeras.",
    "time": "Välj en tid mellan fem sekunder och en kvart.",
    "too_many": "Du har redan tre samtal parkerade.",
}
_MOVE: Mapping[str, str] = {
    "unknown_queue": "Någon av grupperna finns inte längre.",
    "time": "Tiden är redan förbi.",
    "not_cleared": "Personen har inte behörighet för någon av grupperna.",
    "nobody_left": "Då skulle en grupp stå utan någon som får svara.",
}
_LOGOUT: Mapping[str, str] = {"not_here": "Personen är redan utloggad."}
_TRANSFER: Mapping[str, str] = {
    "no_talk": "Du talar inte med någon just nu.",
    "no_link": NO_LINK,
    "callback": "En uppringning kan inte kopplas vidare.",
    "unknown": "Personen tar inte emot samtal här.",
    "self": "Det är du själv.",
    "nobody_cleared": "Personen har inte behörighet för samtalet.",
    "nobody_there": "Personen är inte inloggad.",
    "nobody_ready": "Personen kan inte svara just nu.",
}
_OF = {"pick": _PICK, "park": _PARK, "move": _MOVE, "logout": _LOGOUT, "transfer": _TRANSFER}
OTHERWISE = "Det gick inte."


def why_not(order: str, why: str) -> str:
    """The engine's word for why the order was refused, as a sentence."""
    return _OF[order].get(why, OTHERWISE)
