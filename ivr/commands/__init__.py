"""One module per subcommand of `tonval`; each registers itself on `app`."""

import importlib
import pkgutil

import typer

app = typer.Typer(name="tonval", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}").register(app)
