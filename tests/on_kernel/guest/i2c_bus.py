"""An I2C bus in a process: /dev/i2c-N through CUSE, so that programs which know only the kernel's i2c-dev meet a chip.

Speaks the FUSE protocol on /dev/cuse itself (Linux, include/uapi/linux/fuse.h, protocol 7.31) and answers the
ioctls of i2c-dev that luma.core uses (Linux, include/uapi/linux/i2c-dev.h and i2c.h).
"""

import errno
import os
import shutil
import stat
import struct
import subprocess
import threading
import time
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol


class Opcode(IntEnum):
    """fuse.h, enum fuse_opcode: what a character device is asked."""

    OPEN = 14
    RELEASE = 18
    FSYNC = 20
    FLUSH = 25
    INTERRUPT = 36
    IOCTL = 39
    CUSE_INIT = 4096


class Ioctl(IntEnum):
    """i2c-dev.h."""

    RETRIES = 0x701
    TIMEOUT = 0x702
    SLAVE = 0x703
    FUNCS = 0x705
    SLAVE_FORCE = 0x706
    RDWR = 0x707
    SMBUS = 0x720


_DRIVER = "i2c"
_MADE_WITHIN_S = 10.0
_IN_HEADER = struct.Struct("<IIQQIIIHH")
_OUT_HEADER = struct.Struct("<IiQ")
_INIT_IN = struct.Struct("<IIII")
_INIT_OUT = struct.Struct("<IIIIIIII40x")
_OPEN_OUT = struct.Struct("<QIi")
_IOCTL_IN = struct.Struct("<QIIQII")
_IOCTL_OUT = struct.Struct("<iIII")
_IOCTL_RETRY = 1 << 2
_UNRESTRICTED_IOCTL = 1 << 0
_SPAN = struct.Struct("<QQ")  # struct fuse_ioctl_iovec
_LARGEST = 1 << 17

_RDWR_DATA = struct.Struct("<QI4x")  # struct i2c_rdwr_ioctl_data
_MESSAGE = struct.Struct("<HHH2xQ")  # struct i2c_msg
_SMBUS_DATA = struct.Struct("<BB2xIQ")  # struct i2c_smbus_ioctl_data
_READS = 0x0001  # I2C_M_RD, and read_write of an SMBus transfer
_FUNCTIONS = 0x0EFF_0009  # I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL, as a Pi's bus reports
_BYTE = 1  # I2C_SMBUS_BYTE
_I2C_BLOCK = 8  # I2C_SMBUS_I2C_BLOCK_DATA
_BLOCK_BYTES = 34  # union i2c_smbus_data: a count and up to 32 bytes


class Chip(Protocol):
    """A chip at one address. Either call is one transfer, without the address byte."""

    def write(self, message: bytes) -> None: ...
    def read(self, count: int) -> bytes: ...


class Wires:
    """The two wires and what hangs on them: `plugged`, which may change. What is not there does not acknowledge."""

    def __init__(self) -> None:
        self.plugged: dict[int, Chip] = {}

    def write(self, address: int, message: bytes) -> None:
        self._at(address).write(message)

    def read(self, address: int, count: int) -> bytes:
        return self._at(address).read(count)

    def _at(self, address: int) -> Chip:
        chip = self.plugged.get(address)
        if chip is None:
            raise OSError(errno.EREMOTEIO, "no acknowledge")
        return chip


@dataclass(frozen=True)
class _Request:
    opcode: int
    unique: int
    body: bytes


@dataclass(frozen=True)
class _Call:
    """One ioctl. `memory` holds what the kernel copied from the caller; `room` is what it will copy back."""

    handle: int
    command: int
    argument: int
    memory: bytes
    room: int


class _NeedsMemory(Exception):  # noqa: N818  # not an error: the kernel is asked to copy these spans (address, length)
    def __init__(self, ins: list[tuple[int, int]], outs: list[tuple[int, int]]) -> None:
        super().__init__()
        self.ins, self.outs = ins, outs


class I2CDevice:
    """`/dev/i2c-<number>` on `wires`.

    `asked_again`: how often a caller had to wait once more than on a real bus, for its memory to be fetched.
    """

    def __init__(self, number: int, wires: Wires) -> None:
        self._path = Path(f"/dev/i2c-{number}")
        self._wires = wires
        self._addresses: dict[int, int] = {}
        self._opened = 0
        self._channel = -1
        self.asked_again = 0

    def plug(self) -> None:
        """Make the device, and answer for it from a thread until this process ends."""
        subprocess.run(["modprobe", "cuse"], check=True)
        self._channel = os.open("/dev/cuse", os.O_RDWR | os.O_CLOEXEC)
        self._answer(self._next())  # CUSE_INIT: the kernel makes the device when it has our answer
        threading.Thread(target=self._serve, name=self._path.name, daemon=True).start()
        # CUSE has one name for driver and device. The driver must be called as the kernel's own, for that is what
        # `DeviceAllow=char-i2c` looks for in /proc/devices; so the device gets its usual name here.
        made = Path("/dev", _DRIVER)
        deadline = time.monotonic() + _MADE_WITHIN_S
        while not made.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the kernel did not make {made}")
            time.sleep(0.01)
        os.mknod(self._path, stat.S_IFCHR, made.stat().st_rdev)
        shutil.chown(self._path, group="i2c")
        self._path.chmod(0o660)

    def _serve(self) -> None:
        while True:
            self._answer(self._next())

    def _next(self) -> _Request:
        while True:
            try:
                message = os.read(self._channel, _LARGEST + 4096)
            except OSError as error:
                if error.errno not in (errno.EINTR, errno.EAGAIN, errno.ENOENT):  # ENOENT: the request was taken back
                    raise
            else:
                length, opcode, unique, *_ = _IN_HEADER.unpack_from(message)
                return _Request(opcode, unique, message[_IN_HEADER.size : length])

    def _answer(self, request: _Request) -> None:
        if request.opcode == Opcode.INTERRUPT:
            return
        error = 0
        try:
            body = self._result(request)
        except _NeedsMemory as needs:
            self.asked_again += 1
            body = _IOCTL_OUT.pack(0, _IOCTL_RETRY, len(needs.ins), len(needs.outs))
            body += b"".join(_SPAN.pack(*span) for span in needs.ins + needs.outs)
        except OSError as fault:
            body, error = b"", fault.errno or errno.EIO
        os.write(self._channel, _OUT_HEADER.pack(_OUT_HEADER.size + len(body), -error, request.unique) + body)

    def _result(self, request: _Request) -> bytes:
        match request.opcode:
            case Opcode.CUSE_INIT:
                major, minor, _, _ = _INIT_IN.unpack_from(request.body)
                facts = _INIT_OUT.pack(major, minor, 0, _UNRESTRICTED_IOCTL, _LARGEST, _LARGEST, 0, 0)
                return facts + f"DEVNAME={_DRIVER}\0".encode()
            case Opcode.OPEN:
                self._opened += 1
                return _OPEN_OUT.pack(self._opened, 0, 0)
            case Opcode.RELEASE:
                self._addresses.pop(struct.unpack_from("<Q", request.body)[0], None)
                return b""
            case Opcode.FLUSH | Opcode.FSYNC:
                return b""
            case Opcode.IOCTL:
                handle, _, command, argument, size, room = _IOCTL_IN.unpack_from(request.body)
                memory = request.body[_IOCTL_IN.size : _IOCTL_IN.size + size]
                return self._ioctl(_Call(handle, command, argument, memory, room))
        raise OSError(errno.ENOSYS, "not asked of i2c-dev")

    def _ioctl(self, call: _Call) -> bytes:
        match call.command:
            case Ioctl.SLAVE | Ioctl.SLAVE_FORCE:
                self._addresses[call.handle] = call.argument
                return _done(0)
            case Ioctl.RETRIES | Ioctl.TIMEOUT:
                return _done(0)
            case Ioctl.FUNCS:
                if not call.room:
                    raise _NeedsMemory([], [(call.argument, 8)])
                return _done(0, struct.pack("<Q", _FUNCTIONS))
            case Ioctl.RDWR:
                return self._transfer(call)
            case Ioctl.SMBUS:
                return self._smbus(call)
        raise OSError(errno.ENOTTY, "not an ioctl of i2c-dev")

    def _transfer(self, call: _Call) -> bytes:
        """I2C_RDWR: a list of messages, whose contents lie elsewhere in the caller's memory."""
        head = (call.argument, _RDWR_DATA.size)
        if len(call.memory) < _RDWR_DATA.size:
            raise _NeedsMemory([head], [])
        where, count = _RDWR_DATA.unpack_from(call.memory)
        table = (where, count * _MESSAGE.size)
        at = _RDWR_DATA.size
        if len(call.memory) < at + table[1]:
            raise _NeedsMemory([head, table], [])
        messages = [_MESSAGE.unpack_from(call.memory, at + n * _MESSAGE.size) for n in range(count)]
        writes = [(where, size) for _, flags, size, where in messages if not flags & _READS and size]
        reads = [(where, size) for _, flags, size, where in messages if flags & _READS]
        at += table[1]
        if len(call.memory) < at + sum(size for _, size in writes) or call.room < sum(size for _, size in reads):
            raise _NeedsMemory([head, table, *writes], reads)
        answer = b""
        for address, flags, size, _ in messages:
            if flags & _READS:
                answer += self._wires.read(address, size)
            else:
                self._wires.write(address, call.memory[at : at + size])
                at += size
        return _done(count, answer)

    def _smbus(self, call: _Call) -> bytes:
        """I2C_SMBUS, of which two kinds are used: a register (luma's control byte) and up to 32 bytes, and one read."""
        head = (call.argument, _SMBUS_DATA.size)
        if len(call.memory) < _SMBUS_DATA.size:
            raise _NeedsMemory([head], [])
        reads, register, kind, where = _SMBUS_DATA.unpack_from(call.memory)
        address = self._addresses.get(call.handle, 0)
        if reads and kind == _BYTE:
            if call.room < 1:
                raise _NeedsMemory([head], [(where, 1)])
            return _done(0, self._wires.read(address, 1))
        if reads or kind != _I2C_BLOCK:
            raise OSError(errno.EOPNOTSUPP, "only I2C block writes, and one byte read")
        if len(call.memory) < _SMBUS_DATA.size + _BLOCK_BYTES:
            raise _NeedsMemory([head, (where, _BLOCK_BYTES)], [])
        count = call.memory[_SMBUS_DATA.size]
        content = call.memory[_SMBUS_DATA.size + 1 : _SMBUS_DATA.size + 1 + count]
        self._wires.write(address, bytes([register]) + content)
        return _done(0)


def _done(result: int, content: bytes = b"") -> bytes:
    return _IOCTL_OUT.pack(result, 0, 0, 0) + content
