/** Addresses that are told of changes in the registry, and what they are told, in the words of MLflow's protocol. */

import { promptTag, promptText } from "./prompt.ts";
import type { AuditEntry, RegistryEvent, Tags } from "./registry.ts";

const webhookStatuses = ["ACTIVE", "DISABLED"] as const;

/** `<entity>.<action>`. Prompts, which are models on the wire, have events of their own. */
export const webhookEvents = [
  "registered_model.created",
  "model_version.created",
  "model_version_tag.set",
  "model_version_tag.deleted",
  "model_version_alias.created",
  "model_version_alias.deleted",
  "prompt.created",
  "prompt_version.created",
  "prompt_tag.set",
  "prompt_tag.deleted",
  "prompt_version_tag.set",
  "prompt_version_tag.deleted",
  "prompt_alias.created",
  "prompt_alias.deleted",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly description: string;
  /** Never told to anybody: it signs what is sent. */
  readonly secret: string | null;
  readonly status: (typeof webhookStatuses)[number];
  readonly events: readonly WebhookEvent[];
  readonly created: number;
  readonly updated: number;
}

export interface WebhookMessage {
  readonly event: WebhookEvent;
  readonly data: Readonly<Record<string, unknown>>;
}

const promptType = "_mlflow_prompt_type";

/** What an entry of the log says to webhooks; null where they are told nothing. `isPrompt` tells of the model that it is about. */
export function webhookMessage({ event }: AuditEntry, isPrompt: boolean): WebhookMessage | null {
  const said = modelMessage(event, isPrompt);
  if (said === null) return null;
  const { model: name } = event;
  const version = "version" in event ? { version: String(event.version) } : {};
  return { event: said.event, data: { name, ...version, ...said.data } };
}

type Said = { readonly event: WebhookEvent; readonly data: Readonly<Record<string, unknown>> } | null;

function modelMessage(event: RegistryEvent, isPrompt: boolean): Said {
  switch (event.type) {
    case "model.created": {
      const { tags = {}, description } = event;
      const data = { tags: isPrompt ? ownTags(tags) : tags, description: description ?? "" };
      return { event: isPrompt ? "prompt.created" : "registered_model.created", data };
    }
    case "model.tagged":
      if (!isPrompt) return null;
      return event.value === null
        ? { event: "prompt_tag.deleted", data: { key: event.tag } }
        : { event: "prompt_tag.set", data: { key: event.tag, value: event.value } };
    case "version.registered":
      return {
        event: "model_version.created",
        data: {
          source: `runs:/${event.runId}/${event.artifact}`,
          run_id: event.runId,
          tags: {},
          description: null,
        },
      };
    case "version.created": {
      const description = event.description === "" ? null : event.description;
      const { tags, source, runId } = event;
      if (!isPrompt)
        return { event: "model_version.created", data: { source, run_id: runId, tags, description } };
      const template = tags[promptText] ?? null;
      const { [promptText]: _, ...others } = ownTags(tags);
      return { event: "prompt_version.created", data: { template, tags: others, description } };
    }
    case "version.tagged":
      return event.value === null
        ? { event: ofVersion("tag.deleted", isPrompt), data: { key: event.tag } }
        : { event: ofVersion("tag.set", isPrompt), data: { key: event.tag, value: event.value } };
    case "alias.set":
      return { event: ofVersion("alias.created", isPrompt), data: { alias: event.alias } };
    case "alias.removed":
      return { event: ofVersion("alias.deleted", isPrompt), data: { alias: event.alias } };
    default:
      return null;
  }
}

function ofVersion(
  what: "tag.set" | "tag.deleted" | "alias.created" | "alias.deleted",
  isPrompt: boolean,
): WebhookEvent {
  if (!isPrompt) return `model_version_${what}`;
  switch (what) {
    case "tag.set":
    case "tag.deleted":
      return `prompt_version_${what}`;
    default:
      return `prompt_${what}`;
  }
}

/** Tags that only say that it is a prompt are no news. */
function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== promptTag && key !== promptType));
}

/** An event of each kind, to try an address with. */
export function exampleMessage(event: WebhookEvent): WebhookMessage {
  const data: Record<string, unknown> = {
    name: event.startsWith("prompt") ? "example_prompt" : "example_model",
  };
  if (event.includes("alias") ? event.endsWith("created") : event.includes("version")) data.version = "1";
  if (event.includes("tag.")) data.key = "example_key";
  if (event.includes("tag.set")) data.value = "example_value";
  if (event.includes("alias")) data.alias = "example_alias";
  if (event.endsWith("created") && !event.includes("alias"))
    Object.assign(data, {
      tags: { example_key: "example_value" },
      description: `An example ${event.replace(".created", "").replace("_", " ")}`,
    });
  if (event === "model_version.created")
    Object.assign(data, { source: "models:/123", run_id: "abcd1234abcd5678" });
  if (event === "prompt_version.created") data.template = "Hello {{name}}!";
  return { event, data };
}
