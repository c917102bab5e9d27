/** What a client of MLflow's protocol says of its source: the code of a run of which no copy was kept. */

import { codeNode, type NewNode, runNode } from "../lineageNodes.ts";
import type { Connection } from "./connection.ts";
import { addEdge, addNode, dropEdge, dropIfOrphan } from "./graph.ts";

const tags = {
  script: "mlflow.source.name",
  commit: "mlflow.source.git.commit",
  branch: "mlflow.source.git.branch",
} as const;

export function isSourceTag(name: string): boolean {
  return name === tags.script || name === tags.commit || name === tags.branch;
}

/** Inside the transaction that takes in the journal, after its tags: they may come one by one, and change. */
export function takeSource(
  connection: Connection,
  run: { readonly key: number; readonly id: string },
  time: number,
): void {
  const known = connection.row<{ code: string | null; cwd: string }>(
    "select code, cwd from run where key = ?",
    run.key,
  );
  if (known === undefined || known.code !== null) return;
  const said = (name: string) =>
    connection.row<{ value: string | null }>(
      "select value from tag where run = ? and name = ?",
      run.key,
      name,
    )?.value || null;
  const made = addNode(connection, runNode(run.id));
  const old = connection.rows<{ used: number }>(
    "select used from edge where made = ? and kind = 'code'",
    made,
  );
  const node = sourceNode(
    scriptIn(known.cwd, said(tags.script)),
    said(tags.commit),
    said(tags.branch),
    run.id,
  );
  const used = node === null ? null : addNode(connection, node);
  for (const { used: before } of old) {
    if (before === used) continue;
    dropEdge(connection, before, made, "code");
    dropIfOrphan(connection, before);
  }
  if (used !== null) addEdge(connection, { used, made, kind: "code", how: "stated", run_id: run.id, time });
}

/** Runs that are looked at in one transaction: a few milliseconds. */
const atOnce = 200;
const everyOne = -1;

/**
 * Runs of a file from before their sources were edges get them, some at each call. Answers whether there may be more. How far it came is kept in the
 * file; where nothing can be written that waits for a better time.
 */
export function catchUpSources(connection: Connection): boolean {
  const from = connection.row<{ value: number }>("select value from meta where name = 'sources'")?.value ?? 0;
  if (from === everyOne) return false;
  let isMore = false;
  connection.keep(() => {
    const runs = connection.rows<{ key: number; id: string; time: number; lacks: number }>(
      `select key, id, coalesce(started, created) as time,
         exists (select 1 from tag where run = run.key and name in (select value from json_each(?)))
         and not exists (select 1 from node join edge on edge.made = node.key
           where node.id = 'run:' || run.id and edge.kind = 'code') as lacks
       from run where key > ? order by key limit ?`,
      ...[JSON.stringify(Object.values(tags)), from, atOnce],
    );
    for (const run of runs) if (run.lacks === 1) takeSource(connection, run, run.time);
    isMore = runs.length === atOnce;
    const to = isMore ? runs.at(-1)?.key : everyOne;
    connection.change("insert or replace into meta (name, value) values ('sources', ?)", to ?? everyOne);
  });
  return isMore;
}

/** Without a commit nobody knows which contents the script had: it is never the same code as that of another run. */
function sourceNode(
  script: string | null,
  commit: string | null,
  branch: string | null,
  run: string,
): NewNode | null {
  if (commit !== null) return codeNode({ id: commit, head: commit, branch, changed_count: 0 }, script);
  if (script === null) return null;
  const node = codeNode({ id: `run:${run}`, head: "", branch, changed_count: 0 }, script);
  return { ...node, label: script, detail: "contents not known" };
}

/** As runs that were launched here name it; a console, `-c` and the launcher of a notebook are no scripts. */
function scriptIn(folder: string, name: string | null): string | null {
  if (name === null || !/\.(py|ipynb|sh|R)$/.test(name) || /(^|\/)site-packages\//.test(name)) return null;
  return name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : name;
}
