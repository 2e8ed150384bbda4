"""An office's own trust: its authority, its units' certificates, and what its broker stands on."""
