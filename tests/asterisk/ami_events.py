"""AMI events and list rows as Asterisk 22 sends them, with what the engine reads of them."""

CALL = "tonval-1795295977.1"
LEG = "tonval-1795295977.2"
CALLER = "PJSIP/trunk-00000001"
PHONE = "PJSIP/anna-00000002"


def dial_begin(call=CALL, leg=LEG, phone=PHONE):
    return {
        "Event": "DialBegin",
        "Channel": CALLER,
        "Uniqueid": call,
        "Linkedid": call,
        "DestChannel": phone,
        "DestUniqueid": leg,
        "DestLinkedid": call,
    }


def dial_end(status="ANSWER", call=CALL, leg=LEG, phone=PHONE):
    return {**dial_begin(call, leg, phone), "Event": "DialEnd", "DialStatus": status}


def enter(channel, name, call=CALL):
    return {"Event": "BridgeEnter", "Channel": name, "Uniqueid": channel, "Linkedid": call, "BridgeUniqueid": "b"}


def leave(channel, name, call=CALL):
    return {**enter(channel, name, call), "Event": "BridgeLeave"}


def hangup_request(channel, name, call=CALL, **more):
    return {"Event": "HangupRequest", "Channel": name, "Uniqueid": channel, "Linkedid": call, **more}


def hangup(channel, name, call=CALL, cause="16"):
    return {"Event": "Hangup", "Channel": name, "Uniqueid": channel, "Linkedid": call, "Cause": cause}


def device(agent, state):
    return {"Event": "DeviceStateChange", "Device": f"PJSIP/{agent}", "State": state}


def contact(agent, status):
    return {"Event": "ContactStatus", "EndpointName": agent, "AOR": agent, "ContactStatus": status}


def answered_talk():
    """A phone that is answered, up to both being in the bridge."""
    return [dial_begin(), dial_end(), enter(LEG, PHONE), enter(CALL, CALLER)]


def status_row(
    channel=CALL,
    linked=None,
    name=CALLER,
    *,
    context="engine",
    bridge="",
    seconds="3",
    caller="0701740605",
    variables=None,
):
    """One row of the list of channels."""
    told = {"TONVAL_NUMBER": "0853061000", "CALLERID(num-pres)": "allowed_not_screened", **(variables or {})}
    if linked not in {None, channel}:
        told = dict(variables or {})
    return {
        "Event": "Status",
        "Channel": name,
        "Uniqueid": channel,
        "Linkedid": linked or channel,
        "Context": context,
        "CallerIDNum": caller,
        "BridgeID": bridge,
        "Seconds": seconds,
        "Variable": "\n".join(f"{key}={value}" for key, value in {"TONVAL_OFFER": "(null)", **told}.items()),
    }


def leg_row(offer="7", *, bridge="", seconds="3", name=PHONE, leg=LEG, call=CALL):
    return status_row(
        leg, call, name, context="from-phones", bridge=bridge, seconds=seconds, variables={"TONVAL_OFFER": offer}
    )


PAPERS = {
    "TONVAL_MENU": "huvudmeny",
    "TONVAL_QUEUE": "barn",
    "TONVAL_ENTERED_MS": "1795295000000",
    "TONVAL_CLEARANCE": "none",
    "TONVAL_LANGUAGE": "sv",
    "TONVAL_PRIORITY": "0",
    "TONVAL_RECOVERIES": "0",
}
