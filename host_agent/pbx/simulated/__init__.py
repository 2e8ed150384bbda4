"""A simulated office that speaks AMI over TCP as Asterisk 22 does, so that the real adapter is exercised.

`office` decides (pure), `packets` and `snapshot` say it in AMI, `ami_server` and `control` carry it.
"""
