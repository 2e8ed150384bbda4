"""The list of bugs that must be found: each has been somebody's bug somewhere."""

# ruff: noqa: E501  # the places are the code's own lines

from tests.simulation.planted import Bug

_RECEIPTS = """            for each in batch:
                topic = topics.unit_topic(self._root, topics.RECEIPT, UnitName(each.unit))
                self.bus.send(topics.RECEIPT, topic, encode(Receipt(id=each.note.id, rev=each.note.rev)))
"""

UNIT = (
    Bug("tick before commit", "device/core/press.py", '        "saving",\n', '        "kept",\n'),
    Bug("tick though the commit failed", "device/core/notes.py",
        "    return replace(entry, wanted=entry.durable) if entry.durable is not None else None\n",
        "    return replace(entry, durable=entry.wanted)\n"),
    Bug("a refusal is not shown", "device/core/progress.py",
        'unit = press.refuse(replace(unit, entries=tuple(entries)), "storage")', "unit = replace(unit, entries=tuple(entries))"),
    Bug("any commit will do", "device/core/notes.py",
        "    if rev != entry.wanted.rev:\n        return entry\n    return replace(entry, durable",
        "    return replace(entry, durable"),
    Bug("forget on PUBACK", "device/core/step.py", 'return progress.reached(unit, note_id, rev, "sent"), ()',
        "return progress.receipted(unit, messages.Receipt(id=note_id, rev=rev))"),
    Bug("an older receipt ends it", "device/core/notes.py", "and rev >= entry.wanted.rev:", "and rev >= 1:"),
    Bug("dropped retry", "device/core/notes.py", "due=now + retry_s(entry.tries + 1))", "due=None)"),
    Bug("stuck back-off of notes", "device/core/notes.py", "return min(LAST_RETRY_S,", "return 600.0 + min(LAST_RETRY_S,"),
    Bug("the outbox of an earlier run is not sent", "device/core/progress.py", "(*old, *unit.entries)", "unit.entries"),
    Bug("off by one in the outbox cap", "device/core/press.py", "len(unit.entries) >= unit.rules", "len(unit.entries) > unit.rules"),
    Bug("no outbox cap", "device/core/press.py", "len(unit.entries) >= unit.rules.notes.outbox_limit:", "False:"),
    Bug("a withdrawal is no new revision", "device/core/press.py", "rev=note.rev + 1, withdrawn", "rev=note.rev, withdrawn"),
    Bug("ids from the wall clock", "device/core/press.py", "    unit, note_id = draw(unit, 16)\n",
        '    note_id = f"{int(unit.press_clock) // 60:032x}"\n'),
    Bug("an age across boots", "device/core/notes.py", "same_boot = note.boot == boot", "same_boot = True"),
    Bug("believing any board", "device/core/freshness.py", "if one.nonce == board.echo:", "if one is sent[-1]:"),
    Bug("as old as its arrival", "device/core/freshness.py", "else DatedBoard(board, one.at, at)", "else DatedBoard(board, at, at)"),
    Bug("the PBX's silence is not counted", "device/core/freshness.py",
        'self.asked_at - (pbx_age_s if self.board.pbx == "up" else 0.0)', "self.asked_at"),
    Bug("ten seconds too patient", "device/core/rules.py", "OLD_AFTER_S = 15.0", "OLD_AFTER_S = 25.0"),
    Bug("the glass never goes old", "device/core/face.py",
        "    if not is_fresh(board, now):\n        for_s", "    if False:\n        for_s"),
    Bug("the sign believes old news", "device/core/sign.py",
        'if board is None or not is_fresh(board, now) or board.board.pbx != "up":', "if board is None:"),
    Bug("a flickering sign", "device/core/sign.py", "if not at_once and now < minimum_until(sign, rules):", "if False:"),
    Bug("one caller too many", "device/core/counts.py", "return sum(counts) if counts", "return sum(counts) + bool(sum(counts)) if counts"),
    Bug("the shortest wait for the longest", "device/core/counts.py", "dated.received_at - max(waits)", "dated.received_at - min(waits)"),
    Bug("no hello after a while", "device/core/speech.py", "hello_due=now + again,", "hello_due=now + 6 * again,"),
    Bug("unknown is zero", "device/core/counts.py", "return sum(counts) if counts else None", "return sum(counts)",
        test="tests/device/core"),
    Bug("believing retained", "device/drivers/link.py", "        if message.retain:\n", "        if False:\n",
        test="tests/device/drivers/test_link.py::test_a_message_that_a_broker_retained_is_refused_though_we_asked_for_none"),
    Bug("a closed outbox stays closed", "device/drivers/outbox.py",
        "                if self._connection is None:\n                    self._open()\n                else:\n                    self._tidy()\n",
        "                self._tidy()\n", test="tests/device/drivers/test_outbox.py"),
    Bug("a bounce is a press", "device/core/gestures.py", "SPIKE_S = 0.005", "SPIKE_S = 0.0", test="tests/device/core"),
)  # fmt: skip

HOST = (
    Bug("receipt before commit", "host_agent/link.py", "            kept = await self._inbox.take_in(batch)\n",
        _RECEIPTS + "            kept = await self._inbox.take_in(batch)\n"),
    Bug("receipt though the commit failed", "host_agent/link.py",
        '            self._refuse(f"notes not kept, their units keep them: {fault}", "store")\n',
        '            self._refuse(f"notes not kept, their units keep them: {fault}", "store")\n' + _RECEIPTS),
    Bug("no receipt for a repeat", "host_agent/link.py", "in zip(batch, kept, strict=True):\n",
        "in ((a, k) for a, k in zip(batch, kept) if k.written):\n"),
    Bug("dedupe by time", "host_agent/link.py", "        self._arrivals.append(arrival)\n",
        "        last = self.__dict__.setdefault('_last', {})\n"
        "        if arrival.at - last.get(arrival.unit, 0.0) < 2.0:\n"
        "            topic = topics.unit_topic(self._root, topics.RECEIPT, UnitName(arrival.unit))\n"
        "            self.bus.send(topics.RECEIPT, topic, encode(Receipt(id=arrival.note.id, rev=arrival.note.rev)))\n"
        "            return\n"
        "        last[arrival.unit] = arrival.at\n"
        "        self._arrivals.append(arrival)\n"),
    Bug("no dedupe", "host_agent/core/intake.py", "            return _again(known, arrival)\n", "            return _first(arrival)\n"),
    Bug("an erased note comes back", "host_agent/core/intake.py",
        "            return TakenIn(max(known.rev, arrival.note.rev))\n", "            return _first(arrival)\n"),
    Bug("a withdrawal is passed over", "host_agent/core/intake.py", "    if said.rev <= known.rev:\n        return TakenIn(known.rev)\n",
        "    if said.rev <= known.rev + 1:\n        return TakenIn(said.rev)\n"),
    Bug("age by wall clock", "host_agent/core/intake.py", "return arrived_at - note.pressed_s_ago,",
        "return note.pressed_clock or arrived_at - note.pressed_s_ago,"),
    Bug("the echo is never renewed", "host_agent/core/presence.py", "hello.nonce or presence.nonce", "presence.nonce or hello.nonce"),
    Bug("a hello is not answered", "host_agent/boards.py",
        "self._tell(reader if reader is not None else self._unit(unit), asked=True)",
        "self._tell(reader if reader is not None else self._unit(unit))"),
    Bug("always just heard", "host_agent/core/units.py", "else max(0.0, now - office.heard_at),\n        capabilities", "else 0.0,\n        capabilities"),
    Bug("one too few left", "host_agent/core/queues.py", "    waiting = max(0, waiting)\n    callers = ()", "    waiting = max(0, waiting - 1)\n    callers = ()"),
    Bug("stuck back-off of the host", "host_agent/core/retry.py", "span = min(LONGEST_S,", "span = 120.0 + min(LONGEST_S,"),
    Bug("waits from the newest caller", "host_agent/core/queues.py", "max(0.0, now - min(dated))", "max(0.0, now - max(dated))"),
    Bug("a desk does not count its queue's notes", "host_agent/core/tallies.py",
        "if each.unit == unit or each.queue in queues or", "if each.unit == unit or"),
    Bug("a retained note is believed", "host_agent/link.py", "        if retained:\n", "        if False:\n",
        test="tests/host_agent/test_link.py"),
    Bug("changes are not told", "host_agent/core/news.py", "return not _same(told, now_true, elapsed_s)", "return False",
        test="tests/host_agent/test_link.py"),
)  # fmt: skip

BUGS = (*UNIT, *HOST)
