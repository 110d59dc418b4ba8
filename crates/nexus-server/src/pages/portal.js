// Sends files straight into storage: small ones in one piece, others in parts that are signed as they are needed. A part
// that fails is sent again; parts that arrived before the page was closed are not.
const SMALL_BYTES = 16 * 1024 * 1024;
const FILES_AT_A_TIME = 2;
const PARTS_AT_A_TIME = 3;
const TRIES = 6;

const list = document.getElementById("list");
const drop = document.getElementById("drop");
const input = document.getElementById("files");
const waiting = [];
let active = 0;

input.addEventListener("change", () => { add(input.files); input.value = ""; });
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer.files);
});
window.addEventListener("beforeunload", (event) => { if (active > 0) event.preventDefault(); });

function add(files) {
  for (const file of files) waiting.push(new Upload(file));
  pump();
}

function pump() {
  while (active < FILES_AT_A_TIME && waiting.length > 0) {
    active += 1;
    waiting.shift().run().finally(() => { active -= 1; pump(); });
  }
}

class Upload {
  constructor(file) {
    this.file = file;
    this.sent = new Map();
    this.requests = new Set();
    this.name = `upload of ${file.name}, ${file.size}, ${file.lastModified}`;
    const row = element("li", "card");
    const title = element("strong");
    title.textContent = file.name;
    this.state = element("div", "meta number");
    this.state.setAttribute("role", "status");
    this.bar = element("progress");
    this.bar.max = file.size;
    this.bar.setAttribute("aria-label", `Upload of ${file.name}`);
    this.button = element("button");
    this.button.type = "button";
    row.append(title, this.state, this.bar, this.button);
    list.append(row);
    this.offer("Cancel", () => this.cancel());
    this.tell("waiting");
  }

  tell(text) { this.state.textContent = text; }

  offer(text, action) {
    this.button.hidden = text === "";
    this.button.textContent = text;
    this.button.setAttribute("aria-label", `${text} ${this.file.name}`);
    this.button.onclick = action;
  }

  async run() {
    if (this.cancelled) return;
    try {
      await (this.file.size > SMALL_BYTES ? this.inParts() : this.whole());
      this.bar.value = this.file.size;
      this.tell("uploaded; it is being looked at");
      this.offer("");
    } catch (error) {
      if (this.cancelled) return;
      this.tell(`stopped: ${error.message}`);
      this.offer("Try again", () => { this.offer("Cancel", () => this.cancel()); this.tell("waiting"); waiting.push(this); pump(); });
    }
  }

  cancel() {
    this.cancelled = true;
    for (const request of this.requests) request.abort();
    const parts = remembered(this.name);
    if (parts) ask("DELETE", `/v1/uploads/parts?${new URLSearchParams(which(parts))}`).catch(() => {});
    localStorage.removeItem(this.name);
    this.tell("cancelled");
    this.offer("");
  }

  async whole() {
    const { url } = await ask("POST", "/v1/uploads", { file_name: this.file.name, size_bytes: this.file.size });
    await this.put(url, this.file, this);
  }

  async inParts() {
    const parts = await this.begun();
    if (!parts) return;
    const left = [];
    for (let number = 1; number <= parts.count; number += 1) if (!this.sent.has(number)) left.push(number);
    // Whoever fails for good stops the others too: a later try begins with nobody under way.
    const hand = async () => {
      try {
        while (left.length > 0 && !this.cancelled) await this.part(parts, left.shift());
      } catch (error) {
        left.length = 0;
        throw error;
      }
    };
    const hands = await Promise.allSettled(Array.from({ length: PARTS_AT_A_TIME }, hand));
    if (this.cancelled) return;
    const failed = hands.find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
    this.tell("putting it together");
    await ask("POST", "/v1/uploads/complete", which(parts));
    localStorage.removeItem(this.name);
  }

  // The upload that was begun before, with the parts that arrived, or a new one; nothing when it is complete by now.
  async begun() {
    this.sent.clear();
    const known = remembered(this.name);
    if (known) {
      const found = await ask("GET", `/v1/uploads/parts?${new URLSearchParams(which(known))}`).catch(gone);
      if (found) {
        for (const { number, size_bytes } of found.arrived) {
          if (size_bytes === this.piece(known, number).size) this.sent.set(number, size_bytes);
        }
        return known;
      }
      // Perhaps it was completed, and only the answer was lost.
      const complete = await ask("POST", "/v1/uploads/complete", which(known)).catch(gone);
      localStorage.removeItem(this.name);
      if (complete) return null;
    }
    const asked = { file_name: this.file.name, size_bytes: this.file.size, in_parts: true };
    const { parts } = await ask("POST", "/v1/uploads", asked);
    localStorage.setItem(this.name, JSON.stringify(parts));
    return parts;
  }

  piece({ part_bytes }, number) {
    const from = (number - 1) * part_bytes;
    return this.file.slice(from, Math.min(from + part_bytes, this.file.size));
  }

  async part(parts, number) {
    const piece = this.piece(parts, number);
    for (let tried = 1; ; tried += 1) {
      try {
        const [{ url }] = await ask("POST", "/v1/uploads/parts", { ...which(parts), numbers: [number] });
        return await this.put(url, piece, number);
      } catch (error) {
        this.sent.delete(number);
        if (this.cancelled || error.isFinal || tried === TRIES) throw error;
        this.tell(`${error.message}; sent again in a moment`);
        await moment(Math.min(1000 * 2 ** tried, 30_000));
      }
    }
  }

  put(url, body, key) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PUT", url);
      request.upload.onprogress = (event) => this.progress(key, event.loaded);
      request.onload = () => {
        if (request.status < 300) { this.progress(key, body.size); resolve(); } else reject(refused(request.status));
      };
      request.onerror = () => reject(new Error("the connection broke"));
      request.onabort = () => reject(new Error("cancelled"));
      request.onloadend = () => this.requests.delete(request);
      this.requests.add(request);
      request.send(body);
    });
  }

  progress(key, bytes) {
    this.sent.set(key, bytes);
    const all = [...this.sent.values()].reduce((sum, each) => sum + each, 0);
    this.bar.value = all;
    this.tell(`${Math.floor((100 * all) / this.file.size)} %`);
  }
}

function element(name, kind) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  return made;
}

function which({ key, upload }) { return { key, upload }; }

function remembered(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}

function gone(error) {
  if (error.status === 404) return null;
  throw error;
}

function refused(status) {
  const error = new Error(`the store answered ${status}`);
  // A link that is too old is signed anew; anything else the store will say again.
  error.isFinal = status >= 400 && status < 500 && status !== 403 && status !== 408 && status !== 429;
  return error;
}

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { "content-type": "application/json" } : {},
    body: body && JSON.stringify(body),
  }).catch(() => { throw new Error("the server cannot be reached"); });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (answer.ok) return value;
  const error = new Error(value?.detail ?? answer.statusText);
  error.status = answer.status;
  error.isFinal = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  throw error;
}

// Waits; ends at once when the network comes back.
function moment(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    function done() { clearTimeout(timer); window.removeEventListener("online", done); resolve(); }
  });
}
