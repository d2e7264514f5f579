// The passkey button, the one thing on our pages that needs a script: only a script may ask the browser for a passkey. It
// fetches a challenge, has it answered, and sends the answer with the form. Where passkeys do not work it stays hidden.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list ?? []).map((c) => ({ ...c, id: bytes(c.id) }));

async function answer(kind, options) {
  const ask = { ...options, challenge: bytes(options.challenge) };
  if (kind === "create") {
    ask.user = { ...ask.user, id: bytes(ask.user.id) };
    ask.excludeCredentials = known(ask.excludeCredentials);
    const made = await navigator.credentials.create({ publicKey: ask });
    return {
      id: made.id, rawId: words(made.rawId), type: made.type, clientExtensionResults: made.getClientExtensionResults(),
      response: {
        clientDataJSON: words(made.response.clientDataJSON), attestationObject: words(made.response.attestationObject),
        transports: made.response.getTransports?.() ?? [],
      },
    };
  }
  ask.allowCredentials = known(ask.allowCredentials);
  const used = await navigator.credentials.get({ publicKey: ask });
  const r = used.response;
  return {
    id: used.id, rawId: words(used.rawId), type: used.type, clientExtensionResults: used.getClientExtensionResults(),
    response: {
      clientDataJSON: words(r.clientDataJSON), authenticatorData: words(r.authenticatorData), signature: words(r.signature),
      userHandle: r.userHandle ? words(r.userHandle) : undefined,
    },
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.parentElement.querySelector("[data-without]")?.remove();
  const trouble = form.querySelector("[data-trouble]");
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    e.stopPropagation(); // not sent yet
    if (form.dataset.asking) return;
    form.dataset.asking = "1";
    trouble.hidden = true;
    try {
      const reply = await fetch(form.dataset.ask, { method: "POST" });
      if (!reply.headers.get("Content-Type")?.startsWith("application/json")) { location.reload(); return; } // who is asked has to sign in, or to prove it, first
      const challenge = await reply.json();
      if (!reply.ok) throw new Error(challenge.error);
      form.elements.answer.value = JSON.stringify(await answer(form.dataset.passkey, challenge.options.publicKey));
      form.elements.token.value = challenge.token;
      form.submit();
    } catch {
      trouble.hidden = false;
    } finally {
      delete form.dataset.asking;
    }
  });
}
