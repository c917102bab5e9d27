/** A field for the note of a run, beside its row: a note may have several lines, and its column need not be shown. */

import { html, render } from "lit";

const width = 340;
const longest = 100_000;

/** Opens below the place. Enter and a click elsewhere keep what was typed, Escape does not; then the focus goes back. */
export function editNote(
  at: { readonly x: number; readonly y: number },
  run: { readonly name: string; readonly note: string },
  keep: (note: string) => void,
): void {
  const before = document.activeElement;
  const box = document.createElement("div");
  box.className = "note-editor";
  let open = true;
  const end = (kept: boolean) => {
    if (!open) return;
    open = false;
    const field = box.querySelector("textarea");
    const note = field?.value.trim() ?? "";
    const hadFocus = document.activeElement === field;
    box.remove();
    if (hadFocus && before instanceof HTMLElement) before.focus({ preventScroll: true });
    if (kept && note !== run.note) keep(note);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
      event.preventDefault();
      end(event.key === "Enter");
    }
  };
  render(
    html`<textarea rows="4" maxlength=${longest} aria-label=${`Note of ${run.name}`} placeholder="What was tried, and what came of it"
        .value=${run.note} @keydown=${onKey} @blur=${() => end(true)}></textarea>
      <p class="quiet">Enter keeps it, Shift+Enter begins a line</p>`,
    box,
  );
  document.body.append(box);
  const left = Math.max(4, Math.min(at.x, innerWidth - width - 4));
  const top = Math.max(4, Math.min(at.y, innerHeight - box.offsetHeight - 4));
  box.style.transform = `translate(${left}px, ${top}px)`;
  const field = box.querySelector("textarea");
  field?.focus();
  field?.setSelectionRange(run.note.length, run.note.length);
}
