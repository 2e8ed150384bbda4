"""What the JSON API takes and gives: its published contract, from which OpenAPI is written."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from broker.names import NAME_LIMIT, TEXT_LIMIT, clean, phone_number
from host_agent.core.notes import CallbackNote, State

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _believable(at: datetime) -> datetime:
    if not _EARLIEST <= at.astimezone(UTC) < _LATEST:
        raise ValueError("not between 2000 and 2100")
    return at


def _dialled(text: str) -> str:
    number = phone_number(text)
    if number is None:
        raise ValueError("not a telephone number")
    return number


Moment = Annotated[AwareDatetime, AfterValidator(_believable)]
Name = Annotated[str, Field(max_length=NAME_LIMIT), AfterValidator(lambda text: clean(text, NAME_LIMIT))]
Text = Annotated[str, Field(max_length=TEXT_LIMIT), AfterValidator(clean)]
Number = Annotated[
    str, Field(max_length=64, description="A telephone number, with or without separators."), AfterValidator(_dialled)
]


class NewNote(BaseModel):
    """Somebody who must be called back, in the order in which a telephonist asks it. A name or a number is there."""

    model_config = ConfigDict(extra="forbid")

    caller_name: Name | None = None
    caller_number: Number | None = None
    name_unsure: bool = Field(default=False, description="The name may be spelled otherwise.")
    organisation: Name | None = None
    for_whom: Name | None = Field(default=None, description="A colleague or a team.")
    assign: bool = Field(default=False, description="Ask `for_whom` at once to call back, and tell them.")
    reason: Text | None = None
    urgent: bool = False
    reachable: Name | None = Field(default=None, description="When the caller can be reached, in words.")
    promised_by: Moment | None = None
    read_back: bool = Field(default=False, description="Name and number were repeated to the caller.")


class Tick(BaseModel):
    """The caller was called back. `version` is that of the note as it was read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: int = Field(ge=1, le=2**31)
    outcome: Text | None = None


class Done(BaseModel):
    """What a change came to."""

    id: str
    state: State
    version: int


class Note(BaseModel):
    """A callback note."""

    id: str
    version: int
    state: State
    pressed_at: datetime
    caller_name: str | None
    caller_number: str | None
    withheld: bool = Field(description="The caller did not let the number be seen.")
    name_unsure: bool
    organisation: str | None
    queue: str | None
    unit: str | None = Field(description="The desk at which the button was pressed; null for a note made by hand.")
    for_whom: str | None
    reason: str | None
    urgent: bool
    reachable: str | None
    promised_by: datetime | None
    promised_at: datetime | None
    read_back: bool
    assigned_to: str | None
    assigned_at: datetime | None
    seen_at: datetime | None
    attempts: int = Field(description="How often the caller was rung and not spoken to.")
    attempted_at: datetime | None
    outcome: str | None
    closed_at: datetime | None


MOMENTS = tuple(name for name in Note.model_fields if name.endswith(("_at", "_by")))


class Notes(BaseModel):
    """A page of notes; `total` is how many there are in all."""

    notes: list[Note]
    total: int


class Fault(BaseModel):
    """Why a request was not taken."""

    detail: str


def shape(note: CallbackNote) -> Note:
    """A note as the API gives it."""
    said = {name: getattr(note, name) for name in Note.model_fields}
    return Note.model_validate({name: _moment(value) if name in MOMENTS else value for name, value in said.items()})


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
