"""What a call costs and how fast it is handed over, measured against Asterisk's own queue on the same Asterisk."""
