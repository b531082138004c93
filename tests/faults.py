"""Which tests guard which row of the list of faults; rows that none guards are said.

Example: python -m tests.faults --json

Exit codes: 0 every row has a test, 1 some have none.
"""

import argparse
import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
ROWS = {
    "F01": "engine killed, caller in the menu",
    "F02": "engine killed, caller in line",
    "F03": "engine killed while it rings",
    "F04": "engine killed within 200 ms of an answer",
    "F05": "engine killed in a talk",
    "F06": "engine killed while a person wraps up or pauses",
    "F09": "engine dies again and again",
    "F10": "engine hung",
    "F12": "engine told to stop, with fifty calls",
    "F13": "two engines for one installation",
    "F15": "engine before Asterisk",
    "F16": "Asterisk killed",
    "F18": "manager link reset",
    "F19": "manager link half open",
    "F20": "manager login refused",
    "F21": "manager link dropped with actions unanswered",
    "F22": "events twice",
    "F23": "events out of order",
    "F24": "an event lost",
    "F25": "a storm of events",
    "F26": "malformed manager messages",
    "F27": "a name cut anywhere by the network",
    "F28": "a handler that raises",
    "F29": "a caller's session reset in a command",
    "F30": "slow and idle connections at the callers' door",
    "F31": "port scan",
    "F32": "header bombs",
    "F33": "hang-up told among the replies",
    "F34": "a ghost in the list",
    "F35": "Asterisk accepts and never answers",
    "F36": "the callers' door refuses",
    "F37": "no answer",
    "F38": "busy, declined, forbidden, broken",
    "F39": "a phone loses power or leaves",
    "F40": "answered as the caller hangs up",
    "F41": "answered and dropped",
    "F42": "two phones answer at once",
    "F43": "a person in two groups wanted twice in one instant",
    "F44": "a private call while ready",
    "F45": "logs out or pauses while ringing or talking",
    "F46": "the last agent goes home, with twenty waiting",
    "F47": "whoever watches is gone",
    "F48": "answered and nobody speaks",
    "F49": "a hundred phones register again at once",
    "F50": "one person's two devices",
    "F51": "transfer to the own line, to a closed one, to oneself, to outside",
    "F52": "the caller hangs up in each state",
    "F53": "no key, wrong keys, storms of keys",
    "F54": "a flood of digits",
    "F55": "a caller who vanishes",
    "F56": "waits for hours",
    "F57": "hostile names and numbers",
    "F58": "one number, twenty calls",
    "F59": "a call at the closing second",
    "F60": "write latency of two seconds",
    "F61": "database locked",
    "F62": "disk full",
    "F63": "database corrupt",
    "F64": "database deleted or not ours",
    "F65": "fsync fails",
    "F66": "power loss",
    "F70": "the wall clock jumps",
    "F71": "the clocks go forward or back",
    "F72": "the server's own time zone is wrong",
    "F73": "YAML that is broken",
    "F74": "YAML that is valid and harmful",
    "F75": "a prompt missing or empty",
    "F76": "alarms that nobody hears",
    "F77": "descriptors run out",
    "F78": "the pages stuck or down",
    "F79": "viewers who do not read",
    "F82": "partner busy or refuses",
    "F83": "partner out of reach",
    "F84": "partner sends the call back",
    "F85": "partner answers and hangs up",
    "F86": "trunk down",
    "S05": "control characters in a caller's name",
    "S06": "toll fraud",
    "S07": "a confidential call to somebody who may not have it",
    "S08": "secrecy that leaks beside the call",
    "S09": "a caller's or a person's name that is code",
    "S10": "another site acts in somebody's name",
    "S11": "a stolen or planted session",
    "S12": "guessed passwords",
    "S13": "a stream to the wrong viewer, or without end",
    "S14": "somebody else's call asked for by its id",
    "S15": "a right that was taken away and still opens",
    "S16": "staff who look where they need not",
    "S17": "a forged line in a log",
    "S18": "secrets in files, logs and failures",
    "S30": "the pages reached from elsewhere",
    "S31": "slow requests and large ones",
    "S36": "a query in a name",
    "S37": "a formula in an export",
    "S42": "the log forged from within",
}
"""The rows that this release answers for (FAULTS.md)."""
Guards = dict[str, list[str]]


def guards() -> Guards:
    """Row → tests that carry its mark, as pytest names them; a mark on a class or a file counts for all in it."""
    found: Guards = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for row, name in _marked(ast.parse(path.read_text("utf-8")), f"{TESTS.name}/{path.relative_to(TESTS)}"):
            found.setdefault(row, []).append(name)
    return found


def _marked(tree: ast.Module, path: str) -> Iterator[tuple[str, str]]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(getattr(t, "id", "") == "pytestmark" for t in statement.targets):
            yield from ((row, path) for row in _rows(statement.value))
        if isinstance(statement, ast.ClassDef):
            yield from ((row, f"{path}::{statement.name}") for mark in statement.decorator_list for row in _rows(mark))
            for method in statement.body:
                yield from _of_function(method, f"{path}::{statement.name}")
        yield from _of_function(statement, path)


def _of_function(statement: ast.stmt, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test_"):
        yield from ((row, f"{where}::{statement.name}") for mark in statement.decorator_list for row in _rows(mark))


def _rows(mark: ast.expr) -> Iterator[str]:
    """The arguments of every `pytest.mark.fault(...)` in the expression."""
    for call in ast.walk(mark):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.fault":
            yield from (ast.literal_eval(row) for row in call.args)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = guards()
    rows = {row: found.get(row, []) for row in sorted({*ROWS, *found})}
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for row, tests in rows.items():
            print(f"{row}  {ROWS.get(row, '')}", *(f"     {test}" for test in tests or ["── NO TEST ──"]), sep="\n")
    sys.exit(0 if all(rows.values()) else 1)


if __name__ == "__main__":
    main()
