"""Where the kernels of these tests are built: once per run."""

import pytest


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("kernels")
