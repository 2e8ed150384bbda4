"""`belbord-desk show` draws a board message, or says in one line why not."""

from pathlib import Path

import pytest
from PIL import Image

from broker.codec import encode
from broker.messages import Board, Caller, LineBoard, QueueBoard
from device.core import pages
from device.profile import DEFAULT_BOARD
from device.show import page_of, show_main

BUSY = Board(
    echo=None,
    pbx="up",
    queues=(QueueBoard(name="receptie", label="Receptie", known=True, waiting=3, longest_wait_s=67.0),),
    line=LineBoard(extension="100", state="ringing", caller=Caller(number="0612345678", name="Zoë"), queue="receptie"),
)


def test_a_board_becomes_a_picture_of_its_page(tmp_path: Path) -> None:
    (tmp_path / "board.json").write_bytes(encode(BUSY))
    assert show_main(tmp_path / "board.json", tmp_path / "out.png", DEFAULT_BOARD, "nl", 3) == 0
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (384, 192)
        assert len(picture.convert("RGB").getcolors() or []) == 2


def test_the_board_is_taken_as_fresh_whatever_its_echo() -> None:
    page = page_of(BUSY)
    assert isinstance(page, pages.Ringing)
    assert (page.tally.waiting, page.tally.longest_wait_s, page.queue) == (3, 67, "Receptie")
    assert isinstance(page_of(Board(echo="0" * 16, pbx="away")), pages.PbxAway)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "board.json"),
        (b'{"v":2}', "version '2'"),
        (b"\xff\xfe", "board.json"),
        (b'{"v":1,"echo":null,"pbx":"on"}', "pbx"),
    ],
)
def test_a_bad_message_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    (tmp_path / "board.json").write_bytes(content)
    assert show_main(tmp_path / "board.json", tmp_path / "out.png", DEFAULT_BOARD, "nl", 3) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "out.png").exists()


def test_a_missing_file_and_an_unknown_board_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_main(tmp_path / "none.json", tmp_path / "out.png", DEFAULT_BOARD, "nl", 3) == 2
    assert "none.json: No such file" in capsys.readouterr().err
    (tmp_path / "board.json").write_bytes(encode(BUSY))
    assert show_main(tmp_path / "board.json", tmp_path / "out.png", "vfd", "nl", 3) == 2
    assert DEFAULT_BOARD in capsys.readouterr().err
