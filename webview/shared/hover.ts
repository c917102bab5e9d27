/** The place that the person points at, shared by all charts of a page, and the runs that are brought forward. */

export interface HoverPlace {
  /** On the x axis, in its units; null while nothing is pointed at. */
  readonly x: number | null;
  /** The chart that is pointed at: it shows the tooltip, the others only the crosshair and their value. */
  readonly owner: object | null;
}

export class Hover {
  place: HoverPlace = { x: null, owner: null };
  /** Runs whose lines are in front of the others: one that is pointed at, or all of a group. */
  frontRuns: readonly string[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly frontListeners = new Set<() => void>();
  private told = this.frontRuns;
  private frame = 0;

  moveTo(x: number | null, owner: object | null): void {
    if (x === this.place.x && owner === this.place.owner) return;
    this.place = { x, owner };
    this.tell();
  }

  /** The one run that is in front, or null. */
  get frontRun(): string | null {
    return this.frontRuns.length === 1 ? (this.frontRuns[0] ?? null) : null;
  }

  bringForward(runId: string | null): void {
    this.bringAllForward(runId === null ? [] : [runId]);
  }

  bringAllForward(runIds: readonly string[]): void {
    if (runIds.length === this.frontRuns.length && runIds.every((id, at) => id === this.frontRuns[at]))
      return;
    this.frontRuns = runIds;
    this.tell();
  }

  /** Calls back when the place or the runs in front are others. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls back only when other runs are in front: for what has no place on the x axis. */
  subscribeToFront(listener: () => void): () => void {
    this.frontListeners.add(listener);
    return () => this.frontListeners.delete(listener);
  }

  /** At most one redraw a frame, however fast the pointer is. */
  private tell(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const listener of this.listeners) listener();
      if (this.told === this.frontRuns) return;
      this.told = this.frontRuns;
      for (const listener of this.frontListeners) listener();
    });
  }
}
