"""The municipality in YAML, loaded strictly: a plan to run on, or every problem with its place."""
