"""What holds for every test."""

import signal

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# A shell that starts something beside itself has it ignore Ctrl-C, and the commands that tests interrupt would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
