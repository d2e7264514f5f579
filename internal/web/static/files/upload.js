// Sends a file in parts, so that an upload goes on after a lost connection, and after a reload once the same file is chosen again.
// The file's SHA-256 is computed first: by it the server knows which upload goes on, and whether all came. Without this script
// the form sends the file whole.
"use strict";

const KiB = 1024, least = 256 * KiB, most = 16 * KiB * KiB;

// primes are the first n of them: the constants of SHA-256 are the fractions of their roots (FIPS 180-4).
const primes = (n) => {
  const found = [];
  for (let p = 2; found.length < n; p++) if (found.every((q) => p % q)) found.push(p);
  return found;
};
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const rounds = Int32Array.from(primes(64), (p) => fraction(Math.cbrt(p)));

// sha256 takes bytes as they come; crypto.subtle wants all of them at once, and an address with https.
function sha256() {
  const h = Int32Array.from(primes(8), (p) => fraction(Math.sqrt(p)));
  const w = new Int32Array(64), rest = new Uint8Array(64);
  let kept = 0, total = 0;
  const block = (b, o) => {
    for (let i = 0; i < 16; i++, o += 4) w[i] = (b[o] << 24) | (b[o + 1] << 16) | (b[o + 2] << 8) | b[o + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = h[0], b1 = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + rounds[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b1) ^ (a & c) ^ (b1 & c))) | 0;
      k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b1; b1 = a; a = (t1 + t2) | 0;
    }
    h[0] += a; h[1] += b1; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
  };
  const add = (bytes) => {
    total += bytes.length;
    let o = 0;
    if (kept) {
      o = Math.min(64 - kept, bytes.length);
      rest.set(bytes.subarray(0, o), kept);
      if ((kept += o) < 64) return;
      block(rest, 0);
      kept = 0;
    }
    for (; o + 64 <= bytes.length; o += 64) block(bytes, o);
    rest.set(bytes.subarray(o));
    kept = bytes.length - o;
  };
  const end = () => {
    const bits = BigInt(total) * 8n, pad = new Uint8Array(kept < 56 ? 64 - kept : 128 - kept);
    pad[0] = 0x80;
    new DataView(pad.buffer).setBigUint64(pad.length - 8, bits);
    add(pad);
    return Array.from(h, (x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
  };
  return { add, end };
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const lang = document.documentElement.lang;

// bytesIn writes a size as the page's language does.
function bytesIn(n) {
  let unit = "byte", per = 1;
  for (const [name, size] of [["kilobyte", 1e3], ["megabyte", 1e6], ["gigabyte", 1e9]]) if (n >= size) { unit = name; per = size; }
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: n / per < 100 && per > 1 ? 1 : 0 }).format(n / per);
}

// pause ends after some seconds, or when the machine is connected again.
const pause = (seconds) => new Promise((done) => {
  const end = () => { clearTimeout(timer); removeEventListener("online", end); done(); };
  const timer = setTimeout(end, seconds * 1000);
  addEventListener("online", end);
});

// post gives what the server says, or null where it is somebody else's page: the reader is not signed in any more. It throws where
// nobody answers.
async function post(path, body) {
  const reply = await fetch(path, { method: "POST", body });
  if (reply.headers.get("Content-Type")?.startsWith("application/json")) return reply.json();
  if (reply.status >= 500) throw new Error(String(reply.status));
  return null;
}

class Refused extends Error {}

for (const box of document.querySelectorAll("[data-parts]")) {
  const words = box.dataset, form = box.querySelector("form"), line = box.querySelector("[data-say]"), button = form.querySelector("button");
  let told = "";
  // say shows how it stands; it is read out when that changed, and at each tenth of the way.
  const say = (text, mark) => {
    line.hidden = false;
    line.textContent = text;
    if (mark !== told) { told = mark; tell(text); }
  };

  const read = async (file, from, to) => {
    try {
      return await file.slice(from, to).arrayBuffer();
    } catch {
      throw new Refused(words.unread);
    }
  };

  async function digest(file) {
    const sum = sha256();
    for (let at = 0; at < file.size; at += KiB * KiB) {
      sum.add(new Uint8Array(await read(file, at, at + KiB * KiB)));
      const tenth = Math.floor(10 * at / file.size);
      say(fill(words.checking, { percent: new Intl.NumberFormat(lang, { style: "percent" }).format(at / file.size) }), `checking ${tenth}`);
    }
    return sum.end();
  }

  // send brings the file over and gives where the page goes on.
  async function send(file) {
    const sum = await digest(file), want = form.elements.sha256.value.trim().toLowerCase();
    if (words.sum && words.sum !== sum) throw new Refused(words.other);
    if (want && want !== sum) throw new Refused(words.differs);
    const whole = bytesIn(file.size);
    let at = -1, upload = "", wait = 1, step = KiB * KiB;
    for (;;) {
      let reply;
      const begun = performance.now(), part = at < 0 ? null : await read(file, at, at + step);
      try {
        reply = part ? await post(`${words.parts}/${upload}?at=${at}`, part) : await post(words.parts, new URLSearchParams({ name: file.name, size: String(file.size), sha256: sum }));
      } catch {
        reply = { again: true, error: words.away };
      }
      if (!reply) throw new Refused(words.over);
      if (reply.error && !reply.again) throw new Refused(reply.error);
      if (reply.again) { // how far it is the server knows
        at = -1;
        say(reply.error, `again ${reply.error}`);
        await pause(wait);
        wait = Math.min(2 * wait, 30);
        continue;
      }
      if (reply.done) return reply.done;
      if (part) {
        wait = 1;
        step = performance.now() - begun < 1000 ? Math.min(2 * step, most) : Math.max(step / 2, least);
      }
      ({ at, upload } = reply);
      say(fill(words.sent, { sent: bytesIn(at), all: whole }), `sent ${Math.floor(10 * at / file.size)}`);
    }
  }

  form.addEventListener("submit", async (e) => {
    const file = form.elements.file.files[0];
    if (!file || file.size === 0) return; // the server says what is missing
    e.preventDefault();
    e.stopPropagation(); // it is not the form that is sent
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    button.setAttribute("aria-busy", "true");
    line.classList.remove("stop");
    try {
      location.assign(await send(file));
    } catch (err) {
      line.classList.add("stop");
      say(err instanceof Refused ? err.message : words.unread, "");
      delete form.dataset.sending;
      button.removeAttribute("aria-busy");
    }
  });
}
