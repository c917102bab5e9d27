/** Tells readers that something changed: at once the first time, then at most so often, with everything since in one. */

export const changeKinds = ["runs", "metrics", "logs", "lineage", "models"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** `runIds` is empty when it may be any run. */
export interface Change {
  readonly revision: number;
  readonly kinds: readonly ChangeKind[];
  readonly runIds: readonly string[];
}

export interface Changes {
  /** Null for `runId` says that it may be any. */
  add(revision: number, kinds: Iterable<ChangeKind>, runId: string | null): void;
  dispose(): void;
}

/** Calls `tell` at most once in `everyMs`. */
export function coalescedChanges(tell: (change: Change) => void, everyMs: number): Changes {
  let waiting: { revision: number; kinds: Set<ChangeKind>; runIds: Set<string> | null } | null = null;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    timer = null;
    if (waiting === null) return;
    const { revision, kinds, runIds } = waiting;
    waiting = null;
    timer = setTimeout(flush, everyMs);
    tell({ revision, kinds: changeKinds.filter((kind) => kinds.has(kind)), runIds: [...(runIds ?? [])] });
  }

  return {
    add(revision, kinds, runId) {
      waiting ??= { revision, kinds: new Set(), runIds: new Set() };
      waiting.revision = Math.max(waiting.revision, revision);
      for (const kind of kinds) waiting.kinds.add(kind);
      if (runId === null) waiting.runIds = null;
      else waiting.runIds?.add(runId);
      timer ??= setTimeout(flush, 0);
    },
    dispose() {
      if (timer !== null) clearTimeout(timer);
      waiting = null;
    },
  };
}
