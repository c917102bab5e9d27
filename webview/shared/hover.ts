/** The place that the person points at, shared by all charts of a page, and the run that is brought forward. */

export interface HoverPlace {
  /** On the x axis, in its units; null while nothing is pointed at. */
  readonly x: number | null;
  /** The chart that is pointed at: it shows the tooltip, the others only the crosshair and their value. */
  readonly owner: object | null;
}

export class Hover {
  place: HoverPlace = { x: null, owner: null };
  /** Run whose lines are in front of the others, or null. */
  frontRun: string | null = null;
  private readonly listeners = new Set<() => void>();
  private frame = 0;

  moveTo(x: number | null, owner: object | null): void {
    if (x === this.place.x && owner === this.place.owner) return;
    this.place = { x, owner };
    this.tell();
  }

  bringForward(runId: string | null): void {
    if (runId === this.frontRun) return;
    this.frontRun = runId;
    this.tell();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** At most one redraw a frame, however fast the pointer is. */
  private tell(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const listener of this.listeners) listener();
    });
  }
}
