"""One page of every kind, with the values that are hardest on the glass: for the contact sheet and the tests."""

from broker.messages import Caller
from device.core import pages

ZOE = Caller(number="0612345678", name="Zoë Müller-Żółć")
LONG = Caller(number="+4930123456", name="Maria Wilhelmina van der Hoeven-Oudekerk tot Nieuwlandschoten")
WITHHELD = Caller(withheld=True)
QUIET = pages.Margin(line="idle", sign="dark")
BUSY = pages.Margin(line="idle", sign="lit", sign_minutes_left=12, unsent=2, open=4, overdue=1, fault="glass")
OPEN = pages.Margin(line="idle", sign="dark", open=4)
OLD = pages.Margin(line="unknown", sign="unsure", unsent=1)
MENU: tuple[pages.MenuItem, ...] = ("sign_on", "help", "pause", "difficult_call", "nothing")

EXAMPLES: dict[str, pages.Page] = {
    "quiet": pages.Quiet(pages.Tally(0, None), OPEN),
    "quiet-unknown": pages.Quiet(pages.Tally(None, None), OLD),
    "waiting": pages.CallersWait(pages.Tally(3, 67), QUIET),
    "waiting-most": pages.CallersWait(pages.Tally(140, 3753), BUSY),
    "ringing": pages.Ringing(pages.Tally(2, 41), QUIET, ZOE, "Receptie"),
    "ringing-long": pages.Ringing(pages.Tally(140, 3753), QUIET, LONG, "Burgerzaken en belastingen"),
    "ringing-withheld": pages.Ringing(pages.Tally(0, None), QUIET, WITHHELD, None, "100"),
    "talking": pages.Talking(pages.Tally(3, 125), QUIET, ZOE, 67, queue="Receptie"),
    "talking-held": pages.Talking(pages.Tally(0, None), QUIET, Caller(number="0201234567"), 3753, held=True),
    "note-saving": pages.NoteShown(QUIET, ZOE, "saving"),
    "note-kept": pages.NoteShown(QUIET, ZOE, "kept", 4),
    "note-sent": pages.NoteShown(QUIET, ZOE, "sent", 3),
    "note-received": pages.NoteShown(QUIET, ZOE, "received"),
    "note-withdrawn": pages.NoteShown(QUIET, WITHHELD, "withdrawn"),
    "note-colleague": pages.NoteShown(QUIET, ZOE, "kept", 5, "Jan de Vries"),
    "note-empty": pages.NoteShown(QUIET, None, "kept", 5),
    "refused-full": pages.NoteRefused(QUIET, "full"),
    "refused-storage": pages.NoteRefused(QUIET, "storage"),
    "menu-first": pages.HoldMenu(MENU, 0, 3),
    "menu-middle": pages.HoldMenu(MENU, 3, 8),
    "menu-end": pages.HoldMenu(MENU, 4, 10),
    "colleague": pages.ColleagueSilent(QUIET, "Jan de Vries", ZOE, 27),
    "callbacks": pages.Callbacks(pages.Margin(line="idle", sign="dark", open=12, overdue=3)),
    "data-old": pages.DataOld(OLD, 40),
    "pbx-away": pages.PbxAway(OLD, 7500),
    "no-host": pages.NoHost(OLD, 185),
    "notice": pages.Notice(QUIET, "Storing bij de lift: verwijs bezoekers naar de trap in hal B."),
    "hardware-storage": pages.HardwareFault(QUIET, "storage"),
    "hardware-button": pages.HardwareFault(QUIET, "button"),
    "out-of-hours": pages.OutOfHours(QUIET, "08:30"),
    "out-of-hours-weekend": pages.OutOfHours(QUIET, "08:30", 0),
    "counter-busy": pages.CounterBusy(3, 4),
    "counter-busy-most": pages.CounterBusy(10, 595),
    "counter-busy-by-hand": pages.CounterBusy(None, None),
    "counter-free": pages.CounterFree(),
    "counter-unsure": pages.CounterUnsure(),
    "counter-closed": pages.CounterClosed("08:30", 0),
    "starting": pages.Starting("0.1.0", "balie-1"),
    "updating": pages.Updating(),
    "stopping": pages.Updating(stopping=True),
    "identifying": pages.Identifying("balie-1", bright=True),
}
