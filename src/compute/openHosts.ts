/**
 * The other machines that something was wanted of, each as it is set now. A setting that changes makes the host anew; its connection stays
 * where it does not say how to connect, since opening one may need a person.
 */

import type { HostSettings, HostsSettings } from "../model/host.ts";
import type { SlurmHost } from "./slurm/slurmHost.ts";
import type { Transport } from "./transport.ts";

export interface OpenHostsParts {
  readonly settings: () => HostsSettings;
  readonly transport: (name: string, sshConfigFile: string) => Transport;
  readonly host: (transport: Transport, settings: HostSettings) => SlurmHost;
  /** A link changed. */
  readonly changed: () => void;
  /** A host is another one now: what was known of it may be so no more. */
  readonly renewed: (name: string) => void;
}

export interface OpenHosts {
  /** Opens nothing yet. */
  on(name: string): SlurmHost;
  /** Undefined while nobody has wanted anything of it. */
  find(name: string): SlurmHost | undefined;
  all(): readonly (readonly [name: string, host: SlurmHost])[];
  /** Like the host's own, and of whatever host takes its place. */
  watch(name: string, directory: string, changed: () => void): Disposable;
  /** Takes over new settings: ends connections of hosts that were taken out of them, and those that were made another way. */
  refit(): void;
  close(): void;
}

interface Opened {
  readonly host: SlurmHost;
  readonly transport: Transport;
  readonly link: Disposable;
  /** What it was made from. */
  readonly settings: HostSettings | undefined;
  readonly sshConfigFile: string;
}

interface Watch {
  readonly directory: string;
  readonly changed: () => void;
  held: Disposable;
}

export function openHosts(parts: OpenHostsParts): OpenHosts {
  const open = new Map<string, Opened>();
  const watches = new Map<string, Set<Watch>>();

  function on(name: string): SlurmHost {
    const { hosts, sshConfigFile } = parts.settings();
    const settings = hosts[name];
    const before = open.get(name);
    if (before !== undefined && isAs(before, settings, sshConfigFile)) return before.host;
    const isSameWay = before?.sshConfigFile === sshConfigFile;
    if (before !== undefined) end(name, before, isSameWay);
    const transport = isSameWay ? before.transport : parts.transport(name, sshConfigFile);
    const host = parts.host(transport, settings ?? {});
    open.set(name, { host, transport, link: transport.watch(parts.changed), settings, sshConfigFile });
    for (const watch of watches.get(name) ?? []) {
      watch.held[Symbol.dispose]();
      watch.held = host.watch(watch.directory, watch.changed);
    }
    if (before !== undefined) parts.renewed(name);
    return host;
  }

  function end(name: string, { host, transport, link }: Opened, keepsConnection = false): void {
    open.delete(name);
    link[Symbol.dispose]();
    host.looks.close();
    if (!keepsConnection) transport.disconnect();
  }

  return {
    on,
    find: (name) => open.get(name)?.host,
    all: () => [...open].map(([name, { host }]) => [name, host]),
    watch(name, directory, changed) {
      const mine: Watch = { directory, changed, held: on(name).watch(directory, changed) };
      const all = watches.get(name) ?? new Set();
      watches.set(name, all.add(mine));
      return {
        [Symbol.dispose]() {
          all.delete(mine);
          if (all.size === 0 && watches.get(name) === all) watches.delete(name);
          mine.held[Symbol.dispose]();
        },
      };
    },
    refit() {
      const { hosts, sshConfigFile } = parts.settings();
      for (const [name, opened] of [...open]) {
        const settings = hosts[name];
        if (opened.settings !== undefined && settings === undefined) {
          end(name, opened);
          parts.renewed(name);
        } else if (!isAs(opened, settings, sshConfigFile)) on(name);
      }
    },
    close() {
      for (const [name, opened] of [...open]) end(name, opened);
      watches.clear();
    },
  };
}

function isAs(opened: Opened, settings: HostSettings | undefined, sshConfigFile: string): boolean {
  const same = JSON.stringify(opened.settings ?? {}) === JSON.stringify(settings ?? {});
  return same && opened.sshConfigFile === sshConfigFile;
}
