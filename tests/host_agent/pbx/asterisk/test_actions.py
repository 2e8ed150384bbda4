"""What may be said to a PBX."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_agent.pbx.asterisk.actions import ActionRefused, encode


def test_an_action_is_its_lines_and_an_empty_line() -> None:
    assert encode("Login", "a-1", {"Username": "belbord", "Secret": "geheim"}) == (
        b"Action: Login\r\nActionID: a-1\r\nUsername: belbord\r\nSecret: geheim\r\n\r\n"
    )


@pytest.mark.parametrize(
    "action", ["Originate", "Command", "QueuePause", "QueueReset", "Setvar", "Redirect", "login", ""]
)
def test_an_action_that_is_not_on_the_list_is_refused(action: str) -> None:
    with pytest.raises(ActionRefused, match="not one of those"):
        encode(action, "a-1")


@pytest.mark.parametrize("key", ["Command", "Channel", "Variable", "Username\r\nAction"])
def test_a_header_that_is_not_on_the_list_is_refused(key: str) -> None:
    with pytest.raises(ActionRefused):
        encode("Login", "a-1", {key: "x"})


@given(before=st.text(max_size=5), after=st.text(max_size=5), bad=st.sampled_from("\r\n\0"))
def test_a_line_break_or_nul_is_refused_anywhere_and_the_value_never_told(before: str, after: str, bad: str) -> None:
    value = f"geheim{before}{bad}{after}"
    for arguments in (("Login", value, None), ("Login", "a-1", {"Secret": value})):
        with pytest.raises(ActionRefused) as refused:
            encode(*arguments)
        assert "geheim" not in str(refused.value)
