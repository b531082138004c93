"""For every code a change of the shipped municipality that brings the problem forth, and where it must stand."""

from dataclasses import dataclass

from ivr.config.problems import Code

Change = tuple[str, str, str]
"""File, a text that stands in it once, and what comes in its place."""


@dataclass(frozen=True)
class Sample:
    code: Code
    changes: tuple[Change, ...]
    at: str
    """Part of the line at which the problem stands."""
    name: str = ""


def one(code: Code, file: str, old: str, new: str, at: str = "", *, name: str = "") -> Sample:
    return Sample(code, ((file, old, new),), at or new.strip(), name)


AGENTS, HOURS, MENU, QUEUES = "agents.yaml", "hours.yaml", "menu.yaml", "queues.yaml"
NUMBERS, PARTNERS, PROMPTS = "municipality.yaml", "partners.yaml", "prompts.yaml"
MATTERS, ALARMS, WEBHOOKS = "matters.yaml", "alarms.yaml", "webhooks.yaml"
CHOICE_6 = "6: {prompt: val_6_namn, directory: true}"
FRIDAY = 'fredag: "8:00-14:30"'
SEVEN = f"{CHOICE_6}\n      7: {{prompt: val_6_namn, queue: ovrigt}}"
ANY_STEP = "- {after_s: 0, to: any, min_level: 1}"
PARTNER_STEP = "- {after_s: 90, to: partner, partner: svar}"
A_PARTNER = (PARTNERS, "partners: {}", 'partners: {svar: {title: Svar AB, number: "+46846500499", lines: 4}}')
PREMIUM = (PARTNERS, "partners: {}", A_PARTNER[2].replace("+4684650", "+4690050"))
ABROAD = (PARTNERS, "partners: {}", A_PARTNER[2].replace("+46846500499", "+4787654321"))
SMALL = "choices: {1: {prompt: val_1_aldre, %s}}, silence: ovrigt, human: ovrigt}"
BYGG_ALONE = (QUEUES, "title: Bygg, gata, park och miljö", "title: Bygg\n    plan: [{after_s: 0, to: own}]")
NO_BYGG = (
    (AGENTS, "{aldre: 2, bygg: 2}", "{aldre: 2}"),
    (AGENTS, "{bygg: 3}", "{ovrigt: 2}"),
    (AGENTS, "{bygg: 2, ovrigt: 2}", "{ovrigt: 2}"),
)
LAST_WORDS = "{to: message, say: [beklagar]}"


def ended(ways: str) -> str:
    """A limit in place of an indented line."""
    return f"  max_wait: {{after_s: 600, then: [{ways}]}}"


NIGHT = """\
hours:
  natt:
    weekly: {måndag: 0-6, tisdag: 0-6, onsdag: 0-6, torsdag: 0-6, fredag: 0-6, lördag: 0-6, söndag: 0-6}
    red_days: som vanligt
    eves: {trettondagsafton: stängt, skärtorsdag: stängt, påskafton: stängt, valborgsmässoafton: stängt,
           dag före kristi himmelsfärd: stängt, pingstafton: stängt, midsommarafton: stängt, allhelgonaafton: stängt,
           julafton: stängt, nyårsafton: stängt, klämdag: stängt}
"""

GERMAN = (MENU, "7: {prompt: sprak_fi, language: fi}", "7: {prompt: sprak_fi, language: de}")

YAML = (
    one(Code.TAB, HOURS, "      tisdag:", "\ttisdag:"),
    one(Code.SYNTAX, MENU, CHOICE_6, "6: {prompt: val_6_namn, queue: ovrigt", "7: {prompt: sprak_fi"),
    one(Code.EMPTY, HOURS, "red_days: stängt", "red_days:"),
    one(Code.DUPLICATE_KEY, MENU, "6: {prompt: val_6", "5: {prompt: val_6"),
    one(Code.DUPLICATE_KEY, MENU, "6: {prompt: val_6", '"5": {prompt: val_6', name="quoted"),
    one(Code.AMBIGUOUS_VALUE, HOURS, "påskafton: stängt", "påskafton: no"),
    one(Code.AMBIGUOUS_VALUE, HOURS, FRIDAY, "fredag: 8:30", name="sexagesimal"),
    one(Code.AMBIGUOUS_VALUE, HOURS, FRIDAY, "fredag: 8.30", name="decimal"),
    one(Code.AMBIGUOUS_VALUE, AGENTS, 'extension: "101"', "extension: 0101", name="octal"),
    one(Code.AMBIGUOUS_VALUE, NUMBERS, "login_by_phone: true", "login_by_phone: ja", name="ja"),
    one(Code.AMBIGUOUS_VALUE, AGENTS, "  amina: {", "  on: {", name="key"),
    one(Code.ALIAS, QUEUES, "queued: [ko_bygg]", "queued: &a [ko_bygg]"),
    one(Code.ALIAS, QUEUES, "  bygg:\n", "  <<: x\n  bygg:\n", "<<: x", name="merge"),
    one(Code.TAG, QUEUES, "queued: [ko_bygg]", 'queued: !!python/object/apply:os.system ["true"]'),
    one(Code.TOO_NESTED, QUEUES, "queued: [ko_bygg]", f"queued: {'[' * 40}{']' * 40}"),
    one(Code.SEVERAL_DOCUMENTS, PARTNERS, "partners: {}", "partners: {}\n---\nx: 1", "---"),
    one(Code.BAD_KEY, PARTNERS, "partners: {}", "[a, b]: 1"),
)
FIELDS = (
    one(Code.UNKNOWN_FIELD, QUEUES, "  ring_s: 20", "  rings: 20"),
    one(Code.MISSING_FIELD, MENU, "    silence: ovrigt ", "    # ", "before"),
    one(Code.MISSING_FIELD, HOURS, "      söndag: stängt\n", "", "måndag", name="a weekday"),
    one(Code.WRONG_TYPE, QUEUES, "  ring_s: 20", '  ring_s: "20"'),
    one(Code.OUT_OF_BOUNDS, AGENTS, "{aldre: 3, ovrigt: 2}", "{aldre: 4, ovrigt: 2}", name="level"),
    one(Code.OUT_OF_BOUNDS, MENU, "invalid_tries: 2", "invalid_tries: 0", name="tries"),
    one(Code.OUT_OF_BOUNDS, QUEUES, "  ring_s: 20", "  ring_s: 4", name="ring"),
    one(Code.OUT_OF_BOUNDS, NUMBERS, "max_calls: 5000", "max_calls: 1000000", name="calls"),
    one(Code.BAD_TEXT, AGENTS, "  amina: {", "  Amina/..: {", name="id"),
    one(Code.BAD_TEXT, AGENTS, "name: Ivan Petrović", r'name: "Ivan\r\nAction: Originate"', "Originate", name="title"),
    one(Code.BAD_TEXT, MENU, "before: [galler]", "before: [../../etc/passwd]", name="path"),
    one(Code.NOT_AN_OPTION, NUMBERS, "discipline: own_first", "discipline: random"),
    one(Code.NOT_AN_OPTION, HOURS, "klämdag: som vanligt", "klemdag: som vanligt", name="eve"),
    one(Code.CHOICE_NOT_ONE_TARGET, MENU, CHOICE_6, "6: {prompt: val_6_namn}"),
    one(Code.CHOICE_NOT_ONE_TARGET, MENU, CHOICE_6, "6: {prompt: val_6_namn, queue: ovrigt, menu: a}", name="two"),
    one(Code.RESERVED_KEY, MENU, "6: {prompt", "0: {prompt", "1: {prompt"),
    one(Code.RESERVED_KEY, MENU, "6: {prompt", '"*": {prompt', "1: {prompt", name="star"),
    one(Code.RESERVED_NAME, AGENTS, "  amina: {", "  trunk: {"),
    one(Code.BAD_HOURS, HOURS, FRIDAY, 'fredag: "8:00-7:30"'),
    one(Code.BAD_HOURS, HOURS, FRIDAY, 'fredag: "8-12, 11-14"', name="overlap"),
    one(Code.BAD_HOURS, HOURS, FRIDAY, "fredag: 8", name="number"),
    one(Code.BAD_HOURS, HOURS, FRIDAY, 'fredag: "8:00-24:01"', name="past midnight"),
    one(Code.BAD_DATE, HOURS, "dates: {}", "dates: {2026-02-30: stängt}"),
    one(Code.UNKNOWN_TIMEZONE, NUMBERS, "Europe/Stockholm ", "Europe/Botkyrka "),
    one(Code.BAD_NUMBER, NUMBERS, '"+46846500400"', '"08-465 004 00"'),
    one(Code.NUMBER_NOT_ALLOWED, *PREMIUM),
    one(Code.NUMBER_NOT_ALLOWED, *ABROAD, name="abroad"),
)
MENUS = (
    one(Code.UNKNOWN_MENU, NUMBERS, "menu: huvudmeny", "menu: nattmeny"),
    one(Code.UNKNOWN_MENU, MENU, CHOICE_6, "6: {prompt: val_6_namn, menu: namnval}", name="choice"),
    one(Code.RESERVED_KEY, QUEUES, 'human: "0"', 'human: "*"', name="line"),
    one(Code.UNKNOWN_QUEUE, QUEUES, "human_queue: ovrigt", "human_queue: vaxel", name="line"),
    one(Code.UNKNOWN_QUEUE, MENU, CHOICE_6, "6: {prompt: val_6_namn, queue: namn}"),
    one(Code.UNKNOWN_QUEUE, MENU, "silence: ovrigt", "silence: vaxel", name="silence"),
    one(Code.UNKNOWN_QUEUE, AGENTS, "queues: {barn_skola: 3}", "queues: {skola: 3}", name="agent"),
    one(Code.UNKNOWN_QUEUE, QUEUES, ANY_STEP, "- {after_s: 0, to: any, queues: [vaxel]}", name="step"),
    one(
        Code.NUMBER_TWICE,
        NUMBERS,
        "    menu: huvudmeny\n",
        '    menu: huvudmeny\n  - number: "+46846500401"\n    also: ["0846500400"]\n    menu: huvudmeny\n',
        '"+46846500401"',
    ),
    one(Code.UNREACHABLE_MENU, MENU, "menus:\n", f"menus:\n  glomd: {{{SMALL % 'queue: aldre'}\n", "glomd"),
    one(Code.UNREACHABLE_QUEUE, MENU, "val_4_bygg, queue: bygg", "val_4_bygg, queue: ovrigt", "bygg:"),
    one(Code.MENU_LOOP, MENU, CHOICE_6, "6: {prompt: val_6_namn, menu: huvudmeny}"),
    Sample(
        Code.MENU_LOOP,
        (
            (MENU, CHOICE_6, "6: {prompt: val_6_namn, menu: runt}"),
            (MENU, "menus:\n", f"menus:\n  runt: {{{SMALL % 'menu: igen'}\n  igen: {{{SMALL % 'menu: runt'}\n"),
        ),
        "igen: {choices",
        "round",
    ),
    one(Code.TOO_MANY_CHOICES, MENU, CHOICE_6, SEVEN, "choices:"),
    one(Code.KEYS_OUT_OF_ORDER, MENU, "6: {prompt: val_6", "8: {prompt: val_6", "choices:"),
    one(Code.WRONG_DIGIT_SPOKEN, MENU, "1: {prompt: val_1_aldre", "1: {prompt: val_4_bygg"),
    one(Code.WRONG_DIGIT_SPOKEN, MENU, "1: {prompt: val_1_aldre", "1: {prompt: galler", name="none"),
    one(Code.MENU_LONG, MENU, "first_key_s: 6", "first_key_s: 7", "huvudmeny:"),
    one(Code.MENU_TOO_LONG, MENU, "before: [galler]", "before: [stangt, galler]", "huvudmeny:"),
    one(Code.GREETING_LONG, NUMBERS, "greeting: [valkommen]", "greeting: [valkommen, stangt]"),
)
PEOPLE = (
    Sample(Code.NOBODY_IN_QUEUE, (BYGG_ALONE, *NO_BYGG), "bygg:"),
    Sample(Code.NOBODY_OWN, NO_BYGG, "bygg:"),
    one(Code.NOBODY_CLEARED, QUEUES, "confidential: socialtjanst", "confidential: valfusk", "socialtjanst:"),
    Sample(
        Code.ONE_CLEARED,
        (
            (AGENTS, "{socialtjanst: 2, aldre: 2}, clearances: [socialtjanst]", "{aldre: 2}"),
            (AGENTS, "{socialtjanst: 2, barn_skola: 2}, clearances: [socialtjanst]", "{barn_skola: 2}"),
            (AGENTS, "{ovrigt: 3}, clearances: [socialtjanst]", "{ovrigt: 3}"),
        ),
        "socialtjanst:",
    ),
    one(Code.AGENT_UNCLEARED, AGENTS, "{bygg: 3}", "{bygg: 3, socialtjanst: 2}"),
    Sample(Code.PARTNER_CONFIDENTIAL, (A_PARTNER, (QUEUES, ANY_STEP, f"{ANY_STEP}\n    {PARTNER_STEP}")), PARTNER_STEP),
    one(Code.STEPS_OUT_OF_ORDER, QUEUES, "- {after_s: 0, to: own}", "- {after_s: 9, to: own}", ANY_STEP),
    one(Code.UNKNOWN_PARTNER, QUEUES, ANY_STEP, PARTNER_STEP),
    Sample(Code.PARTNER_NOT_RUNG, (A_PARTNER, (QUEUES, ANY_STEP, PARTNER_STEP)), PARTNER_STEP),
    one(Code.UNKNOWN_CLEARANCE, AGENTS, "{bygg: 3}", "{bygg: 3}, clearances: [soc]"),
    one(Code.EXTENSION_TWICE, AGENTS, 'extension: "102"', 'extension: "101"', "bengt"),
    one(Code.STEP_FIELDS, QUEUES, ANY_STEP, "- {after_s: 90, to: partner}"),
    one(Code.STEP_FIELDS, QUEUES, "to: own}", "to: own, queues: [bygg]}", name="queues of own"),
    Sample(Code.UNUSED_PARTNER, (A_PARTNER,), "svar"),
    one(Code.OUT_OF_BOUNDS, QUEUES, ANY_STEP, ANY_STEP.replace("}", ", queue_longer_than: -1}"), name="condition"),
    one(Code.WAY_FIELDS, QUEUES, "  priority: 0", ended("{to: queue}"), "to: queue"),
    one(Code.WAY_FIELDS, QUEUES, "  priority: 0", ended("{to: callback, queue: bygg}"), "to: callback", name="target"),
    one(Code.WAY_FIELDS, QUEUES, "  priority: 0", ended("{to: message}"), "to: message", name="bare hang-up"),
    one(Code.OVERFLOW_CIRCLE, QUEUES, "  priority: 0", ended("{to: queue, queue: ovrigt}"), "to: queue"),
    Sample(
        Code.OVERFLOW_CIRCLE,
        (
            (QUEUES, "    queued: [ko_bygg]", f"  {ended('{to: queue, queue: aldre}')}"),
            (
                QUEUES,
                "    queued: [ko_aldre]",
                f"  {ended('{to: queue, queue: bygg}').replace('max_wait', 'nobody_logged_in')}",
            ),
        ),
        "nobody_logged_in",
        "of two limits",
    ),
    one(Code.UNKNOWN_QUEUE, QUEUES, "  priority: 0", ended("{to: queue, queue: byggg}"), "to: queue", name="overflow"),
    one(
        Code.UNKNOWN_PARTNER,
        QUEUES,
        "  priority: 0",
        ended("{to: partner, partner: svar}"),
        "to: part",
        name="overflow",
    ),
    Sample(
        Code.NO_CALLBACK,
        (
            (QUEUES, "  callback: true", "  callback: false"),
            (QUEUES, "  priority: 0", ended(f"{{to: callback}}, {LAST_WORDS}")),
        ),
        "to: callback",
    ),
    one(Code.NO_WAY_OUT, NUMBERS, 'outward: "127.0.0.1:5070"', "", "callback: true"),
    one(Code.WAY_NEVER, QUEUES, "  priority: 0", ended(f"{LAST_WORDS}, {LAST_WORDS}"), "to: message"),
    one(Code.UNKNOWN_HOURS, QUEUES, ANY_STEP, ANY_STEP.replace("}", ", hours: natt}"), name="of a step"),
    Sample(
        Code.OVERFLOW_UNCLEARED,
        (
            (QUEUES, "    queued: [ko_socialtjanst]", f"  {ended('{to: queue, queue: bygg}')}"),
            (QUEUES, "title: Bygg, gata, park och miljö", "title: Bygg\n    plan: [{after_s: 0, to: own}]"),
        ),
        "to: queue",
    ),
    Sample(
        Code.PARTNER_CONFIDENTIAL,
        (A_PARTNER, (QUEUES, "  priority: 0", ended("{to: partner, partner: svar}"))),
        "to: partner",
        "limit",
    ),
    Sample(
        Code.PARTNER_CONFIDENTIAL,
        (
            A_PARTNER,
            (QUEUES, "    queued: [ko_socialtjanst]", f"  {ended('{to: queue, queue: ovrigt}')}"),
            (QUEUES, "    queued: [ko_ovrigt]", f"  {ended('{to: partner, partner: svar}')}"),
        ),
        "to: queue",
        "limit of another queue",
    ),
)
TIMES = (
    one(Code.UNKNOWN_HOURS, QUEUES, "hours: kontaktcenter", "hours: natt"),
    one(Code.UNUSED_HOURS, HOURS, "hours:\n", NIGHT, "natt:"),
    Sample(
        Code.NEVER_OPEN,
        ((HOURS, "hours:\n", NIGHT.replace("0-6", "stängt")), (NUMBERS, "hours: kontaktcenter", "hours: natt")),
        "weekly:",
    ),
    one(Code.CLOSED_WITHOUT_WORDS, NUMBERS, "    closed: [stangt]", "    # ", "hours: kontaktcenter"),
    one(Code.CLOSED_WITHOUT_WORDS, PROMPTS, "closed: [ko_stangd]", "closed: []", "aldre:", name="queue"),
    Sample(
        Code.NET_CLOSED,
        ((HOURS, "hours:\n", NIGHT), (QUEUES, "title: Övriga ärenden", "title: Övrigt\n    hours: natt")),
        "silence: ovrigt",
    ),
    one(Code.EVE_UNDECIDED, HOURS, "      julafton: stängt\n", "", "eves:"),
)
HEARD = (
    one(Code.UNKNOWN_PROMPT, MENU, "before: [galler]", "before: [gallr]"),
    one(Code.UNKNOWN_PROMPT, PROMPTS, "sorry: [beklagar]", "sorry: [beklagr]", name="sorry"),
    Sample(Code.PROMPT_UNTRANSLATED, (GERMAN,), "sorry: [beklagar]"),
    Sample(Code.NOBODY_SPEAKS, (GERMAN,), "language: de"),
    one(Code.WRONG_DIGIT_SPOKEN, MENU, "8: {prompt: sprak_en, ", "8: {prompt: sprak_fi, ", name="another language"),
)
DIRECTORY = "directory.csv"
PEOPLE_BY_NAME = (
    one(Code.DIRECTORY_FORM, DIRECTORY, "förnamn;efternamn", "förnamn;eftrnamn", name="heading"),
    one(Code.DIRECTORY_FORM, DIRECTORY, "förnamn;efternamn", "namn;förnamn", name="no surname"),
    one(Code.DIRECTORY_FORM, DIRECTORY, "förnamn;efternamn", "efternamn;efternamn", name="heading twice"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Per;Öberg", "Per3;Öberg", name="name"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Per;Öberg", "Per;'-", name="no letters"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Per;Öberg", "Per;${SHELL(id)}", name="hostile"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Gatuingenjör", "[[x]]", name="phonemes"),
    one(Code.DIRECTORY_ROW, DIRECTORY, ";213;", ";+46900123456;", name="premium"),
    one(Code.DIRECTORY_ROW, DIRECTORY, ";213;", ";+4787654321;", name="abroad"),
    one(Code.DIRECTORY_ROW, DIRECTORY, ";213;", ";213&PJSIP/trunk;", name="dial string"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "8-12, 13-15", "12-8", name="hours"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "8-12, 13-15", "natten", name="unknown hours"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "2026-12-31", "2026-13-31", name="date"),
    one(Code.DIRECTORY_ROW, DIRECTORY, ";;;ja", ";;;kanske", name="shield"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Per;Öberg;", "Per;Öberg;;", name="fields"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Per;Öberg", 'Per;"Öberg', name="quotation mark"),
    one(Code.DIRECTORY_ROW, DIRECTORY, "Per;Öberg", f"Per;{'x' * 2000}", name="long"),
    one(Code.DIRECTORY_UNUSED, MENU, CHOICE_6, "6: {prompt: val_6_namn, queue: ovrigt}", "förnamn"),
)
LEDNING = "  ledning: {title: Kommunledningsförvaltningen}"
SNOW = "    title: Snöröjning och halka\n    department: teknik\n    rosa: 1"
ELSEWHERE = "title: Gäller en annan myndighet"
OF_MATTERS = (
    one(Code.UNKNOWN_FIELD, MATTERS, SNOW, f"{SNOW}\n    klass: 1", "klass", name="matter"),
    one(Code.OUT_OF_BOUNDS, MATTERS, SNOW, SNOW.replace("rosa: 1", "rosa: 7"), "rosa: 7", name="rosa"),
    one(Code.BAD_TEXT, MATTERS, "Bekräfta vad som är avbokat", r'"Bekräfta\r\nallt"', "Bekräfta", name="checklist"),
    one(Code.UNKNOWN_DEPARTMENT, MATTERS, SNOW, SNOW.replace("teknik", "gatukontoret"), "gatukontoret"),
    one(Code.UNUSED_DEPARTMENT, MATTERS, LEDNING, f"{LEDNING}\n  tom: {{title: Tom}}", "tom:"),
    one(Code.BAD_LINK, MATTERS, "https://kommunen.example/aldre/larm", "http://kommunen.example/larm"),
    one(Code.BAD_LINK, MATTERS, "https://kommunen.example/aldre/larm", "javascript:alert(1)", name="script"),
    one(Code.SAME_TITLE, MATTERS, "title: Snöröjning och halka", "title: bygglov, frågor före ansökan"),
    one(Code.MATTER_OF_NO_QUEUE, MATTERS, ELSEWHERE, f"{ELSEWHERE}\n    queues: [gata]", "[gata]"),
)
DISK, NOBODY_TOLD = "disk_percent: 10", "subscribers: {}"


def told(entry: str) -> str:
    """A subscriber in place of none."""
    return f"subscribers:\n  artvise: {{{entry}}}"


OUTWARD = (
    one(Code.ALARM_ORDER, ALARMS, DISK, "disk_percent: 5", "disk_", name="disk"),
    one(Code.OUT_OF_BOUNDS, ALARMS, "clear_after_s: 30", "clear_after_s: -1", name="clear"),
    one(Code.UNKNOWN_QUEUE, ALARMS, "  socialtjanst: {", "  soc: {", "soc:", name="alarm"),
    one(Code.NOT_AN_OPTION, ALARMS, "silent: []", "silent: [engin]", name="alarm"),
    one(Code.UNKNOWN_FIELD, ALARMS, "longest_wait_s: 600", "longest_s: 600", name="alarm"),
    one(Code.BAD_LINK, WEBHOOKS, NOBODY_TOLD, told('url: "http://arenden.example/x", events: [call.ended]'), "http:"),
    one(
        Code.BAD_LINK,
        WEBHOOKS,
        NOBODY_TOLD,
        told('url: "https://a:b@x.example/", events: [call.ended]'),
        "artvise",
        name="pw",
    ),
    one(
        Code.BAD_LINK,
        WEBHOOKS,
        NOBODY_TOLD,
        told('url: "https://x.example:99999/", events: [call.ended]'),
        "artvise",
        name="port",
    ),
    one(
        Code.NOT_AN_OPTION,
        WEBHOOKS,
        NOBODY_TOLD,
        told('url: "https://x.example/", events: [call.end]'),
        "artvise",
        name="event",
    ),
    one(
        Code.UNKNOWN_QUEUE,
        WEBHOOKS,
        NOBODY_TOLD,
        told('url: "https://x.example/", events: [call.ended], queues: [gata]'),
        "artvise",
        name="subscriber",
    ),
    one(
        Code.UNKNOWN_CLEARANCE,
        WEBHOOKS,
        NOBODY_TOLD,
        told('url: "https://x.example/", events: [call.ended], clearances: [hemlig]'),
        "artvise",
        name="subscriber",
    ),
)
WALL, LONGEST = "wallboard.yaml", "    longest_wait_s: {watch: 90, bad: 240}"
BOARD = (
    one(Code.THRESHOLD_ORDER, WALL, "{watch: 3, bad: 8}", "{watch: 8, bad: 8}", name="rising"),
    one(Code.THRESHOLD_ORDER, WALL, "{watch: 80, bad: 60}", "{watch: 60, bad: 80}", name="falling"),
    one(Code.OUT_OF_BOUNDS, WALL, "{watch: 80, bad: 60}", "{watch: 101, bad: 60}", name="percent"),
    one(Code.NOT_AN_OPTION, WALL, "definition: service_level", "definition: grade", name="level"),
    one(Code.MISSING_FIELD, WALL, "{watch: 3, bad: 8}", "{watch: 3}", name="threshold"),
    one(Code.UNKNOWN_FIELD, WALL, "least_calls: 5", "least: 5", name="wallboard"),
    one(Code.UNKNOWN_QUEUE, WALL, f"  socialtjanst:\n{LONGEST}", f"  soc:\n{LONGEST}", "soc:", name="wallboard"),
)
SAMPLES = YAML + FIELDS + MENUS + PEOPLE + TIMES + HEARD + PEOPLE_BY_NAME + OF_MATTERS + OUTWARD + BOARD
