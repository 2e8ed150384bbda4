"""Asking a broker once, against a real Mosquitto and against what is none."""

import socket
import ssl

import pytest

from broker import reach
from broker.findings import BrokerFact, of_broker, report
from broker.mosquitto import RunningBroker, free_port
from broker.reach import ask_broker

OWN, OTHERS = "belbord/unit/balie-1/hello", "belbord/unit/balie-2/hello"


def ask(broker: RunningBroker, *, password: str | None = None, topic: str = OWN) -> BrokerFact:
    word = broker.passwords["balie-1"] if password is None else password
    return ask_broker("127.0.0.1", broker.port, "balie-1", word, None, topic, b"{}")


def test_a_broker_that_lets_us_in_and_speak_is_well(mosquitto: RunningBroker) -> None:
    fact = ask(mosquitto)
    assert fact.answer == "well"
    assert of_broker(fact).remedy is None


def test_a_wrong_password_is_told_from_a_wrong_acl(mosquitto: RunningBroker) -> None:
    assert ask(mosquitto, password="wrong").answer == "login"
    assert ask(mosquitto, topic=OTHERS).answer == "acl"


def test_a_port_on_which_nothing_listens_is_named() -> None:
    assert ask_broker("127.0.0.1", free_port(), "u", "p", None, OWN, b"{}").answer == "nobody"


def test_a_name_that_nobody_knows_is_named() -> None:
    assert ask_broker("nowhere.invalid", 1883, "u", "p", None, OWN, b"{}").answer == "unknown_name"


def test_tls_to_a_plain_port_is_named(mosquitto: RunningBroker) -> None:
    context = ssl.create_default_context()
    fact = ask_broker("127.0.0.1", mosquitto.port, "balie-1", "x", context, OWN, b"{}")
    assert fact.answer in ("no_tls", "other")
    assert of_broker(fact).remedy is not None


def test_something_that_listens_and_never_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "WITHIN_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert ask_broker("127.0.0.1", silent.getsockname()[1], "u", "p", None, OWN, b"{}").answer == "silent"


@pytest.mark.parametrize("answer", ["unknown_name", "nobody", "silent", "no_tls", "untrusted", "login", "acl", "other"])
def test_each_fault_is_one_line_with_a_remedy_and_ends_with_1(answer: str) -> None:
    lines, code = report([of_broker(BrokerFact("h:1", "u", answer))])  # type: ignore[arg-type]  # each of them
    assert code == 1
    assert lines.startswith("FAULT  broker h:1")
    assert lines.count("\n") == 1
    assert len(lines.partition(": ")[2]) > 10
