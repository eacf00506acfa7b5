// Hands the envelope in this file to the portal's web app, in a window that a click opens. It talks to that
// window alone, and to no server. The portal's address is in the button, the envelope in the hidden text above.
"use strict";
{
  const button = document.getElementById("sealpost-open");
  const portal = button.dataset.portal;
  const say = (words) => { document.getElementById("sealpost-status").textContent = words; };
  const fileWay = "open " + portal + " in your browser and choose this file there.";

  const decode = (id) => {
    const text = document.getElementById(id).textContent;
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const base64 = text.replace(/\s/g, "").replace(/-/g, "+").replace(/_/g, "/");
    const bytes = new Uint8Array(Math.floor(base64.length * 3 / 4));
    const step = 1 << 20; // whole groups of four characters
    for (let from = 0, to = 0; from < base64.length; from += step) {
      const chunk = atob(base64.slice(from, from + step));
      for (let i = 0; i < chunk.length; i++) bytes[to++] = chunk.charCodeAt(i);
    }
    return bytes;
  };

  button.addEventListener("click", () => {
    const app = window.open(portal + "/receive");
    if (!app) return say("The browser did not open a window: allow it, or " + fileWay);
    say("Opening " + portal + " in a new window.");
    const late = setTimeout(() => say("The portal does not answer: " + fileWay), 10000);
    const answer = (event) => {
      if (event.source !== app || event.origin !== portal || event.data?.sealpost !== 1) return;
      if (event.data.ready) {
        const envelope = decode("sealpost-envelope").buffer;
        const hint = new TextDecoder().decode(decode("sealpost-hint")) || null;
        app.postMessage({ sealpost: 1, envelope, hint }, portal, [envelope]);
      }
      if (event.data.received) {
        clearTimeout(late);
        removeEventListener("message", answer);
        say("The message is in the new window.");
      }
    };
    addEventListener("message", answer);
  });
  button.hidden = false;
}
