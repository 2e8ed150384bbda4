"""A TLS socket that is closed when its handshake fails: paho leaves that to the garbage collector."""

import ssl


class ClosingSocket(ssl.SSLSocket):
    """For `sslsocket_class` of a context."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise
