"""Offices to run a host agent for."""

from pathlib import Path

import pytest

from broker.mosquitto import RunningBroker
from host_agent.config import Config
from tests.host_agent.host_parts import office_config


@pytest.fixture
def office(tmp_path: Path) -> Config:
    """A small office with nothing around it."""
    return office_config(tmp_path)


@pytest.fixture
def office_on_mosquitto(mosquitto: RunningBroker, tmp_path: Path) -> Config:
    """A small office on the real broker."""
    return office_config(tmp_path, port=mosquitto.port, password=mosquitto.passwords["host"])
