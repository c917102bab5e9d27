/** The lock file serves every machine, not only the one it was written on. */

import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { root } from "./sourceTree.ts";

interface Locked {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
  packages: Readonly<Record<string, Locked>>;
};

test("it names the parts for other platforms, without which npm ci refuses it", () => {
  const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !(`${at}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages))
      .map((name) => `${at} wants ${name}`),
  );
  expect(missing).toEqual([]);
});

test("it names no registry but npm's own", () => {
  const hosts = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
  expect(hosts.filter((address) => !address.startsWith("https://registry.npmjs.org/"))).toEqual([]);
});
