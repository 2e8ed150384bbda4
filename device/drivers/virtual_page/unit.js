// Draws what the unit shows and moves its button. The unit decides everything; this only looks and presses.
"use strict";

const WORDS = {
  nl: {
    unit: "Belbord-toestel", legend: "terugbellen", lost: "Het toestel geeft geen beeld meer door.",
    plug: "Trek het schermpje los", replug: "Zet het schermpje weer vast",
    press: "Knop: kort drukken bewaart een terugbelnotitie, vasthouden toont het menu",
    glass: "Het schermpje van het toestel", unplugged: "Het schermpje is losgetrokken",
    lit: "Bordje aan: Sorry, ik heb even geen tijd voor je. Ik heb op dit moment veel inkomende lijnen.",
    dark: "Bordje uit",
  },
  en: {
    unit: "Belbord unit", legend: "call back", lost: "The unit shows nothing any more.",
    plug: "Unplug the display", replug: "Plug the display in again",
    press: "Button: a short press keeps a callback note, holding shows the menu",
    glass: "The unit's display", unplugged: "The display is unplugged",
    lit: "Sign lit: Sorry, I have no time for you right now. Many calls are coming in.",
    dark: "Sign dark",
  },
};
const asked = new URLSearchParams(location.search);
const language = asked.get("lang") === "en" ? "en" : "nl";
const words = WORDS[language];
const root = document.documentElement;
const sign = document.getElementById("sign");
const glass = document.getElementById("glass");
const glow = document.querySelector(".glow");
const press = document.getElementById("press");
const plug = document.getElementById("plug");
const lost = document.getElementById("lost");
let shown = null;
let pixel = 3; // device pixels a side of one pixel of the glass

function say() {
  root.lang = language;
  document.querySelector("main").setAttribute("aria-label", words.unit);
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  press.setAttribute("aria-label", words.press);
}

function measure() {
  const ratio = window.devicePixelRatio || 1;
  const columns = shown ? shown.width : 128;
  const room = Math.min(innerWidth / (columns + 66), innerHeight / 147);
  pixel = Math.max(1, Math.floor(room * ratio));
  root.style.setProperty("--s", `${pixel / ratio}px`);
  root.style.setProperty("--columns", columns);
  if (shown) draw();
}

function draw() {
  const { width, height } = shown;
  const bits = Uint8Array.from(atob(shown.bits), (letter) => letter.charCodeAt(0));
  const stride = Math.ceil(width / 8);
  const level = shown.on ? 0.55 + 0.45 * (shown.contrast / 255) : 0;
  const gap = pixel > 3 ? 1 : 0;
  glass.width = width * pixel;
  glass.height = height * pixel;
  glow.width = width;
  glow.height = height;
  const crisp = glass.getContext("2d");
  const soft = glow.getContext("2d");
  crisp.fillStyle = `rgb(226 243 255 / ${level})`;
  soft.fillStyle = `rgb(120 190 255 / ${level})`;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (bits[y * stride + (x >> 3)] & (128 >> (x & 7))) {
        crisp.fillRect(x * pixel, y * pixel, pixel - gap, pixel - gap);
        soft.fillRect(x, y, 1, 1);
      }
    }
  }
}

function show(look) {
  const resized = !shown || shown.width !== look.width;
  const redrawn = resized || shown.frame !== look.frame || shown.on !== look.on || shown.contrast !== look.contrast;
  shown = look;
  if (resized) measure();
  else if (redrawn) draw();
  glass.dataset.frame = look.frame;
  glass.setAttribute("aria-label", look.plugged ? words.glass : words.unplugged);
  root.style.setProperty("--lamp", look.lamp);
  sign.dataset.lamp = look.lamp > 0 ? "lit" : "dark";
  sign.setAttribute("aria-label", look.lamp > 0 ? words.lit : words.dark);
  press.classList.toggle("down", look.down);
  press.dataset.down = String(look.down);
  plug.textContent = look.plugged ? words.plug : words.replug;
  plug.setAttribute("aria-pressed", String(!look.plugged));
  document.title = `Belbord · ${look.unit}`;
}

// One request after another: a release must never overtake its press.
let last = Promise.resolve();
function tell(path, body) {
  const send = () => fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), keepalive: true,
  }).catch(() => {});
  last = last.then(send);
  return last;
}

let held = false;
function hold(down) {
  if (held === down) return;
  held = down;
  press.classList.toggle("down", down);
  tell("button", { down });
}

press.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  press.setPointerCapture(event.pointerId);
  hold(true);
});
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) press.addEventListener(end, () => hold(false));
press.addEventListener("keydown", (event) => {
  if (event.key !== " " && event.key !== "Enter") return;
  event.preventDefault();
  if (!event.repeat) hold(true);
});
press.addEventListener("keyup", (event) => {
  if (event.key !== " " && event.key !== "Enter") return;
  event.preventDefault();
  hold(false);
});
press.addEventListener("contextmenu", (event) => event.preventDefault());
press.addEventListener("blur", () => hold(false));
addEventListener("pagehide", () => hold(false));
plug.addEventListener("click", () => tell("panel", { plugged: shown ? !shown.plugged : true }));

if (asked.get("embed") === "1") document.body.classList.add("embed");
say();
measure();
addEventListener("resize", measure);
const events = new EventSource("events");
events.addEventListener("message", (event) => { lost.hidden = true; show(JSON.parse(event.data)); });
events.addEventListener("error", () => { lost.hidden = false; });
