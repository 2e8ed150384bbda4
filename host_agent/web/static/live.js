// Keeps the page true: takes the parts that changed from the server and puts them in place.
// Without this file everything works; the inbox then reloads by itself.

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
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  const unfolded = [...place.querySelectorAll("details[open] > summary[id]")].map((summary) => summary.id);
  place.innerHTML = markup;
  for (const id of unfolded) document.getElementById(id)?.parentElement.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (part !== "inbox") return;
  for (const row of place.querySelectorAll(".notes > li[id]")) {
    if (before.size && !before.has(row.id)) row.classList.add("fresh");
  }
  const open = place.querySelector("[data-open]")?.dataset.open ?? "0";
  document.title = (open === "0" ? "" : `(${open}) `) + `${place.dataset.title} · Belbord`;
}

function listen() {
  const source = new EventSource("/live");
  source.onopen = () => { offline.hidden = true; };
  source.onerror = () => {
    offline.hidden = false;
    // A server that answered with an error is not tried again by the browser.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
  for (const part of ["head", "inbox"]) {
    source.addEventListener(part, (event) => put(part, event.data));
  }
  // A page that is left must not hold a connection: browsers allow few to one server.
  addEventListener("pagehide", () => source.close(), { once: true });
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
