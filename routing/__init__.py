"""Pure: everything that is decided about calls, from events and instants to actions and entries."""
