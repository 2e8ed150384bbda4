// The switchboard: shows the simulated office and asks for what a person wants to happen. It decides nothing.
"use strict";

const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "nl";
const words = WORDS[language];
const byId = (id) => document.getElementById(id);
let office = null;
let heardAt = 0;

function say() {
  document.documentElement.lang = language;
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
  for (const element of document.querySelectorAll("[data-title]")) element.title = words[element.dataset.title];
  for (const link of document.querySelectorAll(".languages a")) {
    if (link.lang === language) link.setAttribute("aria-current", "true");
  }
}

async function frame() {
  const places = await (await fetch("places")).json();
  const at = (port, rest) => `http://${location.hostname}:${port}/${rest}`;
  byId("unit").src = at(places.unit, `?embed=1&lang=${language}`);
  byId("inbox").src = at(places.inbox, `?taal=${language}`);
}

function act(name, body = {}) {
  return fetch(`switchboard/${name}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  }).then((answer) => answer.json()).then((answer) => { if (answer.state) show(answer.state); }).catch(() => {});
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function numberOf(caller) {
  if (caller.withheld) return words.withheld;
  return caller.number
    .replace(/^(06)(\d{2})(\d{2})(\d{2})(\d{2})$/, "$1 $2 $3 $4 $5")
    .replace(/^(0\d{2})(\d{3})(\d{2})(\d{2})$/, "$1 $2 $3 $4");
}
const nameOf = (caller) => (caller.withheld ? "" : caller.name || words.unnamed);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function showPhone(phone) {
  const section = byId("phone");
  section.dataset.state = phone.state;
  byId("phone-state").textContent = phone.passed_on && phone.state === "ringing" ? `${words.ringing} (${words.returned})` : words[phone.state];
  const caller = byId("caller");
  caller.replaceChildren();
  if (phone.caller) {
    caller.append(make("strong", "", nameOf(phone.caller) || numberOf(phone.caller)));
    if (nameOf(phone.caller)) caller.append(make("span", "number", numberOf(phone.caller)));
    const time = make("time", "ticking");
    time.dataset.from = phone.for_s;
    caller.append(time);
  } else {
    caller.append(make("span", "none", words.nobody));
  }
  const talking = phone.state === "in_use" || phone.state === "on_hold";
  const can = {
    answer: phone.state === "ringing", hang_up: talking, hold: talking,
    transfer: (to) => phone.colleagues.some((colleague) => colleague.extension === to),
  };
  for (const key of section.querySelectorAll("button")) {
    const able = can[key.dataset.act];
    key.disabled = !(typeof able === "function" ? able(key.dataset.to) : able);
  }
  byId("hold").textContent = phone.state === "on_hold" ? words.resume : words.hold;
}

function showQueue(queue) {
  byId("count").textContent = queue.waiting.length;
  const list = byId("waiting");
  const known = new Map([...list.children].map((item) => [item.dataset.call, item]));
  const items = queue.waiting.map((caller) => {
    const item = known.get(caller.call) || make("li");
    if (!item.dataset.call) {
      item.dataset.call = caller.call;
      item.append(make("span", "who", nameOf(caller) || numberOf(caller)), make("time", "ticking"));
      const quit = make("button", "quit", words.gives_up);
      quit.type = "button";
      quit.addEventListener("click", () => act("abandon", { call: caller.call }));
      item.append(quit);
    }
    item.classList.toggle("rings", caller.rings);
    item.querySelector("time").dataset.from = caller.wait_s;
    return item;
  });
  if (items.length === 0) items.push(make("li", "none", words.empty));
  list.replaceChildren(...items);
}

function showColleagues(phones) {
  byId("colleagues").replaceChildren(...phones.map((phone) => {
    const item = make("li", "", "");
    item.dataset.state = phone.paused ? "paused" : phone.state;
    item.append(make("span", "lamp"), make("b", "", phone.extension), make("span", "", phone.name),
      make("em", "", words[item.dataset.state]));
    item.firstChild.setAttribute("aria-hidden", "true");
    return item;
  }));
}

function showStep(phone) {
  const step = { idle: "ring", ringing: "answer" }[phone.state] || "press";
  for (const item of document.querySelectorAll("#steps li")) {
    if (item.dataset.step === step) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}

function show(state) {
  office = state;
  heardAt = performance.now();
  const [own, ...others] = state.phones;
  showPhone(own);
  showQueue(state.queues[0]);
  showColleagues(others);
  showStep(own);
  const link = { away: words.down, starting: words.starting }[state.pbx] || "";
  byId("link").textContent = link;
  byId("board").dataset.pbx = state.pbx;
  byId("away").textContent = state.pbx === "up" ? words.away : words.back;
  byId("away").disabled = state.pbx === "starting";
  byId("morning").textContent = state.busy ? words.calm : words.morning;
  byId("morning").setAttribute("aria-pressed", String(state.busy));
  tick();
}

function tick() {
  const since = (performance.now() - heardAt) / 1000;
  for (const time of document.querySelectorAll("time.ticking")) time.textContent = clock(Number(time.dataset.from) + since);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button || !office) return;
  const own = { extension: "100" };
  const wishes = {
    ring: () => act("ring"),
    answer: () => act("answer", own),
    hang_up: () => act("hang_up", own),
    hold: () => act(office.phones[0].state === "on_hold" ? "resume" : "hold", own),
    transfer: () => act("transfer", { ...own, to: button.dataset.to }),
    morning: () => act(office.busy ? "calm" : "busy_morning"),
    link: () => act(office.pbx === "up" ? "pbx_away" : "pbx_back"),
  };
  wishes[button.dataset.act]();
});

say();
frame();
setInterval(tick, 1000);
const events = new EventSource("switchboard");
events.addEventListener("message", (event) => show(JSON.parse(event.data)));
events.addEventListener("error", () => { byId("link").textContent = words.lost; byId("board").dataset.pbx = "away"; });
