/** The editor's memory of a workspace, as far as what remembers something there needs it: a `Memento` is one. */
export interface WorkspaceMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}
