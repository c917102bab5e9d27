/** One import in the background of a window: how far it is, and what came of it. */

import { type Failure, failureOf } from "../model/failure.ts";
import type { ForeignPlace } from "../model/foreignLog.ts";
import { type Imported, type ImportParts, importPlace } from "./importRuns.ts";

export interface ImportState {
  readonly running: boolean;
  /** Runs that are looked through, of about how many. */
  readonly done: number;
  readonly of: number | null;
  readonly imported: readonly Imported[];
  /** Why it ended before its end. */
  readonly failure: Failure | null;
}

const idle: ImportState = { running: false, done: 0, of: null, imported: [], failure: null };

export class ImportJob {
  #state: ImportState = idle;
  #stop = new AbortController();

  get state(): ImportState {
    return this.#state;
  }

  /** Begins (`again` brings deleted runs back); one that is under way goes on and nothing else begins. Never throws: the state says how it went. */
  start(places: readonly ForeignPlace[], again: boolean, parts: () => Promise<ImportParts>): void {
    if (this.#state.running) return;
    this.#stop = new AbortController();
    this.#state = { ...idle, running: true };
    void this.#run(places, again, parts).then(
      () => this.#change({ running: false }),
      (thrown: unknown) => this.#change({ running: false, failure: failureOf(thrown) }),
    );
  }

  cancel(): void {
    this.#stop.abort();
  }

  async #run(
    places: readonly ForeignPlace[],
    again: boolean,
    parts: () => Promise<ImportParts>,
  ): Promise<void> {
    const ready = await parts();
    const { signal } = this.#stop;
    let before = 0;
    for (const place of places) {
      if (signal.aborted) return;
      let last = 0;
      const progress = (done: number, of: number | null) => {
        last = done;
        this.#change({ done: before + done, of: of === null || places.length > 1 ? null : of });
      };
      const imported = await importPlace(place, ready, { signal, progress, again });
      before += last;
      this.#change({ imported: [...this.#state.imported, imported] });
    }
  }

  #change(change: Partial<ImportState>): void {
    this.#state = { ...this.#state, ...change };
  }
}
