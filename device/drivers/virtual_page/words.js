// What a person reads on the page of a virtual unit.
"use strict";

const WORDS = {
  nl: {
    unit: "Belbord-toestel", legend: "terugbellen", lost: "Het toestel geeft geen beeld meer door.",
    plug: "Trek het schermpje los", replug: "Zet het schermpje weer vast",
    press: "Knop: kort drukken bewaart een terugbelnotitie, vasthouden toont het menu",
    glass: "Het schermpje van het toestel", unplugged: "Het schermpje is losgetrokken",
    counter: "Het schermpje voor collega's", facing: "voor collega's",
    lit: "Bordje aan: Sorry, ik heb even geen tijd voor je. Ik heb op dit moment veel inkomende lijnen.",
    dark: "Bordje uit", unsure: "Bordje weet het even niet",
    sound_on: "Zet het geluid van het toestel aan", sound_off: "Zet het geluid van het toestel uit",
  },
  en: {
    unit: "Belbord unit", legend: "call back", lost: "The unit shows nothing any more.",
    plug: "Unplug the display", replug: "Plug the display in again",
    press: "Button: a short press keeps a callback note, holding shows the menu",
    glass: "The unit's display", unplugged: "The display is unplugged",
    counter: "The display for colleagues", facing: "for colleagues",
    lit: "Sign lit: Sorry, I have no time for you right now. Many calls are coming in.",
    dark: "Sign dark", unsure: "Sign is not sure",
    sound_on: "Turn the unit's sound on", sound_off: "Turn the unit's sound off",
  },
  de: {
    unit: "Belbord-Gerät", legend: "zurückrufen", lost: "Das Gerät liefert kein Bild mehr.",
    plug: "Display abziehen", replug: "Display wieder anstecken",
    press: "Taste: kurz drücken sichert eine Rückrufnotiz, halten zeigt das Menü",
    glass: "Das Display des Geräts", unplugged: "Das Display ist abgezogen",
    counter: "Das Display für Kollegen", facing: "für Kollegen",
    lit: "Schild an: Entschuldigung, ich habe gerade keine Zeit. Es kommen viele Anrufe herein.",
    dark: "Schild aus", unsure: "Schild weiß es gerade nicht",
    sound_on: "Ton des Geräts einschalten", sound_off: "Ton des Geräts ausschalten",
  },
  fr: {
    unit: "Appareil Belbord", legend: "rappeler", lost: "L’appareil ne transmet plus d’image.",
    plug: "Débrancher l’écran", replug: "Rebrancher l’écran",
    press: "Bouton : une pression courte garde une note de rappel, maintenir affiche le menu",
    glass: "L’écran de l’appareil", unplugged: "L’écran est débranché",
    counter: "L’écran pour les collègues", facing: "pour les collègues",
    lit: "Panneau allumé : désolé, je n’ai pas le temps. Beaucoup d’appels arrivent en ce moment.",
    dark: "Panneau éteint", unsure: "Panneau incertain",
    sound_on: "Activer le son de l’appareil", sound_off: "Couper le son de l’appareil",
  },
};
