/** Reads lineage: bounded walks by a recursive query that can't be caught in a cycle. */

import type { Evidence } from "../../model/journal.ts";
import type {
  Direction,
  EdgeKind,
  LineageEdge,
  LineageGraph,
  LineageNode,
  NodeKind,
  RunFile,
} from "../../model/lineage.ts";
import type { LineageStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { catchUpSources } from "./sourceTags.ts";

const usualEdges = 2_000;
const mostEdges = 100_000;

/** A node as it is read: runs by their present name and state, model versions with their present aliases. */
const nodeColumns = `node.key, node.id, node.kind, node.ref, node.digest, node.bytes, node.files, node.version,
  case node.kind when 'run' then coalesce((select name from run where run.id = node.ref), node.label)
    else node.label end as label,
  case node.kind when 'run' then coalesce((select state from run where run.id = node.ref), '')
    when 'modelVersion' then coalesce((select group_concat('@' || alias, ' ') from alias
      where alias.model || '@' || alias.version = node.ref), '')
    else node.detail end as detail`;

interface NodeRow extends LineageNode {
  readonly key: number;
}
interface EdgeRow {
  readonly used: number;
  readonly made: number;
  readonly kind: EdgeKind;
  readonly how: Evidence;
  readonly runId: string | null;
  readonly time: number;
}

export class SqliteLineage implements LineageStore {
  readonly #connection: Connection;
  #caughtUp: Promise<void> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async walk(root: string, direction: Direction, limit = usualEdges): Promise<LineageGraph> {
    await this.#catchUp();
    return this.#connection.read(() => {
      const start = this.#connection.row<{ key: number }>("select key from node where id = ?", root);
      if (start === undefined) return { root, nodes: [], edges: [], truncated: false };
      const most = Math.max(1, Math.min(limit, mostEdges));
      const found = this.#edges(start.key, direction, most + 1);
      const kept = found.slice(0, most);
      const keys = new Set([start.key, ...kept.flatMap(({ used, made }) => [used, made])]);
      const nodes = this.#nodes([...keys]);
      const idOf = new Map(nodes.map(({ key, id }) => [key, id]));
      const edges = kept.map(({ used, made, ...edge }): LineageEdge => {
        return { from: idOf.get(used) ?? "", to: idOf.get(made) ?? "", ...edge };
      });
      return { root, nodes: nodes.map(plainNode), edges, truncated: found.length > most };
    });
  }

  async node(id: string): Promise<LineageNode | null> {
    await this.#catchUp();
    const row = this.#connection.row<NodeRow>(`select ${nodeColumns} from node where id = ?`, id);
    return row === undefined ? null : plainNode(row);
  }

  async search(text: string, limit: number): Promise<readonly LineageNode[]> {
    await this.#catchUp();
    const rows = this.#connection.rows<NodeRow>(
      `select * from (select ${nodeColumns} from node)
       where instr(lower(label), lower(?)) > 0 or instr(lower(ref), lower(?)) > 0 order by key desc limit ?`,
      ...[text, text, Math.max(0, limit)],
    );
    return rows.map(plainNode);
  }

  async written(): Promise<readonly string[]> {
    const rows = this.#connection.rows<{ path: string }>(
      "select distinct path from run_file where direction = 'write'",
    );
    return rows.map(({ path }) => path);
  }

  async files(runId: string): Promise<readonly RunFile[]> {
    const rows = this.#connection.rows<Omit<RunFile, "changed"> & { changed: number }>(
      `select direction, path, type, run_file.files, run_file.bytes, run_file.digest, run_file.reason, changed, how, time,
         node.id as node, node.version
       from run_file join run on run.key = run_file.run join node on node.key = run_file.node
       where run.id = ? order by direction desc, path`,
      runId,
    );
    return rows.map((row) => ({ ...row, changed: row.changed === 1 }));
  }

  /** Once for as long as the file is open, and others are answered meanwhile. */
  #catchUp(): Promise<void> {
    this.#caughtUp ??= this.#catchUpNow();
    return this.#caughtUp;
  }

  async #catchUpNow(): Promise<void> {
    while (catchUpSources(this.#connection)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Edges reached from a node, nearest first. A node is entered once, so cycles end; no more nodes than edges are looked at. */
  #edges(start: number, direction: Direction, limit: number): readonly EdgeRow[] {
    const [here, there] = direction === "upstream" ? ["made", "used"] : ["used", "made"];
    return this.#connection.rows<EdgeRow>(
      `with recursive reached (key) as (
         select ? union select ${there} from reached cross join edge on edge.${here} = reached.key limit ?)
       select used, made, kind, how, run_id as runId, time
       from reached cross join edge on edge.${here} = reached.key limit ?`,
      ...[start, limit + 1, limit],
    );
  }

  #nodes(keys: readonly number[]): readonly NodeRow[] {
    return this.#connection.rows<NodeRow>(
      `select ${nodeColumns} from json_each(?) as asked cross join node on node.key = asked.value`,
      JSON.stringify(keys),
    );
  }
}

function plainNode({ key: _, ...node }: NodeRow): LineageNode {
  const { id, kind, label, detail, ref, digest, bytes, files, version } = node;
  return { id, kind: kind satisfies NodeKind, label, detail, ref, digest, bytes, files, version };
}
