/* The page of one series, without loading it anew: the server draws every range; this fetches it, and takes keys and drags. */

const KEYS = { ArrowLeft: "earlier", ArrowRight: "later", "+": "in", "=": "in", "-": "out", 0: "all" };
/* The chart begins and ends at these shares of its width. */
const SPAN = [0.005, 0.985];
const SHORTEST = 60;

const main = document.getElementById("main");
const chart = () => main.querySelector(".past-chart");
let running;

async function show(address, { keep = true, focus = "" } = {}) {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(address, { signal: running.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!answer.ok || !fresh) throw new Error(`status ${answer.status}`);
    const open = [...main.querySelectorAll("details")].map((details) => details.open);
    main.replaceChildren(...fresh.childNodes);
    main.querySelectorAll("details").forEach((details, index) => (details.open = Boolean(open[index])));
    for (const link of document.querySelectorAll(".top-languages a")) {
      const other = page.querySelector(`.top-languages a[hreflang="${link.hreflang}"]`);
      if (other) link.href = other.getAttribute("href");
    }
    if (keep) history.pushState(null, "", address);
    enliven();
    (focus === "chart" ? chart() : focus && main.querySelector(`[data-move="${focus}"]`))?.focus({ preventScroll: true });
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function enliven() {
  const place = chart();
  if (!place) return;
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", place.dataset.help);
  const choice = document.createElement("div");
  choice.className = "past-choice";
  choice.hidden = true;
  place.append(choice);
  let start = null;
  const share = (event) => {
    const box = place.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    return Math.min(1, Math.max(0, (x - SPAN[0]) / (SPAN[1] - SPAN[0])));
  };
  const mark = (a, b) => {
    const [left, right] = [a, b].sort((x, y) => x - y).map((x) => 100 * (SPAN[0] + x * (SPAN[1] - SPAN[0])));
    choice.style.left = `${left}%`;
    choice.style.width = `${right - left}%`;
  };
  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    start = share(event);
    mark(start, start);
    choice.hidden = false;
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => start !== null && mark(start, share(event)));
  const end = () => {
    start = null;
    choice.hidden = true;
  };
  place.addEventListener("pointercancel", end);
  place.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const [a, b] = [start, share(event)].sort((x, y) => x - y);
    end();
    if (b - a < 0.02) return;
    const [from, to] = [Number(place.dataset.from), Number(place.dataset.to)].map((micros) => micros / 1e6);
    const at = (x) => Math.round(from + x * (to - from));
    if (at(b) - at(a) < SHORTEST) return;
    const text = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
    show(`${location.pathname}?from=${text(at(a))}&to=${text(at(b))}`, { focus: "chart" });
  });
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const link = KEYS[event.key] && main.querySelector(`[data-move="${KEYS[event.key]}"]`);
    if (!link) return;
    event.preventDefault();
    show(link.getAttribute("href"), { focus: "chart" });
  });
}

main.addEventListener("click", (event) => {
  const link = event.target.closest("[data-move]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  show(link.getAttribute("href"), { focus: link.dataset.move });
});
addEventListener("popstate", () => show(location.pathname + location.search, { keep: false }));
enliven();
