"""What people call the measures."""

from typing import NamedTuple


class Label(NamedTuple):
    """Of one measure."""

    short: str
    """At the head of a column."""
    meaning: str
    """In full, with what is divided by what."""


LABELS: dict[str, Label] = {
    "service_level": Label(
        "Servicenivå", "Besvarade inom gränsen ÷ (besvarade + de som la på efter gränsen). Vår definition."
    ),
    "service_level_offered": Label("Servicenivå av alla", "Besvarade inom gränsen ÷ alla inkomna samtal."),
    "service_level_answered": Label(
        "Servicenivå av besvarade", "Besvarade inom gränsen ÷ besvarade. Asterisks första formel."
    ),
    "service_level_with_early": Label(
        "Servicenivå med tidigt avbrutna",
        "(Besvarade + de som la på, inom gränsen) ÷ (besvarade + de som la på). Asterisks andra formel.",
    ),
    "asa_s": Label("Medelsvarstid", "Medelväntan för dem som fick svar (ASA), från kön till svaret."),
    "mean_wait_s": Label("Medelväntan", "Medelväntan för alla som kom in i kön, även de som la på."),
    "wait_p50_s": Label("Median", "Hälften av dem som fick svar väntade högst så länge."),
    "wait_p90_s": Label("90 % inom", "Nio av tio som fick svar väntade högst så länge."),
    "wait_p99_s": Label("99 % inom", "99 av hundra som fick svar väntade högst så länge."),
    "abandoned_share": Label("La på", "Samtal där den som ringde la på i kön ÷ alla inkomna samtal."),
    "abandoned_short_share": Label("La på genast", "La på så snart att det inte räknas som väntan ÷ alla inkomna."),
    "turned_away_share": Label("Avvisade", "Fick besked om att kön är full eller väntan för lång ÷ alla inkomna."),
    "closed_share": Label("Stängt", "Kom när det var stängt, eller stod kvar när det stängde ÷ alla inkomna."),
    "answered_share": Label("Besvarade", "Besvarade ÷ alla inkomna samtal."),
    "own_share": Label("Av egen grupp", "Besvarade av någon som har kön som sin egen (nivå 2–3) ÷ besvarade."),
    "other_share": Label("Av annan grupp", "Besvarade av någon annan i huset ÷ besvarade."),
    "partner_share": Label("Av partner", "Besvarade av en extern partner ÷ besvarade."),
    "resolved_share": Label("Löst", "Samtal där ärendet blev klart ÷ besvarade och återuppringda."),
    "callers_through_share": Label("Personer som kom fram", "Personer som till slut fick svar ÷ personer som ringde."),
    "callers_settled_share": Label(
        "Personer som fick hjälp", "Personer vars ärende till slut blev klart ÷ personer som ringde."
    ),
    "calls_per_caller": Label("Samtal per person", "Alla inkomna samtal ÷ personer som ringde."),
    "redial_share": Label("Omringningar", "Samtal från någon som inte kom fram förra gången ÷ alla inkomna."),
    "transferred_share": Label("Kopplade vidare", "Vidarekopplingar ÷ besvarade samtal."),
    "occupancy": Label("Beläggning", "(Ringning + samtal + efterarbete) ÷ (inloggad tid utan paus)."),
    "talk_s": Label(
        "Samtalstid", "Medeltid från svaret till samtalets slut, med väntan på nästa person om det kopplas."
    ),
    "handle_s": Label("Hanteringstid", "Samtalstid och efterarbete, i medeltal."),
    "cost": Label("Kostnad", "Personalens inloggade timmar och partnerns samtalsminuter."),
    "partner_minutes": Label("Partnerminuter", "Samtalsminuter hos externa partner."),
    "offered": Label("Inkomna", "Alla samtal, omringningar inräknade."),
    "answered": Label("Antal besvarade", "Samtal som fick svar, av egen personal eller partner."),
    "abandoned": Label("Antal la på", "Samtal där den som ringde la på i kön."),
    "turned_away": Label("Antal avvisade", "Samtal som fick besked om full kö eller för lång väntan."),
    "closed": Label("Antal stängt", "Samtal som kom när det var stängt, eller stod kvar när det stängde."),
    "callback_kept": Label("Återuppringda", "Samtal som lämnade kön mot löfte om återuppringning, och blev uppringda."),
    "callback_failed": Label("Ej återuppringda", "Löften om återuppringning som inte gick att hålla."),
    "failed": Label("Fel", "Samtal som aldrig kunde få svar innan körningen tog slut."),
    "moved": Label("Flyttade", "Samtal som slutade i en annan kö än den första."),
    "callers": Label("Personer", "Personer som ringde, hur många gånger de än ringde."),
    "redials": Label("Antal omringningar", "Samtal från någon som inte kom fram förra gången."),
    "rings_again": Label("Ringde igen", "Samtal från någon som fick svar förra gången men inte löst sitt ärende."),
    "promised": Label("Lovade återuppringningar", "Återuppringningar som handläggaren lovade i ett samtal."),
    "promises_kept": Label("Hållna löften", "Sådana som blev av."),
}
"""By the key in `simulator.measuring.definitions`."""

ALL_QUEUES = "Alla köer"
