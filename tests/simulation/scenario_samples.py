"""For every code of scenarios a file that brings the problem forth, and part of the line where it must stand."""

from dataclasses import dataclass

from ivr.config.problems import Code

QUEUES = "queues: {q: {}}\n"
AGENTS = "agents: {a: {count: 3, queues: {q: 3}}}\n"
RINGS = "arrivals: {q: 60}\n"
TALK = "talk: 240\n"
MODEL = QUEUES + AGENTS + RINGS + TALK
TOWN = "municipality: botkyrka\ndate: 2026-03-03\n" + "arrivals: {aldre: {per_day: 80}}\n" + TALK


@dataclass(frozen=True)
class Sample:
    code: Code
    text: str
    at: str
    """Part of the line at which the problem stands."""
    name: str = ""


SAMPLES = (
    Sample(Code.UNKNOWN_SCENARIO, MODEL + "like: finns_inte\n", "like:"),
    Sample(Code.LIKE_CIRCLE, MODEL + "like: scenario.yaml\n", "like:"),
    Sample(Code.SCENARIO_KIND, RINGS + TALK, "arrivals:", "neither"),
    Sample(Code.SCENARIO_KIND, MODEL + "date: 2026-03-03\n", "date:", "a date in a model"),
    Sample(Code.SCENARIO_KIND, TOWN + AGENTS, "agents:", "agents in a municipality"),
    Sample(Code.SCENARIO_KIND, TOWN + "run: {length_h: 3}\n", "length_h", "half a day"),
    Sample(Code.NOT_ONE_DISTRIBUTION, MODEL + "patience: {exponential: 3, constant: 3}\n", "patience:", "two"),
    Sample(Code.NOT_ONE_DISTRIBUTION, MODEL + "menu: {q: {}}\n", "menu:", "none"),
    Sample(Code.BAD_SHARES, MODEL + "question_levels: [0.5, 0.3, 0.1]\n", "question_levels:", "sum"),
    Sample(Code.BAD_SHARES, MODEL + "question_levels: {q: [0.5, 0.5]}\n", "question_levels:", "two"),
    Sample(Code.ARRIVALS_FIELDS, MODEL.replace("q: 60", "q: {per_hour: 3, per_day: 4}"), "arrivals:", "two"),
    Sample(Code.ARRIVALS_FIELDS, MODEL.replace("q: 60", "q: {slot_minutes: 3}"), "arrivals:", "none"),
    Sample(Code.ARRIVALS_FIELDS, MODEL.replace("q: 60", "q: {per_day: 4, profile: natt}"), "arrivals:", "profile"),
    Sample(Code.ARRIVALS_FIELDS, TOWN + "arrivals_log: {database: x, date: 2026-03-03}\n", "municipality:", "log"),
    Sample(Code.BAD_CALLS_FILE, MODEL + "arrivals_csv: finns_inte.csv\n", "arrivals_csv:"),
    Sample(Code.BAD_CALLS_FILE, MODEL + "patience: {empirical_csv: finns_inte.csv}\n", "patience:", "spans"),
    Sample(
        Code.BAD_CALLS_FILE,
        TOWN.replace("arrivals: {aldre: {per_day: 80}}\n", "")
        + "arrivals_log: {database: finns_inte, date: 2026-03-03}\n",
        "arrivals_log:",
        "log",
    ),
    Sample(Code.NO_SUCH_WAY, TOWN.replace("per_day: 80", 'per_day: 80, keys: ["2"]'), "keys:", "another queue"),
    Sample(Code.NO_SUCH_WAY, TOWN.replace("per_day: 80", 'per_day: 80, keys: ["*"]'), "keys:", "nowhere"),
    Sample(
        Code.NO_SUCH_WAY,
        TOWN.replace("aldre: {per_day: 80}", 'ovrigt: {per_day: 80, keys: [""]}'),
        "keys:",
        "silence once, where the menu is said twice",
    ),
    Sample(Code.NO_SUCH_WAY, TOWN.replace("per_day: 80", 'per_day: 80, number: "112"'), "number:", "number"),
    Sample(
        Code.NO_SUCH_WAY,
        TOWN.replace("aldre", "gomd") + "change: {queues: {gomd: {plan: [{after_s: 0, to: any}]}}}\n",
        "arrivals:",
        "a queue that no key leads to",
    ),
    Sample(Code.TALK_MISSING, QUEUES + AGENTS + RINGS, "arrivals:"),
    Sample(Code.NOBODY_RINGS, QUEUES + AGENTS + TALK + "arrivals: {}\n", "arrivals:"),
    Sample(Code.NOBODY_RINGS, TOWN.replace("03-03", "03-01"), "arrivals:", "a Sunday"),
    Sample(Code.UNKNOWN_AGENT, TOWN + "without: [nisse]\n", "without:", "taken out"),
    Sample(Code.UNKNOWN_AGENT, MODEL + "staff: [{agents: b, from_s: 0, to_s: 9}]\n", "staff:", "at work"),
    Sample(Code.BAD_SHIFT, MODEL + 'staff: [{agents: a, from: "8:00", to_s: 9}]\n', "staff:", "two kinds"),
    Sample(Code.BAD_SHIFT, MODEL + 'staff: [{agents: a, from: "9:00", to: "8:00"}]\n', "staff:", "backwards"),
    Sample(Code.BAD_SHIFT, MODEL + 'staff: [{agents: a, from: "25:00", to: "8:00"}]\n', "staff:", "no clock"),
    Sample(Code.BAD_SHIFT, MODEL + "staff: [{agents: a, from: 8.30, to: 16.30}]\n", "staff:", "a decimal"),
    Sample(
        Code.BAD_SHIFT, MODEL + 'staff: [{agents: a, from: "8:00", to: "9:00", breaks: ["9-10"]}]\n', "staff:", "break"
    ),
    Sample(Code.BAD_SHIFT, MODEL + "staff: [{agents: a, count: 4, from_s: 0, to_s: 9}]\n", "staff:", "too many"),
    Sample(
        Code.SHIFTS_OVERLAP,
        MODEL + "staff:\n- {agents: a, from_s: 0, to_s: 9}\n- {agents: a_1, from_s: 8, to_s: 12}\n",
        "a_1",
    ),
    Sample(
        Code.ON_LEAVE, MODEL + "leave: [{agents: [a_2]}]\nstaff: [{agents: [a_1, a_2], from_s: 0, to_s: 9}]\n", "staff:"
    ),
    Sample(Code.NEVER_WORKS, MODEL + "staff: [{agents: a_1, from_s: 0, to_s: 9}]\n", "staff:"),
    Sample(Code.NOTHING_COUNTED, MODEL + "run: {length_h: 1, warm_up_s: 3600}\n", "run:"),
    # Codes of the municipality, at their places in a scenario.
    Sample(Code.UNKNOWN_QUEUE, MODEL + "patience: {w: {exponential: 3}}\n", "patience:", "of a figure"),
    Sample(Code.UNKNOWN_QUEUE, MODEL.replace("{q: 3}", "{w: 3}"), "agents:", "of an agent"),
    Sample(Code.UNKNOWN_QUEUE, TOWN + "change: {agents: {nils: {queues: {w: 3}}}}\n", "change:", "of a new agent"),
    Sample(
        Code.DUPLICATE_KEY,
        TOWN + "change: {defaults: {}}\nchange: {agents: {nils: {}}}\n",
        "agents: {nils",
        "change twice",
    ),
    Sample(Code.OUT_OF_BOUNDS, MODEL + "resolution: {q: {own: 1.4}}\n", "resolution:", "share over 1"),
    Sample(Code.OUT_OF_BOUNDS, MODEL + "resolution: 1.4\n", "resolution:", "share alone over 1"),
    Sample(Code.OUT_OF_BOUNDS, MODEL + "redial: {probability: -0.1, after: 60}\n", "redial:", "share under 0"),
    Sample(Code.OUT_OF_BOUNDS, MODEL.replace("q: 60", "q: -60"), "arrivals:", "negative rate"),
    Sample(Code.OUT_OF_BOUNDS, MODEL + "patience: {lognormal: {mean_s: 3, cv: 0}}\n", "patience:", "cv 0"),
    Sample(Code.OUT_OF_BOUNDS, MODEL.replace("count: 3", "count: 0"), "agents:", "no members"),
    Sample(Code.WRONG_TYPE, MODEL + 'shrinkage: "0,1"\n', "shrinkage:", "a text"),
    Sample(Code.UNKNOWN_FIELD, MODEL + "patence: 3\n", "patence:", "a slip"),
    Sample(Code.UNKNOWN_FIELD, MODEL + "patience: {q: {exponentiel: 3}}\n", "patience:", "a slip within"),
    Sample(Code.UNKNOWN_FIELD, TOWN + "change: {staff: {}}\n", "change:", "not the municipality's"),
    Sample(Code.UNKNOWN_FIELD, TOWN + "change: {queues: {aldre: {rings: 3}}}\n", "change:", "not a queue's"),
    Sample(Code.MISSING_FIELD, TOWN.replace("date: 2026-03-03\n", ""), "municipality:", "date"),
    Sample(Code.MISSING_FIELD, MODEL + "partners: {svar: {}}\n", "partners:", "lines"),
    Sample(Code.NOBODY_IN_QUEUE, MODEL.replace("{q: {}}", "{q: {}, w: {}}"), "queues:"),
    Sample(Code.STEP_FIELDS, MODEL.replace("{q: {}}", "{q: {plan: [{after_s: 0, to: partner}]}}"), "queues:"),
    Sample(Code.FILE_UNREADABLE, TOWN.replace("botkyrka", "atlantis"), "municipality:", "town"),
)
