/** package.json as data, and the parts of it that follow from the contract in src/host/contract.ts. */

import * as fs from "node:fs";
import * as path from "node:path";
import {
  type CommandSpec,
  commands,
  type SettingSpec,
  settings,
  views,
  welcomes,
} from "../../../src/host/contract.ts";
import { root } from "./sourceTree.ts";

export interface MenuEntry {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

export interface Manifest {
  readonly contributes: {
    readonly commands?: readonly object[];
    readonly menus?: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly keybindings?: readonly { readonly command: string; readonly when?: string }[];
    readonly configuration?: {
      readonly title?: string;
      readonly properties?: Readonly<Record<string, object>>;
    };
    readonly viewsContainers?: { readonly activitybar?: readonly { readonly id: string }[] };
    readonly views?: Readonly<
      Record<string, readonly { readonly id: string; readonly name: string; readonly when?: string }[]>
    >;
    readonly viewsWelcome?: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when?: string;
    }[];
    readonly walkthroughs?: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly id: string;
        readonly description: string;
        readonly media: object;
      }[];
    }[];
  };
  readonly capabilities?: {
    readonly untrustedWorkspaces?: { readonly restrictedConfigurations?: readonly string[] };
  };
}

const file = path.join(root, "package.json");

export function readManifest(): Manifest {
  return JSON.parse(fs.readFileSync(file, "utf8")) as Manifest;
}

function entries<V>(table: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(table);
}

/** What the contract says each part of `contributes` must be. */
export const expected = {
  commands: entries<CommandSpec>(commands).map(([command, spec]) => ({
    command,
    title: spec.title,
    category: "Runline",
    ...(spec.icon === undefined ? {} : { icon: spec.icon }),
  })),
  palette: entries<CommandSpec>(commands)
    .filter(([, spec]) => spec.palette !== undefined)
    .map(([command, spec]) => ({ command, when: spec.palette ?? "" })),
  properties: Object.fromEntries(
    entries<SettingSpec>(settings).map(([id, spec], order) => [id, property(spec, order)]),
  ),
  restricted: entries<SettingSpec>(settings)
    .filter(([, spec]) => spec.restricted)
    .map(([id]) => id),
  views: entries<{ readonly name: string }>(views).map(([id, { name }]) => ({ id, name })),
  welcomes: welcomes.map(({ view, when, text }) => ({ view, contents: text, when })),
};

function property(spec: SettingSpec, order: number): object {
  return {
    ...(spec.type === "strings" ? { type: "array", items: { type: "string" } } : { type: spec.type }),
    default: spec.default,
    ...(spec.minimum === undefined ? {} : { minimum: spec.minimum }),
    ...(spec.maximum === undefined ? {} : { maximum: spec.maximum }),
    scope: spec.scope,
    order,
    markdownDescription: spec.description,
  };
}

/** Writes what the contract says into package.json and leaves the rest: menus, keys, icons of views, the walkthrough. */
export function repairManifest(): void {
  const manifest = readManifest();
  const { contributes } = manifest;
  const container = Object.keys(contributes.views ?? {})[0] ?? "runline";
  const before = contributes.views?.[container] ?? [];
  const repaired = {
    ...manifest,
    contributes: {
      ...contributes,
      commands: expected.commands,
      menus: { ...contributes.menus, commandPalette: expected.palette },
      configuration: { title: "Runline", ...contributes.configuration, properties: expected.properties },
      views: {
        ...contributes.views,
        [container]: expected.views.map((view) => ({ ...before.find(({ id }) => id === view.id), ...view })),
      },
      viewsWelcome: expected.welcomes,
    },
    capabilities: {
      ...manifest.capabilities,
      untrustedWorkspaces: {
        ...manifest.capabilities?.untrustedWorkspaces,
        restrictedConfigurations: expected.restricted,
      },
    },
  };
  fs.writeFileSync(file, `${JSON.stringify(repaired, null, 2)}\n`);
}
