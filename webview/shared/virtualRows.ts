/** Only the rows that can be seen are drawn: the virtual list of the page's log and tables. */

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface VirtualOptions {
  readonly scroller: () => HTMLElement | null;
  /** Pixels; rows that are taller are measured when they are registered with `measure`. */
  readonly rowHeight: number;
}

export class VirtualRows implements ReactiveController {
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  private unmount: (() => void) | undefined;

  constructor(element: ReactiveControllerHost, { scroller, rowHeight }: VirtualOptions) {
    this.virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
      count: 0,
      getScrollElement: scroller,
      estimateSize: () => rowHeight,
      overscan: 12,
      // Until it is measured: rows are in the first picture, not in the second.
      initialRect: { width: 0, height: document.documentElement.clientHeight / 2 },
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => element.requestUpdate(),
    });
    element.addController(this);
  }

  hostConnected(): void {
    this.unmount = this.virtualizer._didMount();
  }

  hostUpdated(): void {
    this.virtualizer._willUpdate();
  }

  hostDisconnected(): void {
    this.unmount?.();
  }

  /** The rows to draw now, of `count` in all. */
  visible(count: number): readonly VirtualItem[] {
    if (count !== this.virtualizer.options.count)
      this.virtualizer.setOptions({ ...this.virtualizer.options, count });
    return this.virtualizer.getVirtualItems();
  }

  /** Height of all rows in pixels. */
  get height(): number {
    return this.virtualizer.getTotalSize();
  }

  /** Measures a drawn row (it carries `data-index`); for rows of different heights. */
  measure(row: HTMLElement): void {
    this.virtualizer.measureElement(row);
  }

  /** Forgets all measured heights. */
  remeasure(): void {
    this.virtualizer.measure();
  }

  reveal(index: number, align: "auto" | "center" | "start" | "end" = "auto"): void {
    this.virtualizer.scrollToIndex(index, { align });
  }

  /** Rows were put before the first: keeps what is seen where it is. */
  shift(rows: number, rowHeight: number): void {
    const element = this.virtualizer.scrollElement;
    if (element !== null) element.scrollTop = Math.max(0, element.scrollTop + rows * rowHeight);
  }
}
