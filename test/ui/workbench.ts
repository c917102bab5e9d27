import * as fs from "node:fs";
import * as path from "node:path";
import type { FrameLocator, Locator, Page } from "playwright-core";
import type { Editor } from "../editor/editor.ts";

const screenshots = path.resolve("test/.out/screenshots");

/** The themes every screen has to look right in: the name in the picker and the class that the workbench then has. */
export const themes = {
  dark: { label: "Dark Modern", className: "vs-dark" },
  light: { label: "Light Modern", className: "vs" },
  "hc-dark": { label: "Dark High Contrast", className: "hc-black" },
  "hc-light": { label: "Light High Contrast", className: "hc-light" },
} as const;

export type Theme = keyof typeof themes;

const isPaletteGone = `![...document.querySelectorAll(".quick-input-widget")].some(
  (each) => each.offsetHeight > 0 && each.querySelector(".quick-input-filter input")?.value.startsWith(">"))`;

function isShown(what: Locator, ms: number): Promise<boolean> {
  return what.waitFor({ timeout: ms }).then(
    () => true,
    () => false,
  );
}

/** One window of VS Code, as a person uses it. Every wait is for something to appear, never for time to pass. */
export class Workbench {
  readonly page: Page;
  readonly #editor: Editor;
  #theme: Theme = "dark";

  constructor(page: Page, editor: Editor) {
    this.page = page;
    this.#editor = editor;
    page.setDefaultTimeout(60_000);
  }

  /** Loads the workspace and waits until the window can be used. */
  async open(): Promise<void> {
    await this.page.goto(this.#editor.url);
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
    await this.page.locator(".activitybar .action-item").first().waitFor();
    await this.page.locator(".explorer-folders-view .monaco-list").waitFor();
  }

  /**
   * Runs a command by its title through the palette. That lists what could be done at the moment of typing, so one that can be done
   * only since then is typed again.
   */
  async run(title: string): Promise<void> {
    const row = this.#fittingRow(title);
    for (const deadline = Date.now() + 60_000; ; ) {
      await this.#summon("F1");
      // It closes when something else takes the focus, as a notification that goes does; then it is summoned again.
      const typed = await this.quickInput()
        .fill(`>${title}`, { timeout: 5_000 })
        .then(() => true)
        .catch(() => false);
      if ((typed && (await isShown(row, 5_000))) || Date.now() > deadline) break;
      await this.page.keyboard.press("Escape");
    }
    await row.click();
    // What is typed next must reach what the command asks, never the palette on its way out.
    await this.page.waitForFunction(isPaletteGone);
  }

  /** Opens a quick input. A window that is just loading is deaf to keys, and nothing tells when it begins to listen. */
  async #summon(key: string): Promise<void> {
    const shown = this.quickInput();
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
      await this.page.keyboard.press(key);
      if (await isShown(shown, 2_000)) return;
    }
    await shown.waitFor({ timeout: 1 });
  }

  /** The quick input that is open: types and takes the row with that label, or presses Enter where none is given. */
  async answer(text: string, row?: string): Promise<void> {
    const input = this.quickInput();
    await input.waitFor();
    await input.fill(text);
    if (row === undefined) return this.page.keyboard.press("Enter");
    const fitting = this.#fittingRow(row);
    // What was typed may have gone to the box that was there before and is on its way out.
    for (const deadline = Date.now() + 60_000; !(await isShown(fitting, 3_000)) && Date.now() < deadline; )
      await input.fill(text);
    await fitting.click();
  }

  /**
   * The row with that label in the list of what fits the text: letters are marked there. What was listed before stays for a moment, and
   * a row in it is about to be another one.
   */
  #fittingRow(label: string): Locator {
    return this.quickRow(label)
      .filter({ has: this.page.locator(".label-name .highlight") })
      .first();
  }

  /** Takes the row of the open quick pick whose label begins with the text. */
  async pick(label: string): Promise<void> {
    await this.quickRow(label).first().click();
  }

  /** Rows of the open quick pick whose label begins with the text. */
  quickRow(label: string): Locator {
    const name = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
    return this.quickRows().filter({ has: this.page.locator(".label-name", { hasText: name }) });
  }

  quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-filter input");
  }

  /** The title above the quick input that is open. */
  quickTitle(text: string | RegExp): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-title").filter({ hasText: text });
  }

  /** What the quick input that is open says below its text. */
  quickMessage(text: string | RegExp): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-message").filter({ hasText: text });
  }

  quickRows(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row");
  }

  /** Opens a file of the workspace by its relative path in an editor tab, at a line (from 1) where one is given. */
  async openFile(name: string, line?: number): Promise<void> {
    await this.#summon("ControlOrMeta+P");
    await this.answer(line === undefined ? name : `${name}:${line}`, path.basename(name));
    await this.page
      .locator(".tab.active")
      .filter({ hasText: path.basename(name) })
      .first()
      .waitFor();
    // Where the same place was shown before, all but the focus is there at once.
    await this.page.locator(".editor-instance .monaco-editor.focused").waitFor();
    if (line !== undefined) await this.statusItem(`Ln ${line},`).waitFor();
  }

  tab(title: string | RegExp): Locator {
    return this.page.locator(".tabs-container .tab").filter({ hasText: title });
  }

  /** Shows a view container of the side bar, by the title of its icon. */
  async showContainer(title: string): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${title}"])`).first();
    await icon.waitFor();
    if (!(await icon.getAttribute("class"))?.includes("checked")) await icon.locator("a").first().click();
    await this.page
      .locator(`.sidebar .composite.title`)
      .filter({ hasText: new RegExp(title, "i") })
      .waitFor();
  }

  /** One view in the side bar, by the title in its header. */
  view(title: string): Locator {
    return this.page
      .locator(".sidebar .pane")
      .filter({ has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** Opens a view that may be folded. */
  async openView(title: string): Promise<void> {
    const header = this.view(title).locator(".pane-header");
    await header.waitFor();
    if ((await header.getAttribute("aria-expanded")) !== "true") await header.click();
    await this.view(title).locator('.pane-header[aria-expanded="true"]').waitFor();
  }

  /** Folds views of the side bar away that are open, to make room for the others. */
  async fold(...titles: readonly string[]): Promise<void> {
    for (const title of titles) {
      const header = this.view(title).locator(".pane-header");
      if ((await header.getAttribute("aria-expanded")) === "true") await header.click();
      await this.view(title).locator('.pane-header[aria-expanded="false"]').waitFor();
    }
  }

  /** A row of a view whose text holds the label. */
  row(view: string, label: string | RegExp): Locator {
    return this.view(view).locator(".monaco-list-row").filter({ hasText: label });
  }

  /** Opens a row's context menu and takes the entry with that label: by the keyboard, as a menu is deaf to clicks at first. */
  async rowMenu(row: Locator, entry: string): Promise<void> {
    await this.#openMenu(row, entry);
    const items = this.#menuItems();
    await items.filter({ hasText: entry }).first().hover();
    await this.page.locator(".monaco-menu:visible .action-item.focused").filter({ hasText: entry }).waitFor();
    await this.page.keyboard.press("Enter");
    await items.first().waitFor({ state: "hidden" });
  }

  /**
   * Opens a row's context menu once it has that entry. A menu goes by the state that its row was drawn with last, which may be a former
   * one: then it is left, and opened again when the row has been drawn anew, as a person does.
   */
  async #openMenu(row: Locator, entry: string): Promise<void> {
    const items = this.#menuItems();
    for (const deadline = Date.now() + 30_000; ; ) {
      const face = (await row.getAttribute("aria-label")) ?? "";
      await row.click({ button: "right" });
      await items.first().waitFor();
      if ((await items.filter({ hasText: entry }).count()) > 0) return;
      const labels = (await items.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
      const offered = labels.filter((text) => text !== "");
      await this.page.keyboard.press("Escape");
      await items.first().waitFor({ state: "hidden" });
      if (Date.now() > deadline)
        throw new Error(`The menu of “${face}” has no “${entry}”, only ${offered.join(", ")}`);
      const redrawn = row.and(this.page.locator(`:not([aria-label=${JSON.stringify(face)}])`));
      // What the menu goes by need not be in the row's words.
      await redrawn.waitFor({ timeout: 2_000 }).catch(() => undefined);
    }
  }

  #menuItems(): Locator {
    return this.page.locator(".monaco-menu:visible .action-item");
  }

  /** Shows what hangs at a row. One that is drawn anew under the pointer forgets it, so the pointer goes away and comes again. */
  async hover(row: Locator, text: string | RegExp): Promise<void> {
    const shown = this.page.locator(".monaco-hover:visible").getByText(text).first();
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
      await row.hover();
      if (await isShown(shown, 3_000)) return;
      await this.page.mouse.move(900, 20);
    }
    await shown.waitFor({ timeout: 1 });
  }

  /** A CodeLens whose text holds the label. */
  lens(label: string | RegExp): Locator {
    return this.page.locator(".editor-instance .codelens-decoration a").filter({ hasText: label });
  }

  /** The page inside the webview panel that is in front; where several stand beside each other, the one opened last. */
  panel(): FrameLocator {
    return this.page
      .locator("iframe.webview:visible")
      .last()
      .contentFrame()
      .locator("#active-frame")
      .contentFrame();
  }

  /** The first text in that page that can be seen. */
  inPanel(text: string | RegExp): Locator {
    return this.panel().getByText(text).filter({ visible: true }).first();
  }

  /** Loads the window again, as the command does. Whatever is waited for next is of the new one. */
  async reload(): Promise<void> {
    const gone = this.page.waitForEvent("framenavigated", (frame) => frame === this.page.mainFrame());
    await this.run("Developer: Reload Window");
    await gone;
  }

  notifications(): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  statusItem(label: string | RegExp): Locator {
    return this.page.locator(".statusbar .statusbar-item").filter({ hasText: label });
  }

  resize(width: number, height: number): Promise<void> {
    return this.page.setViewportSize({ width, height });
  }

  /** Changes settings of the workspace (not the user's: this editor does not watch those); the window notices by itself. */
  changeSettings(change: Readonly<Record<string, unknown>>): void {
    const file = path.join(this.#editor.workspace, ".vscode", "settings.json");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const before: object = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
    fs.writeFileSync(file, `${JSON.stringify({ ...before, ...change }, null, 2)}\n`);
  }

  /** Switches the theme and waits until the window wears it. */
  async useTheme(theme: Theme): Promise<void> {
    const { label, className } = themes[theme];
    if (theme !== this.#theme) {
      await this.run("Preferences: Color Theme");
      await this.answer(label, label);
    }
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
    this.#theme = theme;
  }

  /** Keeps what is seen as test/.out/screenshots/<name>-<theme>.png and returns that path. */
  async screenshot(name: string): Promise<string> {
    fs.mkdirSync(screenshots, { recursive: true });
    const file = path.join(screenshots, `${name}-${this.#theme}.png`);
    await this.page.screenshot({ path: file, animations: "disabled", caret: "hide" });
    return file;
  }

  /** The same for the README, where a person asks for new pictures with RUNLINE_README=1. */
  async readmePicture(name: string): Promise<void> {
    if (process.env.RUNLINE_README !== "1") return;
    const file = path.resolve("media/readme", `${name}.png`);
    // Nothing hangs at the middle of the status bar.
    await this.page.mouse.move(640, 784);
    await this.page.screenshot({ path: file, animations: "disabled", caret: "hide", scale: "css" });
  }
}
