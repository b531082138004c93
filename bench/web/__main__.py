"""`python -m bench.web`: what 200 viewers, half of whom do not read, cost a call. A piece of `bench.telephony`."""

import sys

from bench.telephony.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["--pieces", "watching", *sys.argv[1:]]))
