"""The switchboard's page and the directory."""
