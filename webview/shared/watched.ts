/** Ties an observer of sizes or of places to the life of an element: it watches one target, and none once the element is gone. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Watched implements ReactiveController {
  private readonly observer: ResizeObserver | IntersectionObserver;
  private target: Element | null = null;

  constructor(element: ReactiveControllerHost, observer: ResizeObserver | IntersectionObserver) {
    this.observer = observer;
    element.addController(this);
  }

  /** Watches this target instead of the one before; true when it is another. */
  follow(target: Element | null): boolean {
    if (target === this.target) return false;
    this.observer.disconnect();
    this.target = target;
    if (target !== null) this.observer.observe(target);
    return true;
  }

  hostDisconnected(): void {
    this.follow(null);
  }
}
