import { RunlineError } from "../../model/failure.ts";
import { formatBytes } from "../../model/format.ts";
import type { Direction, LineageNode } from "../../model/lineage.ts";
import { nodeId } from "../../model/lineage.ts";
import { evidenceText, type LineageBranch, lineageTree } from "../../model/lineageTree.ts";
import { findRun } from "../../ops/findRun.ts";
import type { Store } from "../../store/store.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { recordPath } from "./recordPath.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

const directions = { upstream: "made from", downstream: "made" } as const satisfies Record<Direction, string>;

/** Shows where something comes from and what was made of it. */
export const lineage: Command = {
  summary: "show what a run, file or model version was made from, and what was made of it",
  usage: "[options] <run | file | model@version | model@alias>",
  words: [1, 1],
  options: {
    upstream: { type: "boolean", help: "only what it was made from" },
    downstream: { type: "boolean", help: "only what was made of it" },
  },
  details: `Each line says how it is known: observed (the run was seen doing it), kept (a copy was made), declared or stated.

With --json: {"node": …, "upstream": {"nodes", "edges", "truncated"}, "downstream": …}; edges go from what was used to what was made.`,
  async run({ project, terminal, json, folder, words: [text = ""], flag }) {
    const store = await project.store.existing();
    const node = await nodeOf(text, recordPath(text, folder, project.layout, new Set()), store);
    const both = flag("upstream") === flag("downstream");
    const asked = (Object.keys(directions) as Direction[]).filter((direction) => both || flag(direction));
    const graphs = new Map(
      await Promise.all(
        asked.map(
          async (direction) => [direction, await node.store.lineage.walk(node.id, direction)] as const,
        ),
      ),
    );
    if (json) {
      await terminal.out(jsonText({ node: node.id, ...Object.fromEntries(graphs) }));
      return exitCode.done;
    }
    const root = await node.store.lineage.node(node.id);
    const lines = [painted(root === null ? plain(text) : labelOf(root), "bold", terminal)];
    for (const [direction, graph] of graphs) {
      lines.push(`  ${painted(directions[direction], "dim", terminal)}`);
      const branches = lineageTree(graph, direction);
      lines.push(
        ...(branches.length === 0 ? ["    nothing known"] : branchLines(branches, "    ", terminal)),
      );
      if (graph.truncated) lines.push("    … and more: only a part is shown");
    }
    await terminal.out(`${lines.join("\n")}\n`);
    return exitCode.done;
  },
};

interface FoundNode {
  readonly id: string;
  readonly store: Store;
}

/** A model version, a run, or the newest known contents of a file, in this order. Throws `lineageUnknown` or `runAmbiguous`. */
async function nodeOf(text: string, inRecords: string, store: Store | null): Promise<FoundNode> {
  const unknown = () => new RunlineError("lineageUnknown", { thing: text });
  if (store === null) throw unknown();
  const at = text.lastIndexOf("@");
  if (at > 0) {
    const version = await versionNamed(text.slice(0, at), text.slice(at + 1), store);
    if (version !== null) return { id: nodeId("modelVersion", version), store };
  }
  try {
    return { id: nodeId("run", (await findRun(text, store)).id), store };
  } catch (thrown) {
    if (!(thrown instanceof RunlineError) || thrown.failure.code !== "runUnknown") throw thrown;
  }
  const newest = (await fileNodes(text, store))[0] ?? (await fileNodes(inRecords, store))[0];
  if (newest === undefined) throw unknown();
  return { id: newest.id, store };
}

/** The known contents of a file, newest first. */
async function fileNodes(path: string, store: Store): Promise<readonly LineageNode[]> {
  return (await store.lineage.search(path, 1_000)).filter((node) => node.ref === path);
}

/** "digits@4" for a version or an alias of a model that is there. */
async function versionNamed(model: string, name: string, store: Store): Promise<string | null> {
  const found = (await store.registry.models()).find((each) => each.name === model);
  const number =
    found?.aliases.find((each) => each.alias === name)?.version ?? Number(name.replace(/^v/, ""));
  return found?.versions.some((each) => each.version === number) ? `${model}@${number}` : null;
}

function branchLines(branches: readonly LineageBranch[], indent: string, terminal: Terminal): string[] {
  return branches.flatMap((branch, index) => {
    const last = index === branches.length - 1;
    const how = painted(evidenceText[branch.how], "dim", terminal);
    const more = branch.repeated ? "  (see above)" : "";
    return [
      `${indent}${last ? "└─" : "├─"} ${labelOf(branch.node)}  ${how}${more}`,
      ...branchLines(branch.children, `${indent}${last ? "   " : "│  "}`, terminal),
    ];
  });
}

const kindText: Readonly<Record<LineageNode["kind"], string>> = {
  data: "file",
  code: "code",
  run: "run",
  artifact: "artifact",
  environment: "environment",
  modelVersion: "model",
};

function labelOf(node: LineageNode): string {
  const parts = [
    `${kindText[node.kind]} ${plain(node.label)}`,
    node.version === null || node.kind === "modelVersion" ? "" : `v${node.version}`,
    node.files !== null && node.files > 1 ? `${node.files} files` : "",
    node.bytes === null ? "" : formatBytes(node.bytes),
    node.digest === null || node.kind === "run" ? "" : node.digest.slice(0, 19),
  ];
  return parts.filter((part) => part !== "").join("  ");
}
