"""What the templates need to know of people's phones: codes, the keys of a transfer, what Asterisk says alone."""

from typing import Any

from ivr.asterisk.plain import KEY, checked
from ivr.asterisk.sounds import sound_name
from ivr.config.house import House
from ivr.phone_codes import CODES, NO_ENGINE, PAUSED_ALONE, READY_ALONE, TRANSFER_KEYS, queue_keys


def phone_values(house: House) -> dict[str, Any]:
    """The templates' values."""
    said = {"nothing": NO_ENGINE, "paused": PAUSED_ALONE, "ready": READY_ALONE}
    return {
        "codes": [
            {
                "extension": code.extension,
                "order": code.order,
                "digits": code.digits,
                "fixed": len(code.keys),
                "alone": code.alone,
            }
            for code in CODES
        ],
        "transfer_keys": [
            {
                "name": f"transfer-{level}-{checked(KEY, key, 'kopplingsknapp')}",
                "pressed": prefix + key,
                "level": level,
                "key": key,
            }
            for level, prefix in TRANSFER_KEYS.items()
            for key in (queue_keys(house.plan) if house.transfer_by_keys else ())
        ],
        "said_alone": {name: sound_name(prompt, house.language) for name, prompt in said.items()},
    }
