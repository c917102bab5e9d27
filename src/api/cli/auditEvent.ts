import type { RegistryEvent, TeamAliasChange } from "../../model/registry.ts";
import { plain } from "./text.ts";

/** One event of the registry in words, on one line. */
export function eventText(event: RegistryEvent): string {
  const model = plain(event.model);
  switch (event.type) {
    case "model.created":
      return `made model ${model}`;
    case "model.renamed":
      return `renamed model ${model} to ${plain(event.name)}`;
    case "model.described":
      return `described model ${model}: ${plain(event.description)}`;
    case "model.tagged":
      return `${tagText(event)} of model ${model}`;
    case "model.deleted":
      return `deleted model ${model} with its versions`;
    case "version.registered":
      return `registered ${model} version ${event.version} from run ${event.runId.slice(0, 12)}: ${plain(event.artifact)}, ${event.digest.slice(0, 19)}`;
    case "version.created":
      return `registered ${model} version ${event.version}${fromRun(event.runId)}: ${plain(event.source)}${event.digest === null ? "" : `, ${event.digest.slice(0, 19)}`}`;
    case "version.described":
      return `described ${model} version ${event.version}: ${plain(event.description)}`;
    case "version.tagged":
      return `${tagText(event)} of ${model} version ${event.version}`;
    case "version.staged":
      return `moved ${model} version ${event.version} to stage ${event.stage}`;
    case "version.deleted":
      return `deleted ${model} version ${event.version}`;
    case "alias.set":
      return `set ${plain(event.alias)} of ${model} to version ${event.version} (was ${event.previous ?? "free"}): ${plain(event.reason)}`;
    case "alias.removed":
      return `removed ${plain(event.alias)} of ${model} (was version ${event.previous}): ${plain(event.reason)}`;
    case "team.alias":
      return `asked ${plain(event.server)} to ${teamText(event)}: ${plain(event.reason)}`;
    case "team.failed":
      return `${plain(event.server)} did not ${teamText(event)}: ${plain(event.cause)}`;
  }
}

function teamText({ model, alias, version, previous }: TeamAliasChange): string {
  const of = `${plain(alias)} of ${plain(model)}`;
  return version === null
    ? `remove ${of} (was version ${previous ?? "free"})`
    : `set ${of} to version ${version} (was ${previous ?? "free"})`;
}

function fromRun(runId: string | null): string {
  return runId === null ? "" : ` from run ${runId.slice(0, 12)}`;
}

function tagText({ tag, value }: { readonly tag: string; readonly value: string | null }): string {
  return value === null ? `removed tag ${plain(tag)}` : `set tag ${plain(tag)} = ${plain(value)}`;
}
