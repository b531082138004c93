"""The planner's subcommands of `tonval`, one module each; see `ivr.commands`."""
