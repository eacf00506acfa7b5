// Keeps the page up to date, copies codes, forgets mail on request.
const PERIOD = 1000; // ms
let seen = null;

async function refresh() {
  const list = await (await fetch("/messages.json")).text();
  if (list !== seen) {
    const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
    document.getElementById("mails").replaceWith(document.adoptNode(page.getElementById("mails")));
    document.title = page.title;
  }
  seen = list;
}

async function keepFresh() {
  try {
    await refresh();
  } catch {
    document.title = "(stopped) Mail catcher";
  }
  setTimeout(keepFresh, PERIOD);
}

document.addEventListener("click", async (event) => {
  if (event.target.matches(".copy")) {
    const code = event.target.parentElement.querySelector("output").textContent;
    await navigator.clipboard.writeText(code.replace(/\D/g, ""));
    event.target.textContent = "Copied";
  }
  if (event.target.matches("#forget")) {
    await fetch("/messages", { method: "DELETE" });
    await refresh();
  }
});

keepFresh();
