/** The editor's side of a page, in the page: theme variables, saved state, and calls carried over HTTP. */

const setup = JSON.parse(document.body.dataset.setup);
for (const [name, value] of Object.entries(setup.variables))
  document.documentElement.style.setProperty(name, value);

const post = (message) => window.postMessage(message, "*");
let kept = { last: null, sets: {} };
const own = {
  "page/subject": () => (setup.panel === "run" ? { runId: setup.runIds[0] } : { runIds: setup.runIds, kept }),
  "page/keepColumns": ({ name, set }) => {
    if (name === null) kept = { ...kept, last: set };
    else if (set !== null) kept = { ...kept, sets: { ...kept.sets, [name]: set } };
    else
      kept = {
        ...kept,
        sets: Object.fromEntries(Object.entries(kept.sets).filter(([each]) => each !== name)),
      };
    return kept;
  },
  "page/addRuns": () => ({ runIds: setup.runIds }),
};
const stateKey = `state ${location.pathname}${location.search}`;
window.pageCalls = [];

async function answer({ id, name, input }) {
  if (name.startsWith("page/")) {
    window.pageCalls.push({ name, input });
    return post({ type: "answer", id, ok: true, value: own[name]?.(input) ?? null });
  }
  const response = await fetch("/call", { method: "POST", body: JSON.stringify({ name, input }) });
  post({ type: "answer", id, ...(await response.json()) });
}

window.acquireVsCodeApi = () => ({
  postMessage: (message) => {
    if (message.type === "call") void answer(message);
  },
  getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? "null") ?? undefined,
  setState: (state) => sessionStorage.setItem(stateKey, JSON.stringify(state)),
});

new EventSource("/events").onmessage = (event) =>
  post({ type: "event", name: "changed", value: JSON.parse(event.data) });
