"""An office's folder as `belbord-host init` leaves it, without its programs."""

from pathlib import Path

from host_agent.config import Config, parse
from host_agent.office.authority import make_authority
from host_agent.office.folder import OfficeFolder
from host_agent.office.provisioning import Office
from tests.host_agent.host_parts import OFFICE
from tests.host_agent.web.visits import NOW, Visit

PROVISIONING = """
[provisioning]
folder = "{folder}"
address = "belbord.kantoor.example"
broker_pid_file = "{folder}/pid"
"""


def made_folder(path: Path, now: float = NOW) -> OfficeFolder:
    """A folder with an authority."""
    path.mkdir(exist_ok=True)
    made = OfficeFolder(path)
    made.make_folders()
    key, certificate = make_authority("Test", now)
    made.write(made.authority_key, key)
    made.write(made.authority_certificate, certificate)
    return made


def with_office(here: Visit, path: Path) -> OfficeFolder:
    """Give a host agent that is visited an office; its folder."""
    text = OFFICE.format(port=1, web=8088) + PROVISIONING.format(folder=path)

    def again() -> Config:
        return parse(text, folder=path.parent)

    folder, config = made_folder(path), again()
    assert config.provisioning is not None
    office = Office(config, config.provisioning, again, clock=here.clock)
    office.on_change = here.desk.office_changed
    here.desk.office = office
    return folder
