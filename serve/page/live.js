/** The live page: a list of runs, and the one chosen, fetched anew when the server says that it has changed. */
import "./copy.js";

const list = document.querySelector("#runs"), main = document.querySelector("#run");
const connection = document.querySelector("#connection"), compare = document.querySelector("#compare");

const chosenId = () => decodeURIComponent(location.hash.slice(1));
const checked = () => [...list.querySelectorAll("input:checked")].map(({ value }) => value);

/** The runs that are compared now; empty where one run is shown. */
let compared = [];

function row({ id, kind, state, done, best }, ticked) {
  const item = document.createElement("li"), box = document.createElement("input"), link = document.createElement("a");
  Object.assign(box, { type: "checkbox", value: id, checked: ticked.includes(id) });
  box.setAttribute("aria-label", `Compare ${id}`);
  link.href = `#${encodeURIComponent(id)}`;
  link.textContent = id;
  if (id === chosenId()) link.setAttribute("aria-current", "true");
  const facts = document.createElement("span");
  facts.className = "faint";
  facts.textContent = [kind, state, done, best === null ? "" : Number(best).toPrecision(6)].filter(Boolean).join(" · ");
  item.append(box, link, facts);
  return item;
}

function allowComparing() {
  compare.disabled = checked().length < 2;
}

async function showList() {
  const { runs } = await (await fetch("/api/runs")).json();
  const ticked = checked(), focused = document.activeElement?.closest?.("#runs li > *");
  const focus = focused && [focused.tagName, focused.value ?? focused.textContent];
  list.replaceChildren(...runs.map((run) => row(run, ticked)));
  if (focus) {
    [...list.querySelectorAll(focus[0])].find((one) => (one.value ?? one.textContent) === focus[1])?.focus();
  }
  allowComparing();
  if (!location.hash && compared.length === 0 && runs.length > 0) {
    location.replace(`#${encodeURIComponent(runs[0].id)}`);
  }
}

/** Counts what was asked for: an answer that comes after a later question is dropped. */
let asked = 0;

async function showRun() {
  const id = chosenId(), ticket = ++asked;
  if (!id) return;
  const text = await (await fetch(`/runs/${encodeURIComponent(id)}`)).text();
  if (ticket === asked) main.innerHTML = text;
}

function showComparison() {
  asked++;
  const picture = document.createElement("img"), heading = document.createElement("h2");
  const query = new URLSearchParams(compared.map((id) => ["run", id]));
  query.set("at", Date.now());
  Object.assign(picture, { src: `/compare.svg?${query}`, alt: `Curves of ${compared.join(", ")}` });
  heading.textContent = "Comparison";
  main.replaceChildren(heading, picture);
}

const show = () => compared.length > 0 ? showComparison() : showRun();

addEventListener("hashchange", async () => {
  compared = [];
  await Promise.all([showList(), showRun()]);
});
list.addEventListener("change", allowComparing);
compare.addEventListener("click", () => {
  compared = checked();
  history.pushState(null, "", "/");
  show();
});

const events = new EventSource("/events");
events.addEventListener("open", () => {
  connection.textContent = "live";
});
events.addEventListener("error", () => {
  connection.textContent = "no connection: the page shows what it had";
});
events.addEventListener("changed", async ({ data }) => {
  const { runs } = JSON.parse(data);
  await showList();
  if ([chosenId(), ...compared].some((id) => runs.includes(id))) await show();
});
await showList();
await show();
