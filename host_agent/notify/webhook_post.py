"""Posting to webhooks over HTTP (requests). Goes where the configuration says and nowhere else: no redirects."""

from collections.abc import Mapping

from host_agent.core.webhooks import Tried

CONNECT_S, ANSWER_S = 5.0, 15.0
_GONE = 410


class HttpPost:
    """Posts one call; blocks. `within_s`: seconds to connect, and to be answered."""

    def __init__(self, within_s: tuple[float, float] = (CONNECT_S, ANSWER_S)) -> None:
        self._within_s = within_s

    def __call__(self, url: str, headers: Mapping[str, str], content: bytes) -> Tried:
        """Post, and say what came of it; the address is not in what is said."""
        # Here and not at the top: it takes a while, and many an office has no webhook.
        import requests

        try:
            with requests.Session() as session:
                # No proxy and no password of this machine's own.
                session.trust_env = False
                with session.post(
                    url, data=content, headers=dict(headers), timeout=self._within_s, allow_redirects=False, stream=True
                ) as answer:
                    status = int(answer.status_code)
        except requests.Timeout:
            return Tried("no answer in time")
        except requests.RequestException as fault:
            return Tried(f"no connection ({type(fault).__name__})")
        except (OSError, ValueError) as fault:
            return Tried(f"no connection ({type(fault).__name__})")
        if 200 <= status < 300:  # RFC 9110, 15.3: taken
            return Tried()
        return Tried(f"answered {status}", is_final=status == _GONE)
