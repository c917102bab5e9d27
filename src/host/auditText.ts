/** The registry's log as text for people: one entry a paragraph, newest first. Pure. */

import type { AuditEntry, RegistryEvent, TeamAliasChange } from "../model/registry.ts";
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
    case "model.renamed":
      return t("{0} was renamed to {1}.", event.model, event.name);
    case "model.described":
      return t("{0} was described: {1}", event.model, event.description);
    case "model.tagged":
      return event.value === null
        ? t("Tag {0} of {1} was removed.", event.tag, event.model)
        : t("Tag {0} of {1} was set to {2}.", event.tag, event.model, event.value);
    case "model.deleted":
      return t("{0} was deleted with its versions.", event.model);
    case "version.registered":
      return t(
        "{0} v{1} was registered: {2} of run {3}, {4}.",
        event.model,
        event.version,
        event.artifact,
        event.runId,
        event.digest,
      );
    case "version.created":
      return event.runId === null
        ? t("{0} v{1} was registered: {2}.", event.model, event.version, event.source)
        : t(
            "{0} v{1} was registered from run {2}: {3}, {4}.",
            event.model,
            event.version,
            event.runId,
            event.source,
            event.digest ?? t("contents not known"),
          );
    case "version.described":
      return t("{0} v{1} was described: {2}", event.model, event.version, event.description);
    case "version.tagged":
      return event.value === null
        ? t("Tag {0} of {1} v{2} was removed.", event.tag, event.model, event.version)
        : t("Tag {0} of {1} v{2} was set to {3}.", event.tag, event.model, event.version, event.value);
    case "version.staged":
      return t("{0} v{1} was moved to stage {2}.", event.model, event.version, event.stage);
    case "version.deleted":
      return t("{0} v{1} was deleted.", event.model, event.version);
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
    case "team.alias":
      return teamText(event, t);
    case "team.failed":
      return t(
        "{0}: this change of {1} of {2} was not made: {3}",
        event.server,
        event.alias,
        event.model,
        event.cause,
      );
  }
}

function teamText({ server, alias, model, version, previous }: TeamAliasChange, t: Translate): string {
  if (version === null)
    return t("{0} of {1} was removed on {2}; it was v{3}.", alias, model, server, previous ?? 0);
  return previous === null
    ? t("{0} of {1} was set to v{2} on {3}.", alias, model, version, server)
    : t("{0} of {1} was moved from v{2} to v{3} on {4}.", alias, model, previous, version, server);
}

/** An entry can't pretend to be two. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
