// Asks for a permission per file and PUTs the file with it; three at a time, each with its own progress.
const list = document.getElementById("list");
const drop = document.getElementById("drop");
const input = document.getElementById("files");
const waiting = [];
let active = 0;

input.addEventListener("change", () => add(input.files));
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer.files);
});

function add(files) {
  for (const file of files) {
    const row = document.createElement("li");
    row.className = "card";
    const name = document.createElement("strong");
    name.textContent = file.name;
    const state = document.createElement("div");
    state.className = "meta number";
    state.setAttribute("role", "status");
    state.textContent = "waiting";
    const bar = document.createElement("progress");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    row.append(name, state, bar);
    list.append(row);
    waiting.push({ file, state, bar });
  }
  pump();
}

function pump() {
  while (active < 3 && waiting.length > 0) {
    active += 1;
    upload(waiting.shift()).finally(() => { active -= 1; pump(); });
  }
}

async function upload({ file, state, bar }) {
  try {
    const answer = await fetch("/v1/uploads", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ file_name: file.name, size_bytes: file.size }),
    });
    const ticket = await answer.json();
    if (!answer.ok) throw new Error(ticket.detail ?? answer.statusText);
    await put(ticket.url, file, (sent) => { bar.value = sent; state.textContent = `${Math.round((100 * sent) / file.size)} %`; });
    state.textContent = "uploaded; it is being looked at";
  } catch (error) {
    state.textContent = `stopped: ${error.message}`;
  }
}

function put(url, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`the store answered ${request.status}`)));
    request.onerror = () => reject(new Error("the connection broke; choose the file again"));
    request.send(file);
  });
}
