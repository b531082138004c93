"""The `tonval` command; its subcommands stand in `ivr.commands`."""

from ivr.commands import app


def main() -> None:
    """Run the command named on the command line."""
    app()


if __name__ == "__main__":
    main()
