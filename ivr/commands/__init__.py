"""One module per subcommand of `tonval`; each registers itself on `app`.

The planner's commands stand in `simulator.commands`, which the service neither imports nor needs.
"""

import importlib
import importlib.util
import pkgutil

import typer

app = typer.Typer(name="tonval", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

for _package in ("ivr.commands", "simulator.commands"):
    if importlib.util.find_spec(_package.partition(".")[0]):
        for _module in pkgutil.iter_modules(importlib.import_module(_package).__path__):
            importlib.import_module(f"{_package}.{_module.name}").register(app)
