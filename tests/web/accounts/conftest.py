"""The door, open for one test."""

import pytest

from tests.web.door import PUBLIC, opened


@pytest.fixture
async def door(tmp_path):
    async with opened(tmp_path) as door:
        yield door


@pytest.fixture
async def public_door(tmp_path):
    """The same behind a proxy that speaks TLS."""
    async with opened(tmp_path, PUBLIC) as door:
        yield door
