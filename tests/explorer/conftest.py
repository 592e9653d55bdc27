"""The browser and the server that all tests of a module share."""

import pytest
from tests.in_chromium import chromium, served


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address():
    with served() as here:
        yield here
