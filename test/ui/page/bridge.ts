/**
 * The pages without the editor: a small server that gives Chromium the built bundle, a stand-in for the editor's page API, and answers to its
 * calls from a real store. Everything behind `acquireVsCodeApi` is real but the editor itself.
 */

import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { packed } from "../../../src/model/exactNumbers.ts";
import { failureOf, RunlineError } from "../../../src/model/failure.ts";
import {
  compareColumns,
  compareDetails,
  compareSummary,
  compareTable,
} from "../../../src/ops/compareTable.ts";
import { metricImportance } from "../../../src/ops/metricImportance.ts";
import { pointsBeyond } from "../../../src/ops/pointsBeyond.ts";
import type { BeyondQuery, Changed, CompareAsk } from "../../../src/protocol/editor.ts";
import type { Store } from "../../../src/store/store.ts";
import { bodyClasses, type ThemeName, themeNames, themeVariables } from "./themes.ts";

export interface Bridge {
  /** Address of a page of these runs in this theme. */
  address(panel: "run" | "compare", runIds: readonly string[], theme: ThemeName): string;
  /** Tells every open page. */
  tell(changed: Changed): void;
  /** Calls that are to fail or to hang from now on, by name. */
  readonly faults: Map<string, "fail" | "hang">;
  /** Calls in the order they came. */
  readonly calls: { readonly name: string; readonly input: unknown }[];
  close(): Promise<void>;
}

type Answers = Readonly<Record<string, (input: never) => unknown>>;

/** Serves `bundles` (a folder with run.js, run.css, codicon.css …) over the store on a free port of loopback. */
export async function openBridge(store: Store, bundles: string): Promise<Bridge> {
  const faults: Bridge["faults"] = new Map();
  const calls: { name: string; input: unknown }[] = [];
  const listeners = new Set<http.ServerResponse>();
  // A thousand run ids are too long for an address.
  const subjects: (readonly string[])[] = [];
  const answers = answersOf(store);

  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(":\n\n");
      listeners.add(response);
      request.on("close", () => listeners.delete(response));
    } else if (url.pathname === "/call") {
      const { name, input } = JSON.parse(await bodyOf(request)) as { name: string; input: never };
      calls.push({ name, input });
      if (faults.get(name) === "hang") return;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(packed(await answer(answers, faults, name, input))));
    } else if (url.pathname === "/editor.js") send(response, path.join(import.meta.dirname, "editor.js"));
    else if (url.pathname.startsWith("/dist/"))
      send(response, path.join(bundles, path.basename(url.pathname)));
    else {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(pageHtml(url, subjects));
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: (panel, runIds, theme) =>
      `http://127.0.0.1:${port}/${panel}?subject=${subjects.push(runIds) - 1}&theme=${theme}`,
    tell(changed) {
      for (const listener of listeners) listener.write(`data: ${JSON.stringify(changed)}\n\n`);
    },
    faults,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".ttf": "font/ttf",
};

function send(response: http.ServerResponse, file: string): void {
  if (!fs.existsSync(file)) response.writeHead(404).end();
  else
    response
      .writeHead(200, { "content-type": types[path.extname(file)] ?? "text/plain" })
      .end(fs.readFileSync(file));
}

/** The same content policy as the editor's panel has. */
function pageHtml(url: URL, subjects: readonly (readonly string[])[]): string {
  const panel = url.pathname.slice(1);
  const theme = themeNames.find((name) => name === url.searchParams.get("theme")) ?? "dark";
  const policy =
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:";
  const setup = {
    panel,
    runIds: subjects[Number(url.searchParams.get("subject"))] ?? [],
    variables: themeVariables(theme),
  };
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Runline ${panel}</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="/dist/codicon.css">
<link rel="stylesheet" href="/dist/${panel}.css">
</head><body class="${bodyClasses[theme]}" data-setup="${JSON.stringify(setup).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">
<script src="/editor.js"></script>
<div id="root"></div>
<script type="module" async src="/dist/${panel}.js"></script>
</body></html>`;
}

async function answer(answers: Answers, faults: Bridge["faults"], name: string, input: never) {
  try {
    if (faults.get(name) === "fail")
      throw new RunlineError("serverDown", { cause: "the connection was lost" });
    const call = answers[name];
    if (call === undefined)
      throw new RunlineError("requestInvalid", { method: name, cause: "it is unknown" });
    return { ok: true, value: await call(input) };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** The server's requests in the thinnest form. */
function answersOf(store: Store): Answers {
  const run = async (id: string) => {
    const found = await store.runs.get(id);
    if (found === null) throw new RunlineError("runUnknown", { run: id });
    return found;
  };
  const edit = async ({ id, edit }: { id: string; edit: never }) => {
    await store.runs.edit(id, edit);
    return null;
  };
  return {
    "runs/get": ({ id }: { id: string }) => run(id),
    "runs/list": (query: never) => store.runs.list(query),
    "runs/edit": edit,
    "runs/cancel": () => null,
    "runs/findings": ({ id }: { id: string }) => store.runs.findings(id),
    "runs/environment": ({ id }: { id: string }) => store.runs.environment(id),
    "runs/files": ({ id }: { id: string }) => store.lineage.files(id),
    "runs/reproduce": async ({ id }: { id: string }) => ({ command: (await run(id)).argv.join(" ") }),
    "runs/log": async ({ id, offset, length }: { id: string; offset: number; length: number }) =>
      logSlice(path.join((await run(id)).directory, "output.log"), offset, length),
    "code/changes": async ({ id }: { id: string }) => ({
      snapshot: (await run(id)).code,
      files: [{ path: "train.py", change: "modified" }],
    }),
    "metrics/columns": (query: never) => store.metrics.columns(query),
    "metrics/bands": (query: never) => store.metrics.bands(query),
    "metrics/points": async (series: never) => {
      const { steps, times, values } = await store.metrics.points(series);
      return { steps: [...steps], times: [...times], values: [...values] };
    },
    "compare/table": (ask: CompareAsk) => compareTable(ask, store.runs),
    "compare/columns": (ask: CompareAsk) => compareColumns(ask, store.runs),
    "compare/summary": ({ runIds }: CompareAsk) => compareSummary(runIds, store.runs),
    "compare/details": ({ runIds }: CompareAsk) => compareDetails(runIds, store.runs),
    "compare/files": ({ runIds }: CompareAsk) => Promise.all(runIds.map((id) => store.lineage.files(id))),
    "compare/environments": ({ runIds }: CompareAsk) =>
      Promise.all(runIds.map((id) => store.runs.environment(id))),
    "metrics/beyond": (query: BeyondQuery) => pointsBeyond(query, store.metrics),
    "compare/importance": ({ runIds, metric }: { runIds: readonly string[]; metric: string }) =>
      metricImportance(runIds, metric, store.runs),
    "metrics/keys": ({ runIds }: { runIds: readonly string[] }) => store.metrics.keys(runIds),
    "lineage/walk": ({ node, direction }: { node: string; direction: "upstream" }) =>
      store.lineage.walk(node, direction),
  };
}

function logSlice(file: string, offset: number, length: number) {
  if (!fs.existsSync(file)) return { base64: "", offset: 0, size: 0 };
  const { size } = fs.statSync(file);
  const from = Math.min(size, offset < 0 ? Math.max(0, size + offset) : offset);
  const bytes = Buffer.alloc(Math.min(length, 1024 * 1024, size - from));
  const handle = fs.openSync(file, "r");
  fs.readSync(handle, bytes, 0, bytes.length, from);
  fs.closeSync(handle);
  return { base64: bytes.toString("base64"), offset: from, size };
}
