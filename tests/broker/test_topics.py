"""The topic table: building and parsing agree, and a foreign topic is not one of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.names import QUEUE_PATTERN, UNIT_PATTERN, QueueName, UnitName
from broker.topics import HELLO, NOTE, QUEUE, TABLE, Direction, acl, parse, queue_topic, topic_filter, unit_topic

UNITS = st.from_regex(UNIT_PATTERN, fullmatch=True)
QUEUES = st.from_regex(QUEUE_PATTERN, fullmatch=True)


@given(UNITS, st.sampled_from([row for row in TABLE if "{unit}" in row.levels]))
def test_a_unit_topic_parses_to_what_it_was_built_from(unit: str, row: object) -> None:
    assert parse("belbord", unit_topic("belbord", row, UnitName(unit))) == (row, unit)  # type: ignore[arg-type]


@given(QUEUES)
def test_a_queue_topic_parses_to_what_it_was_built_from(queue: str) -> None:
    assert parse("kantoor/belbord", queue_topic("kantoor/belbord", QueueName(queue))) == (QUEUE, queue)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "belbord",
        "belbord/",
        "other/unit/balie-1/hello",
        "belbord/unit/balie-1",
        "belbord/unit/balie-1/hello/x",
        "belbord/unit//hello",
        "belbord/unit/Balie/hello",
        "belbord/unit/+/hello",
        "belbord/unit/balie-1/unheard",
        "belbord/queue/",
        "belbord/queue/$SYS",
        "belbordx/queue/receptie",
        "$SYS/broker/version",
    ],
)
def test_a_foreign_topic_is_not_one_of_ours(topic: str) -> None:
    assert parse("belbord", topic) is None


@given(st.text(max_size=80))
def test_any_text_parses_to_a_row_or_to_nothing(topic: str) -> None:
    parsed = parse("belbord", topic)
    assert parsed is None or parsed[0] in TABLE


def test_each_row_has_its_own_topic() -> None:
    assert len({topic_filter("belbord", row) for row in TABLE}) == len(TABLE)


def test_only_what_holds_no_person_is_retained_and_it_expires() -> None:
    retained = [row for row in TABLE if row.retained]
    assert retained == [QUEUE]
    assert QUEUE.expiry_s == 60
    assert QUEUE.direction is Direction.HOST_TO_ANYONE


def test_the_acl_gives_a_unit_only_its_own_tree_and_no_rights_by_pattern_beyond_it() -> None:
    patterns = [line.split()[1:] for line in acl("belbord", "host").splitlines() if line.startswith("pattern")]
    assert ["write", "belbord/unit/%u/note"] in patterns
    assert ["read", "belbord/unit/%u/board"] in patterns
    for access, path in patterns:
        assert "#" not in path
        assert ("%u" in path.split("/")) or (access == "read" and path == topic_filter("belbord", QUEUE))


def test_the_acl_gives_the_host_no_right_to_speak_as_a_unit() -> None:
    host = acl("belbord", "host").split("user host\n")[1].splitlines()
    for row in (HELLO, NOTE):
        assert f"topic read {topic_filter('belbord', row)}" in host
        assert f"topic write {topic_filter('belbord', row)}" not in host
