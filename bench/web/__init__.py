"""What it costs a call that many watch."""
