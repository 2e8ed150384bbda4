"""`belbord-desk show`: what the glass would show of one board message, as a picture."""

import sys
from pathlib import Path

import msgspec
from PIL import Image, ImageOps

from broker.codec import RefusedPayload, decode
from broker.messages import Board
from broker.topics import BOARD
from device.core.events import BoardArrived, LinkUp, Started
from device.core.face import face
from device.core.pages import Page
from device.core.step import step
from device.core.unit import Unit
from device.glass.draw import Moment, draw
from device.glass.lettering import FontMissing
from device.profile import ProfileFault, load_profile
from device.words import words_of

# What a lit and a dark pixel of a white OLED look like.
LIT, DARK = (214, 236, 255), (5, 7, 10)


def show_main(board_json: Path, png: Path, profile_name: str, language: str, scale: int) -> int:
    """Draw the Board in `board_json` into `png`, each pixel `scale` pixels wide; return the exit code.

    The board goes through the desk's own core, as one that has just answered the unit's hello.
    """
    try:
        board: Board = decode(BOARD, board_json.read_bytes())
        panel = load_profile(profile_name).panel
        picture = draw(page_of(board), panel, words_of(language), Moment())
        enlarged(picture, scale).save(png, "PNG")
    except RefusedPayload as fault:
        return _fail(f"{board_json}: {fault}")
    except OSError as fault:
        return _fail(f"{fault.filename or board_json}: {fault.strerror or fault}")
    except (ProfileFault, LookupError, FontMissing) as fault:
        return _fail(str(fault).replace("\n", "; "))
    return 0


def page_of(board: Board) -> Page:
    """The page a unit shows when `board` comes in fresh."""
    unit, _ = step(Unit("show", ""), Started(0.0, "0" * 16, bytes(32)))
    unit, _ = step(unit, LinkUp(0.0))
    # The unit has now said its first hello, and believes only what answers it.
    fresh = msgspec.structs.replace(board, echo=unit.nonces[-1].nonce)
    unit, _ = step(unit, BoardArrived(0.0, fresh))
    return face(unit)


def enlarged(picture: Image.Image, scale: int) -> Image.Image:
    """A one-bit picture in the colours of an OLED, each pixel a square of `scale`."""
    grey = ImageOps.scale(picture.convert("L"), scale, Image.Resampling.NEAREST)
    return ImageOps.colorize(grey, DARK, LIT)


def _fail(reason: str) -> int:
    print(f"belbord-desk show: {reason}", file=sys.stderr)  # noqa: T201
    return 2
