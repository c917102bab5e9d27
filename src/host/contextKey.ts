/** Context keys, typed by the contract. */

import * as vscode from "vscode";
import type { ContextKeys } from "./contract.ts";

const current = new Map<string, unknown>();

export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void vscode.commands.executeCommand("setContext", key, value);
}
