"""Asking a broker, once, whether it lets somebody in and speak (paho). For the doctors."""

import socket
import ssl
import threading
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker.closing_socket import ClosingSocket
from broker.findings import Answer, BrokerFact

WITHIN_S = 5.0
_NOT_AUTHORIZED = 0x87


def ask_broker(
    host: str, port: int, user: str, password: str | None, context: ssl.SSLContext | None, topic: str, payload: bytes
) -> BrokerFact:
    """Log in as `user`, say `payload` on `topic` at QoS 1 and hear what the broker makes of it (MQTT 5, 3.4.2.1).

    A unit or host that runs under that name loses its connection for a second: the broker keeps one for each user.
    """
    said: dict[str, ReasonCode] = {}
    done = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5, reconnect_on_failure=False)
    client.connect_timeout = WITHIN_S
    client.username_pw_set(user, password)
    if context is not None:
        context.sslsocket_class = ClosingSocket
        client.tls_set_context(context)

    def connected(_client: Any, _user: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        said["login"] = reason
        if reason.is_failure:
            done.set()
        else:
            client.publish(topic, payload, 1)

    def published(_client: Any, _user: Any, _mid: int, reason: ReasonCode, _properties: Any) -> None:
        said["publish"] = reason
        done.set()

    def ended(*_: Any) -> None:
        done.set()

    client.on_connect, client.on_publish, client.on_disconnect = connected, published, ended

    def fact(answer: Answer, words: str = "") -> BrokerFact:
        return BrokerFact(f"{host}:{port}", user, answer, words)

    try:
        client.connect(host, port, 10)
        client.loop_start()
        ended_by_itself = done.wait(WITHIN_S)
    except (OSError, ValueError) as error:
        return fact(*_in_words(error))
    finally:
        client.disconnect()
        client.loop_stop()
    if "login" not in said:
        return fact("other" if ended_by_itself else "silent", "it hangs up before it answers: is this an MQTT broker?")
    if said["login"].is_failure:
        return fact("login", str(said["login"]))
    if "publish" not in said:
        return fact("other", "it let us in and then hung up")
    return fact("acl" if said["publish"].value == _NOT_AUTHORIZED else "well")


def _in_words(error: Exception) -> tuple[Answer, str]:
    match error:
        case socket.gaierror():
            return "unknown_name", ""
        case ssl.SSLCertVerificationError():
            return "untrusted", error.verify_message
        case ssl.SSLError():
            return "no_tls", error.reason or str(error)
        case ConnectionRefusedError():
            return "nobody", ""
        case TimeoutError():
            return "silent", ""
        case OSError() if error.strerror:
            return "other", error.strerror
        case _:
            return "other", str(error)
