// What a person reads on the demo's page. The key is the same in each language.
"use strict";

const WORDS = {
  nl: {
    title: "Belbord – proef het", language: "Taal",
    step1: "Laat iemand bellen.", step2: "Neem op.", step3: "Druk op de knop.",
    unit: "Het toestel op het bureau", inbox: "De terugbelnotities", board: "Telefooncentrale",
    morning: "Drukke ochtend", calm: "Rust graag", away: "Centrale valt weg", back: "Centrale komt terug",
    phone: "Telefoon 100", answer: "Neem op", hang_up: "Hang op", hold: "In de wacht", resume: "Uit de wacht",
    transfer201: "Naar Anouk", transfer202: "Naar Sanne (neemt niet op)",
    queue: "In de wachtrij", ring: "Laat iemand bellen", gives_up: "hangt op", empty: "Niemand wacht.",
    colleagues: "Collega’s", idle: "vrij", ringing: "gaat over", in_use: "in gesprek", on_hold: "in de wacht",
    paused: "pauze", withheld: "Nummer afgeschermd", unnamed: "Geen naam", nobody: "Niemand aan de lijn.",
    down: "De centrale is weg", starting: "De centrale start", lost: "De proefopstelling is gestopt",
    returned: "kwam terug",
  },
  en: {
    title: "Belbord – try it", language: "Language",
    step1: "Let somebody call.", step2: "Answer.", step3: "Press the button.",
    unit: "The unit on the desk", inbox: "The callback notes", board: "Telephone exchange",
    morning: "Busy morning", calm: "Some quiet", away: "PBX goes away", back: "PBX comes back",
    phone: "Phone 100", answer: "Answer", hang_up: "Hang up", hold: "Hold", resume: "Take back",
    transfer201: "To Anouk", transfer202: "To Sanne (never answers)",
    queue: "In the queue", ring: "Let somebody call", gives_up: "hangs up", empty: "Nobody waits.",
    colleagues: "Colleagues", idle: "free", ringing: "ringing", in_use: "talking", on_hold: "on hold",
    paused: "break", withheld: "Number withheld", unnamed: "No name", nobody: "Nobody on the line.",
    down: "The PBX is away", starting: "The PBX is starting", lost: "The demo has ended",
    returned: "came back",
  },
};
