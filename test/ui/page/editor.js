/** The editor's side of a page, in the page: theme variables, saved state, and calls carried over HTTP. */

const setup = JSON.parse(document.body.dataset.setup);
for (const [name, value] of Object.entries(setup.variables))
  document.documentElement.style.setProperty(name, value);

const post = (message) => window.postMessage(message, "*");
const own = {
  "page/subject": () => (setup.panel === "run" ? { runId: setup.runIds[0] } : { runIds: setup.runIds }),
  "page/addRuns": () => ({ runIds: setup.runIds }),
};
const stateKey = `state ${location.pathname}${location.search}`;
window.pageCalls = [];

async function answer({ id, name, input }) {
  if (name.startsWith("page/")) {
    window.pageCalls.push({ name, input });
    return post({ type: "answer", id, ok: true, value: own[name]?.() ?? null });
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
