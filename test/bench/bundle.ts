/** What the extension host loads to activate. */

import * as fs from "node:fs";
import * as path from "node:path";
import { packagePath, projectRoot } from "../editor/built.ts";
import { atMost, type BenchRow } from "./row.ts";

export async function bench(): Promise<BenchRow[]> {
  const size = (file: string) => fs.statSync(file).size;
  return [
    atMost(
      "bundle of the extension host",
      400,
      size(path.join(projectRoot, "dist", "extension.cjs")) / 1000,
      "kB",
    ),
    atMost("package", 15, size(packagePath) / 1e6, "MB"),
  ];
}
