/** The registry's log as text for people: one entry a paragraph, newest first. Pure. */

import type { AuditEntry, RegistryEvent } from "../model/registry.ts";
import type { Translate } from "./translate.ts";

export function auditText(entries: readonly AuditEntry[], t: Translate): string {
  if (entries.length === 0) return t("Nothing was registered yet.");
  const newestFirst = [...entries].sort((a, b) => b.sequence - a.sequence);
  const head = t(
    "Audit log: {0} entries, newest first. Each hash covers the entry and the hash before it.",
    entries.length,
  );
  return [head, "", ...newestFirst.flatMap((entry) => paragraph(entry, t))].join("\n");
}

function paragraph({ sequence, time, actor, event, hash }: AuditEntry, t: Translate): string[] {
  const email = actor.email === null ? "" : ` <${oneLine(actor.email)}>`;
  const reason = "reason" in event ? [`      ${t("Reason: {0}", oneLine(event.reason))}`] : [];
  return [
    `${String(sequence).padStart(4)}  ${new Date(time).toISOString()}  ${oneLine(actor.name)}${email}`,
    `      ${oneLine(eventText(event, t))}`,
    ...reason,
    `      sha256 ${hash}`,
    "",
  ];
}

function eventText(event: RegistryEvent, t: Translate): string {
  switch (event.type) {
    case "model.created":
      return t("{0} was created.", event.model);
    case "version.registered":
      return t(
        "{0} v{1} was registered: {2} of run {3}, {4}.",
        event.model,
        event.version,
        event.artifact,
        event.runId,
        event.digest,
      );
    case "alias.set":
      return event.previous === null
        ? t("{0} of {1} was set to v{2}.", event.alias, event.model, event.version)
        : t(
            "{0} of {1} was moved from v{2} to v{3}.",
            event.alias,
            event.model,
            event.previous,
            event.version,
          );
    case "alias.removed":
      return t("{0} of {1} was removed; it was v{2}.", event.alias, event.model, event.previous);
  }
}

/** An entry can't pretend to be two. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
