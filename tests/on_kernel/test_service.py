"""The unit as systemd starts it, with all the walls its service file puts around it."""

from tests.on_kernel.virtual_pi import SERVICE, VirtualPi

GLASS, PINS = "/dev/i2c-1", "/dev/gpiochip0"
MOST_EXPOSED = 3.0


def test_the_service_says_that_it_is_ready_and_starts_but_once(pi: VirtualPi) -> None:
    # With Type=notify a service is active only after READY=1.
    assert [pi.told_by_systemd(name) for name in ("Type", "ActiveState", "SubState", "NRestarts")] == [
        "notify", "active", "running", "0",
    ]  # fmt: skip


def test_the_service_runs_as_its_own_user_without_any_capability(pi: VirtualPi) -> None:
    status = pi.run(f"cat /proc/{pi.told_by_systemd('MainPID')}/status")
    assert pi.run(f"stat -c %U /proc/{pi.told_by_systemd('MainPID')}").strip() == "belbord-desk"
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status


def test_the_service_holds_pins_and_glass_open_and_no_other_device(pi: VirtualPi) -> None:
    pi.press()
    pi.until(lambda: pi.notes, "the note")
    links = pi.run(f"readlink /proc/{pi.told_by_systemd('MainPID')}/fd/*").split()
    held = {link for link in links if link.startswith("/dev/") and link != "/dev/null"}
    assert held == {GLASS, PINS}


def test_the_service_is_little_exposed(pi: VirtualPi) -> None:
    verdict = pi.run(f"systemd-analyze --no-pager security {SERVICE} | tail -n 1")
    assert float(verdict.split(":")[1].split()[0]) <= MOST_EXPOSED, verdict


def test_the_service_cannot_write_outside_its_own_folders(pi: VirtualPi) -> None:
    inside = f"nsenter --target {pi.told_by_systemd('MainPID')} --mount"
    for path in ("/etc/belbord/desk.toml", "/usr/bin/belbord", "/home/belbord", "/root/belbord"):
        assert pi.ask("run", command=f"{inside} touch {path}")["code"] != 0, path


def test_a_stopped_unit_leaves_its_sign_dark_and_says_farewell(pi: VirtualPi) -> None:
    pi.press(1.3)
    pi.until(lambda: pi.lamp == 1, "the sign to be lit by hand")
    pi.run(f"systemctl stop {SERVICE}")
    assert pi.lamp == 0
    assert pi.told_by_systemd("Result") == "success"
    assert not pi.hellos[-1].online


def test_a_unit_with_a_wrong_config_is_not_started_again_and_again(pi: VirtualPi) -> None:
    pi.run("echo 'colour = 1' >>/etc/belbord/desk.toml")
    pi.ask("run", command=f"systemctl restart {SERVICE}")
    pi.until(lambda: pi.told_by_systemd("ActiveState") == "failed", "the service to give up")
    assert pi.told_by_systemd("ExecMainStatus") == "78"
    assert "colour: no such key" in pi.journal
