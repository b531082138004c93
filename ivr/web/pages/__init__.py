"""The pages that people open, one module each with a `router`."""
