"""What the columns of people's own lists are called, pure: in Dutch, English, German and French, to our words."""

import unicodedata
from typing import Final

_CALLED: Final = {
    "name": "naam name volledigenaam fullname displayname weergavenaam contact contactpersoon nom vollername",
    "given": "voornaam firstname givenname vorname prenom",
    "family": "achternaam lastname familyname surname nachname nomdefamille",
    "organisation": "organisatie organisation organization bedrijf bedrijfsnaam company firma entreprise societe org",
    "number": (
        "nummer nummers number numbers telefoon telefoonnummer telefoonnummers phone phonenumber telephone tel telefon "
        "mobiel mobielnummer mobile mobilephone gsm handy portable werk werktelefoon businessphone homephone vast"
    ),
    "extension": "toestel toestelnummer intern internnummer extension ext nebenstelle poste lijn line",
    "email": "email emailadres mail emailaddress courriel adressemail",
    "department": "afdeling department team abteilung service departement groep",
    "deputy": "vervanger plaatsvervanger waarnemer deputy vertreter remplacant",
    "absent_until": "afwezigtot afwezigtotenmet absentuntil awayuntil abwesendbis absentjusquau absentjusque",
    "language": "taal language sprache langue",
    "notify": "melding meldingen bericht notify notifyurls notices benachrichtigung avis",
    "lead": "leidinggevende lead leiding leitung responsable",
}
_WORDS: Final = {called: word for word, names in _CALLED.items() for called in names.split()}


def word_for(header: str) -> str | None:
    """Our word for a column's header, None for a column that is not ours. Digits may follow (`Telefoon 2`)."""
    plain = unicodedata.normalize("NFKD", header).casefold()
    letters = "".join(char for char in plain if char.isascii() and char.isalnum())
    return _WORDS.get(letters.rstrip("0123456789"))
