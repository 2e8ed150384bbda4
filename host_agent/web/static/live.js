// Keeps the page true: takes the parts that changed from the server and puts them in place.
// Without this file everything works; the inbox then has a link that asks for it anew.

const offline = document.getElementById("offline");
const query = new URLSearchParams(location.search);

// A word about what was just done is for now, not for the next reload.
if (query.has("gedaan")) {
  history.replaceState(null, "", location.pathname);
}

function put(part, markup) {
  const place = document.getElementById(part);
  if (!place) return;
  const before = new Set([...place.querySelectorAll("li[id]")].map((row) => row.id));
  // Whoever types a search is not interrupted.
  if (place.contains(document.activeElement) && ["f-text", "f-whom"].includes(document.activeElement.id)) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  const unfolded = [...place.querySelectorAll("details[open] > summary[id]")].map((summary) => summary.id);
  place.innerHTML = markup;
  for (const id of unfolded) document.getElementById(id)?.parentElement.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (part !== "inbox") return;
  tell(place.querySelector(".sum")?.textContent ?? "");
  for (const row of place.querySelectorAll(".notes > li[id]")) {
    if (before.size && !before.has(row.id)) row.classList.add("fresh");
  }
  const open = place.querySelector("[data-open]")?.dataset.open ?? "0";
  document.title = (open === "0" ? "" : `(${open}) `) + `${place.dataset.title} · Belbord`;
}

// How many are open and late is said to whoever does not see it, when it changes. What was just done is old news then.
let told = document.querySelector("#inbox .sum")?.textContent ?? "";
function tell(sum) {
  if (sum === told) return;
  told = sum;
  document.getElementById("news").textContent = sum;
  if (performance.now() > 20_000) document.querySelector(".said")?.remove();
}

function listen() {
  const source = new EventSource("/live" + location.search);
  source.onopen = () => { offline.hidden = true; };
  source.onerror = () => {
    offline.hidden = false;
    // A server that answered with an error is not tried again by the browser.
    if (source.readyState === EventSource.CLOSED) setTimeout(again, 3000);
  };
  for (const part of ["head", "inbox"]) {
    source.addEventListener(part, (event) => put(part, event.data));
  }
  // A page that is left must not hold a connection: browsers allow few to one server.
  addEventListener("pagehide", () => source.close(), { once: true });
}

// Either the host is back, or nobody is signed in here any more: then the page goes to where one signs in.
async function again() {
  const answer = await fetch("/live", { method: "HEAD" }).catch(() => null);
  if (answer?.status === 204) location.reload();
  else listen();
}

addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
listen();

// Choosing a time of one's own chooses "another time".
for (const time of document.querySelectorAll("input[type=datetime-local]")) {
  time.addEventListener("input", () => {
    const other = time.form.querySelector("input[name=promise][value=other]");
    if (other) other.checked = true;
  });
}

// What is promised is said aloud; number and name are read back.
for (const form of document.querySelectorAll("form:has(#say)")) {
  const say = form.querySelector("#say");
  const shown = form.querySelector("#readback");
  const grouped = (number) => number.replace(/[^0-9+]/g, "").replace(/^(\+31|0)(6)?/, "$1$2 ").replace(/(\d{2})(?=\d)(?!\d*\s)/g, "$1 ").trim();
  form.addEventListener("input", (event) => {
    const choice = form.querySelector("input[name=promise]:checked");
    const own = form.elements.promised_by.value;
    if (choice?.dataset.say) say.textContent = choice.dataset.say;
    else if (choice?.value === "other" && own) {
      const when = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
      say.textContent = say.dataset.other.replace("%s", when.format(new Date(own)));
    } else say.textContent = "";
    if (["caller_name", "caller_number"].includes(event.target.name)) {
      shown.querySelector("[data-number]").textContent = grouped(form.elements.caller_number.value) || "–";
      shown.querySelector("[data-name]").textContent = form.elements.caller_name.value || "–";
      form.elements.read_back.checked = false;
      const spell = form.querySelector("#spell");
      spell.href = "/spelling?" + new URLSearchParams({ woord: form.elements.caller_name.value });
    }
  });
}
