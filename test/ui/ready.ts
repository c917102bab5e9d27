/** Before the first UI test: the editor, the browser and the package are there, or the level says which is not. */

import * as fs from "node:fs";
import * as path from "node:path";
import { needChromium } from "../editor/chromium.ts";
import { needCodeServer } from "../editor/codeServer.ts";

declare module "vitest" {
  export interface ProvidedContext {
    codeServer: { entry: string; serverMain: string };
    chromium: string;
    vsix: string;
  }
}

interface Project {
  provide<K extends "codeServer" | "chromium" | "vsix">(
    key: K,
    value: import("vitest").ProvidedContext[K],
  ): void;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

export default async function setup(project: Project): Promise<void> {
  const vsix = path.resolve("dist/runline.vsix");
  if (!fs.existsSync(vsix)) throw new Error("dist/runline.vsix is missing. Make it with npm run package.");
  const codeServer = await needCodeServer(say);
  const chromium = needChromium(say);
  if ("missing" in codeServer) throw new Error(`The UI tests need ${codeServer.missing}.`);
  if ("missing" in chromium) throw new Error(`The UI tests need ${chromium.missing}.`);
  project.provide("codeServer", { ...codeServer.ready });
  project.provide("chromium", chromium.ready);
  project.provide("vsix", vsix);
}
