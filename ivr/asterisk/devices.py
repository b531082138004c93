"""The names and states of Asterisk's channels and devices, as far as they mean a phone or a partner."""

from queues.agents import PhoneState

_TECHNOLOGY = "PJSIP/"
_PHONE_STATES = {
    "NOT_INUSE": PhoneState.IDLE,
    "UNAVAILABLE": PhoneState.UNREACHABLE,
    "INVALID": PhoneState.UNREACHABLE,
    "UNKNOWN": PhoneState.UNREACHABLE,
}


def endpoint(channel: str) -> str:
    """The PJSIP endpoint of a channel or device, "" if it has none: PJSIP/anna-0000002f → anna."""
    if not channel.startswith(_TECHNOLOGY):
        return ""
    name = channel[len(_TECHNOLOGY) :]
    head, dash, tail = name.rpartition("-")
    return head if dash and len(tail) == 8 else name


def phone_state(device_state: str) -> PhoneState:
    """What a device's state means for whether the phone can be rung."""
    return _PHONE_STATES.get(device_state, PhoneState.BUSY)


def device_endpoint(device: str) -> str:
    """The PJSIP endpoint of a device, "" if it has none; unlike a channel's, a device's name has no number after it."""
    return device.removeprefix(_TECHNOLOGY) if device.startswith(_TECHNOLOGY) else ""
