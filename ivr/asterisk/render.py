"""The whole configuration of Asterisk as text, a function of the municipality, the site and the secrets alone.

Two rules. Every value that reaches a template is looked at on its way out: one that could end a line, an argument or
a section refuses the whole configuration (what people see on displays is cleaned instead). And nothing here knows
which Asterisk will run: what differs between installations is behind links in the site's own directory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.asterisk.fail_open import dialplan_values
from ivr.asterisk.papers_wire import VARIABLES
from ivr.asterisk.partner_wire import endpoint_of_partner
from ivr.asterisk.phone_values import phone_values
from ivr.asterisk.plain import (
    AGENT,
    EXTENSION,
    HOST_PORT,
    NAME,
    NUMBER,
    RenderError,
    checked,
    display,
    output,
    written_secret,
)
from ivr.asterisk.translate import WANTED_EVENTS, WHISPERS
from ivr.config.house import House, Person
from ivr.config.secrets import Secrets
from ivr.config.site import HOST, Site
from queues.ids import AgentId
from routing.plan import Partner
from routing.secrecy import may_hear

AMI_USER = "tonval"
"""The engine's AMI account."""
AMI_CALLBACK_USER = "tonval-callback"
"""The account that rings agents for callbacks and does nothing else."""
MUSIC = ("default", "silence")
"""The music there is; `silence` sends nothing and costs nothing, for thousands of waiting test calls."""
TEMPLATES = Path(__file__).resolve().parents[2] / "asterisk-config"
QUALIFIES_A_SECOND = 20
PEOPLE_OUTSIDE_AT_MOST = 30
"""Calls at once to people of the directory whose phones are outside the house (S06)."""
THINK_S = 30
"""How long an agent may think before they ring a citizen back; the kernel waits no longer than that."""
CONFIRM_S = 5
"""How long whoever is rung back may take to press the key, each of two times."""

MODULES = (
    *("res_timing_timerfd", "res_rtp_asterisk", "res_pjproject"),
    *("res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb"),
    *("res_pjsip", "res_pjsip_pubsub", "res_pjsip_session", "res_pjsip_sdp_rtp"),
    *("res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user", "res_pjsip_authenticator_digest"),
    *("res_pjsip_caller_id", "res_pjsip_dtmf_info", "res_pjsip_header_funcs", "res_pjsip_rfc3326"),
    *("res_pjsip_registrar", "chan_pjsip"),
    *("codec_ulaw", "codec_alaw", "codec_gsm", "codec_resample"),
    *("format_pcm", "format_gsm", "format_wav", "format_sln"),
    *("bridge_simple", "bridge_native_rtp", "bridge_builtin_features"),
    # res_speech before res_agi, res_cdrel_custom before cel_custom: they resolve symbols from one another.
    *("res_musiconhold", "res_manager_devicestate", "res_speech", "res_agi", "res_cdrel_custom", "cel_custom"),
    *("app_dial", "app_read", "app_playback", "app_stack", "app_userevent", "app_queue", "app_senddtmf"),
    *("func_callerid", "func_channel", "func_logic", "func_strings", "func_math", "func_timeout", "func_devstate"),
    "func_groupcount",
    "pbx_config",
)
REQUIRED = frozenset({"chan_pjsip", "res_agi", "res_musiconhold", "res_rtp_asterisk", "app_queue", "pbx_config"})
"""Without one of these Asterisk does not start, rather than run half."""

RESERVED = frozenset({"global", "system", "udp", "trunk", "phone", "phone-auth", "phone-aor", "partner", "outward"})
"""Names of sections that are not agents'."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a test bench may set otherwise; a municipality runs on the defaults."""

    engine_silence_s: int = 4
    """How long a caller hears nothing from an engine that accepted the call and does not act."""
    caller_rtp_timeout_s: int = 30
    phone_rtp_timeout_s: int = 10
    partner_look_every_s: int = 15
    """Seconds between looks at a partner's line."""
    qualify_s: int | None = None
    """Seconds between looks at a phone; None: so that it is 20 looks a second in all, 2 s at the least; 0: never."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Text appended to the file of that name, unchecked: more contexts, endpoints or queues."""


def render(house: House, site: Site, secrets: Secrets, tuning: Tuning | None = None) -> dict[str, str]:
    """Every file of Asterisk's configuration directory: name → text.

    Raises RenderError for a value that would mean something to Asterisk, naming it unless it is secret.
    """
    tuning = tuning or Tuning()
    values = {**_site_values(site), **_people_values(house, secrets, tuning), **dialplan_values(house, site)}
    values |= phone_values(house) | _outward_values(house, secrets)
    values |= {"whispers": WHISPERS, "modules": MODULES, "required": REQUIRED, "papers": VARIABLES}
    values |= {"wanted_events": sorted(WANTED_EVENTS), "tuning": tuning, "host": HOST, "ami_user": AMI_USER}
    unknown = {q.music for q in house.plan.queues.values()} - set(MUSIC)
    if unknown:
        raise RenderError(f"musik {', '.join(sorted(unknown))} finns inte; det finns {', '.join(MUSIC)}")
    files = {name: _environment().get_template(f"{name}.jinja").render(values) for name in _file_names()}
    for name, text in tuning.extra.items():
        files[name] = files.get(name, "") + "\n" + text
    return files


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=output,
        autoescape=False,  # noqa: S701  # `output` refuses what would have to be escaped; this is no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _file_names() -> list[str]:
    return sorted(path.name.removesuffix(".jinja") for path in TEMPLATES.glob("*.conf.jinja"))


def _site_values(site: Site) -> dict[str, Any]:
    names = ("cache", "etc", "modules", "lib", "spool", "run", "log")
    return {
        "site": site,
        "dirs": {name: str(site.asterisk_dir / name) for name in names},
        "cel_name": site.cel_path.name,
    }


def _people_values(house: House, secrets: Secrets, tuning: Tuning) -> dict[str, Any]:
    slowest = -(-len(house.people) // QUALIFIES_A_SECOND)
    return {
        "people": [_person_values(house, person, secrets) for person in house.people.values()],
        "phones": [_phone_values(account, extension, secrets) for account, extension in house.phones.items()],
        "ami_password": written_secret(secrets.ami_password, "AMI-lösenordet"),
        "partners": [_partner_values(house, partner, tuning) for partner in house.plan.partners.values()],
        "trunk_addresses": house.trunk_addresses,
        "qualify_s": max(2, slowest) if tuning.qualify_s is None else tuning.qualify_s,
        "display_name": display(house.title),
        "language": checked(NAME, house.language, "språk"),
    }


def _partner_values(house: House, partner: Partner, tuning: Tuning) -> dict[str, Any]:
    link = house.partners.get(partner.id)
    if link is None:
        raise RenderError(f"svarsställe {partner.id}: ingen vet vart dess samtal ska gå")
    return {
        "id": checked(NAME, partner.id, "svarsställe"),
        "endpoint": endpoint_of_partner(partner.id),
        "lines": partner.lines,
        "number": checked(NUMBER, link.number, f"numret till {partner.id}"),
        "address": checked(HOST_PORT, link.address, f"adressen till {partner.id}"),
        "look_every_s": tuning.partner_look_every_s if link.watched else 0,
    }


def _outward_values(house: House, secrets: Secrets) -> dict[str, Any]:
    """The way out, or that there is none: then nothing in Asterisk can ring a citizen."""
    if not house.outward:
        return {"outward": None}
    return {
        "outward": {
            "address": checked(HOST_PORT, house.outward, "outward"),
            "from_number": checked(NUMBER, house.shown_number, "numret som visas"),
            "people_at_most": PEOPLE_OUTSIDE_AT_MOST,
        },
        "callback": {"think_s": THINK_S, "confirm_s": CONFIRM_S},
        "ami_callback_user": AMI_CALLBACK_USER,
        "ami_callback_password": written_secret(secrets.ami_callback_password, "AMI-lösenordet för återuppringning"),
    }


def _phone_values(account: str, extension: str, secrets: Secrets) -> dict[str, str]:
    """A phone of somebody in the directory who takes no calls here: it may hear what needs no clearance."""
    return {
        "id": checked(NAME, account, "telefon"),
        "extension": checked(EXTENSION, extension, f"anknytningen för {account}"),
        "password": _password(AgentId(account), secrets),
    }


def _password(account: AgentId, secrets: Secrets) -> str:
    try:
        return written_secret(secrets.phone_passwords[account], f"telefonlösenordet för {account}")
    except KeyError:
        raise RenderError(f"{account}: telefonens lösenord saknas bland hemligheterna") from None


def _person_values(house: House, person: Person, secrets: Secrets) -> dict[str, str]:
    if person.id in RESERVED:
        raise RenderError(f"agent {person.id}: namnet är upptaget av konfigurationen själv")
    return {
        "id": checked(AGENT, person.id, "agent"),
        "name": display(person.name),
        "extension": checked(EXTENSION, person.extension, f"anknytningen för {person.id}"),
        "password": _password(person.id, secrets),
        "may_hear": _may_hear(house, person.id),
    }


def _may_hear(house: House, agent: AgentId) -> str:
    """Every clearance that the person may hear, each between slashes: /none/socialtjanst/."""
    held = house.plan.agents[agent].clearances if agent in house.plan.agents else frozenset()
    named = sorted({q.clearance for q in house.plan.queues.values() if q.clearance and may_hear(held, q.clearance)})
    return "/" + "".join(f"{checked(NAME, c, 'clearance')}/" for c in ["none", *named])
