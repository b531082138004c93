"""The pages, the API and what feeds them."""
