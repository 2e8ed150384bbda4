"""Telephone exchanges: one folder per adapter, all behind the port in `port.py`."""
