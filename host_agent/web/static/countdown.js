// Counts down how long the code can still be used. Without this file the page says until when.

const left = document.getElementById("left");
// By the wall clock: a laptop that slept must not show a code that is long gone.
const ends = Date.now() + 1000 * Number(left.dataset.left);

function count() {
  const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds > 0) {
    setTimeout(count, 250);
    return;
  }
  document.getElementById("code").remove();
  document.getElementById("gone").hidden = false;
}
count();
