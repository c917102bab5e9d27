/**
 * What package.json declares against the contract in src/host/contract.ts, and both against what is used.
 * RUNLINE_REPAIR=1 writes the contract into package.json first.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { commands, contextKeys, settings, views } from "../../../src/host/contract.ts";
import { expected, readManifest, repairManifest } from "./manifestFile.ts";
import { root, shippedFiles } from "./sourceTree.ts";

if (process.env.RUNLINE_REPAIR === "1") repairManifest();
const manifest = readManifest();
const { contributes } = manifest;
const { commandPalette = [], ...menus } = contributes.menus ?? {};
const code = shippedFiles()
  .filter((file) => file.path !== "src/host/contract.ts")
  .map((file) => file.text)
  .join("\n");

const repair = "run the tests with RUNLINE_REPAIR=1 to write the contract into package.json";
const mentioned = (id: string) =>
  code.includes(`"${id}"`) || code.includes(`${id}: `) || code.includes(`:${id}`);
const sorted = (names: Iterable<string>) => [...names].sort();

/** Every `when` clause of the manifest with the place it stands at. */
function whenClauses(): { readonly at: string; readonly when: string }[] {
  const of = (at: string, list: readonly { readonly when?: string }[] = []) =>
    list.flatMap(({ when }) => (when === undefined ? [] : [{ at, when }]));
  return [
    ...of("commandPalette", commandPalette),
    ...Object.entries(menus).flatMap(([name, list]) => of(name, list)),
    ...of("keybindings", contributes.keybindings),
    ...Object.entries(contributes.views ?? {}).flatMap(([name, list]) => of(`views.${name}`, list)),
    ...of("viewsWelcome", contributes.viewsWelcome),
  ];
}

test("commands are those of the contract", () => {
  expect(contributes.commands ?? [], repair).toEqual(expected.commands);
});

test("the palette shows a command when the contract says", () => {
  expect(commandPalette, repair).toEqual(expected.palette);
});

test("settings are those of the contract", () => {
  expect(contributes.configuration?.properties ?? {}, repair).toEqual(expected.properties);
  expect(manifest.capabilities?.untrustedWorkspaces?.restrictedConfigurations ?? [], repair).toEqual(
    expected.restricted,
  );
});

test("views and their welcomes are those of the contract", () => {
  const declared = Object.values(contributes.views ?? {}).flat();
  expect(
    declared.map(({ id, name }) => ({ id, name })),
    repair,
  ).toEqual(expected.views);
  expect(contributes.viewsWelcome ?? [], repair).toEqual(expected.welcomes);
});

test("every command, setting and context key of the contract is used", () => {
  const ids = [
    ...Object.keys(commands),
    ...Object.keys(settings),
    ...Object.keys(contextKeys),
    ...Object.keys(views),
  ];
  expect(ids.filter((id) => !mentioned(id))).toEqual([]);
});

test("menus and keys name only commands of the contract", () => {
  const named = [
    ...Object.values(menus).flatMap((list) => list.flatMap((entry) => entry.command ?? [])),
    ...(contributes.keybindings ?? []).map((entry) => entry.command),
    ...(contributes.viewsWelcome ?? []).flatMap(({ contents }) => commandLinks(contents)),
    ...(contributes.walkthroughs ?? []).flatMap(({ steps }) =>
      steps.flatMap((step) => commandLinks(step.description)),
    ),
  ].filter((id) => id.startsWith("runline."));
  expect(sorted(new Set(named)).filter((id) => !(id in commands))).toEqual([]);
});

function commandLinks(text: string): string[] {
  return [...text.matchAll(/\]\(command:([\w.]+)/g)].map((match) => match[1] ?? "");
}

test("a command that the palette hides can be reached from another surface", () => {
  const shown = new Set(Object.values(menus).flatMap((list) => list.map((entry) => entry.command)));
  const hidden = expected.palette.filter(({ when }) => when === "false").map(({ command }) => command);
  expect(hidden.filter((id) => !shown.has(id) && !mentioned(id))).toEqual([]);
});

test("when clauses ask only for context keys that Runline sets, and every key is asked for", () => {
  const clauses = whenClauses();
  const used = new Map<string, string>();
  for (const { at, when } of clauses)
    for (const [key] of when.matchAll(/(?<![\w./^(|])runline\.\w+(?:\.\w+)*/g)) used.set(key, at);
  const unknown = [...used].filter(([key]) => !(key in contextKeys) && !(key in views));
  expect(unknown.map(([key, at]) => `${at} asks for ${key}`)).toEqual([]);
  const asked = clauses.map(({ when }) => when).join("\n");
  expect(Object.keys(contextKeys).filter((key) => !asked.includes(key))).toEqual([]);
});

test("row menus ask for row kinds that a tree gives", () => {
  const rows = whenClauses().filter(({ when }) => when.includes("viewItem"));
  const words = rows.flatMap(({ when }) =>
    [...when.matchAll(/viewItem\s*(?:==\s*['"]?([\w.]+)|=~\s*\/((?:\\.|[^/])*)\/)/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    ),
  );
  const flags = new Set(words.flatMap((word) => word.replace(/\\[bwsd]/g, " ").match(/[a-zA-Z]{2,}/g) ?? []));
  expect(sorted(flags).filter((flag) => !new RegExp(`\\b${flag}\\b`).test(code))).toEqual([]);
});

test("every picture and page that the manifest names is there", () => {
  const paths = [...JSON.stringify(manifest).matchAll(/"(?:\.\/)?(media\/[^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  expect(sorted(new Set(paths)).filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([]);
});
