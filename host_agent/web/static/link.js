// Whoever looks at the page has seen the note: a mail server that only follows the link has not.
const form = document.getElementById("seen");

async function seen() {
  if (!form || document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", seen);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  // The forms on this page name the version of the note: take them anew.
  if (answer.ok) location.reload();
}

document.addEventListener("visibilitychange", seen);
seen();
