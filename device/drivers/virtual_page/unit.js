// Draws what the unit shows and moves its button. The unit decides everything; this only looks and presses.
"use strict";

const asked = new URLSearchParams(location.search);
const language = Object.hasOwn(WORDS, asked.get("lang")) ? asked.get("lang") : "nl";
const words = WORDS[language];
const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const sign = byId("sign");
const press = byId("press");
const plug = byId("plug");
const lost = byId("lost");
const counter = byId("counter");
const buzzer = byId("buzzer");
const NOTE_SEEN_MS = 420; // a click of 12 ms would not be seen
let shown = null;

// One glass: its crisp pixels, and their glow behind. `size`: device pixels a side of one pixel of the glass.
class Glass {
  constructor(crisp) {
    this.crisp = crisp;
    this.soft = crisp.parentElement.querySelector(".glow");
    this.size = 1;
    this.last = null;
  }

  show(look) {
    const { last } = this;
    this.last = look;
    this.crisp.dataset.frame = look.frame;
    if (!last || last.frame !== look.frame || last.on !== look.on || last.contrast !== look.contrast) this.draw();
  }

  draw() {
    if (!this.last) return;
    const { width, height, bits: packed, on, contrast } = this.last;
    const { crisp, soft, size } = this;
    const bits = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stride = Math.ceil(width / 8);
    const level = on ? 0.55 + 0.45 * (contrast / 255) : 0;
    const gap = size > 3 ? 1 : 0;
    crisp.width = width * size;
    crisp.height = height * size;
    soft.width = width;
    soft.height = height;
    const sharp = crisp.getContext("2d");
    const blurred = soft.getContext("2d");
    sharp.fillStyle = `rgb(226 243 255 / ${level})`;
    blurred.fillStyle = `rgb(120 190 255 / ${level})`;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        if (bits[y * stride + (x >> 3)] & (128 >> (x & 7))) {
          sharp.fillRect(x * size, y * size, size - gap, size - gap);
          blurred.fillRect(x, y, 1, 1);
        }
      }
    }
  }
}
const desk = new Glass(byId("glass"));
const facing = new Glass(byId("counter-glass"));

function say() {
  root.lang = language;
  document.querySelector("main").setAttribute("aria-label", words.unit);
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  press.setAttribute("aria-label", words.press);
  facing.crisp.setAttribute("aria-label", words.counter);
  saySound();
}

function saySound() {
  buzzer.setAttribute("aria-pressed", String(sound.on));
  buzzer.setAttribute("aria-label", sound.on ? words.sound_off : words.sound_on);
  buzzer.title = sound.on ? words.sound_off : words.sound_on;
}

// Whole device pixels for each glass. The second one is seen from further away: it stands on the case beside the sign,
// or before the unit where the case is too small to carry both.
function measure() {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [innerWidth * ratio, innerHeight * ratio];
  const columns = shown ? shown.width : 128;
  const second = shown && shown.counter;
  const largest = (room) => Math.max(1, Math.floor(Math.min(wide / (columns + 66), room)));
  let size = largest(high / 147);
  let small = Math.max(1, Math.floor(size * 0.42));
  const apart = Boolean(second) && size < 3;
  if (apart) {
    size = largest((high - small * second.height) / 166);
    small = Math.max(1, Math.min(size - 1, Math.floor((high - size * 166) / second.height)));
  }
  (apart ? document.querySelector(".desk") : byId("crown")).append(counter);
  root.style.setProperty("--sign", second && !apart ? columns + 38 - (small * second.width) / size : 168);
  desk.size = size;
  facing.size = small;
  root.style.setProperty("--s", `${size / ratio}px`);
  root.style.setProperty("--t", `${small / ratio}px`);
  root.style.setProperty("--columns", columns);
  desk.draw();
  facing.draw();
}

function showSign({ kind, says, light }) {
  const level = Math.max(...light);
  root.dataset.sign = kind;
  sign.dataset.kind = kind;
  if (sign.dataset.lamp !== says && kind === "relay") sound.click();
  sign.dataset.lamp = says;
  sign.setAttribute("aria-label", words[says]);
  root.style.setProperty("--lamp", level);
  if (kind === "rgb" && level > 0) {
    root.style.setProperty("--light", light.map((channel) => Math.round(255 * channel / level)).join(" "));
  }
}

function show(look) {
  const resized = !shown || shown.width !== look.width || Boolean(shown.counter) !== Boolean(look.counter);
  shown = look;
  counter.hidden = !look.counter;
  if (resized) measure();
  desk.show(look);
  if (look.counter) facing.show(look.counter);
  showSign(look.sign);
  desk.crisp.setAttribute("aria-label", look.plugged ? words.glass : words.unplugged);
  buzzer.hidden = !look.sounds;
  press.classList.toggle("down", look.down);
  press.dataset.down = String(look.down);
  plug.textContent = look.plugged ? words.plug : words.replug;
  plug.setAttribute("aria-pressed", String(!look.plugged));
  document.title = `Belbord · ${look.unit}`;
}

let silent = 0;
function sounded(tone) {
  sound.play(tone);
  const note = byId("note");
  clearTimeout(silent);
  if (tone.hertz) {
    note.classList.add("sounding");
    buzzer.dataset.hertz = tone.hertz;
  }
  silent = setTimeout(() => note.classList.remove("sounding"), NOTE_SEEN_MS);
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
buzzer.addEventListener("click", () => sound.turn(!sound.on).then(saySound));
plug.addEventListener("click", () => tell("panel", { plugged: shown ? !shown.plugged : true }));

if (asked.get("embed") === "1") document.body.classList.add("embed");
say();
measure();
addEventListener("resize", measure);
const events = new EventSource("events");
events.addEventListener("message", (event) => { lost.hidden = true; show(JSON.parse(event.data)); });
events.addEventListener("tone", (event) => sounded(JSON.parse(event.data)));
events.addEventListener("error", () => { lost.hidden = false; });
