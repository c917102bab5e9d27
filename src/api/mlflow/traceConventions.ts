/**
 * Spans of libraries that know nothing of MLflow, in its words: what kind of call it was, what went in and came out, which model, how many
 * tokens. Conventions: OpenInference, OpenTelemetry's own for generative AI, OpenLLMetry, and those of some frameworks.
 */

import { parseJson } from "../../model/fields.ts";
import { type AnyValue, anyValue, type KeyValue, plainValue } from "./anyValue.ts";
import type { OtlpSpan } from "./otlpSpan.ts";

interface Convention {
  /** The attribute that tells the kind of call, and MLflow's word for each. */
  readonly kind?: string;
  readonly kinds?: Readonly<Record<string, string>>;
  /** Attributes, the first that is there counts; a pattern is any that fits. */
  readonly input?: readonly (string | RegExp)[];
  readonly output?: readonly (string | RegExp)[];
  readonly tokens?: readonly [input: string, output: string, total?: string];
  /** Tokens that the provider had in its cache, and those it took into it. */
  readonly cached?: readonly [read: readonly string[], written: readonly string[]];
  readonly model?: readonly string[];
  readonly provider?: string;
  readonly tools?: string;
}

const same = (...kinds: readonly string[]) => Object.fromEntries(kinds.map((kind) => [kind, kind]));
const genAiModel = ["gen_ai.response.model", "gen_ai.request.model"] as const;

const conventions: readonly Convention[] = [
  {
    kind: "openinference.span.kind",
    kinds: same(
      ...["TOOL", "CHAIN", "LLM", "RETRIEVER", "EMBEDDING", "AGENT", "RERANKER", "GUARDRAIL", "EVALUATOR"],
    ),
    ...{ input: ["input.value"], output: ["output.value"] },
    tokens: ["llm.token_count.prompt", "llm.token_count.completion", "llm.token_count.total"],
    cached: [
      ["llm.token_count.prompt_details.cache_read"],
      ["llm.token_count.prompt_details.cache_write"],
    ] as const,
    model: [
      ...["llm.response.model_name", "llm.model_name", "llm.request.model_name", "embedding.model_name"],
    ],
    provider: "llm.provider",
  },
  {
    kind: "gen_ai.operation.name",
    kinds: {
      ...{ chat: "CHAT_MODEL", generate_content: "LLM", text_completion: "LLM", response: "LLM" },
      ...{ create_agent: "AGENT", invoke_agent: "AGENT", embeddings: "EMBEDDING", execute_tool: "TOOL" },
    },
    input: ["gen_ai.input.messages", "gen_ai.tool.call.arguments"],
    output: ["gen_ai.output.messages", "gen_ai.tool.call.result"],
    tokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"],
    cached: [
      ["gen_ai.usage.cache_read.input_tokens"],
      ["gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"],
    ],
    ...{ model: genAiModel, provider: "gen_ai.provider.name", tools: "gen_ai.tool.definitions" },
  },
  {
    kind: "traceloop.span.kind",
    kinds: { workflow: "WORKFLOW", task: "TASK", agent: "AGENT", tool: "TOOL" },
    input: [
      "traceloop.entity.input",
      /^gen_ai\.prompt\.\d+\.content/,
      /^gen_ai\.completion\.\d+\.tool_calls\.\d+\.arguments/,
    ],
    output: ["traceloop.entity.output", /^gen_ai\.completion\.\d+\.content/],
    tokens: ["gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens", "llm.usage.total_tokens"],
    provider: "gen_ai.system",
  },
  {
    input: ["gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args"],
    output: ["gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response"],
  },
  {
    kind: "ai.operationId",
    kinds: {
      ...Object.fromEntries(
        ["generateText", "streamText", "generateObject", "streamObject"].flatMap((name) => [
          [`ai.${name}`, "LLM"],
          [`ai.${name}.do${name.startsWith("stream") ? "Stream" : "Generate"}`, "LLM"],
        ]),
      ),
      ...{ "ai.toolCall": "TOOL", "ai.embed": "EMBEDDING", "ai.embedMany": "EMBEDDING" },
    },
    input: ["ai.prompt", "ai.toolCall.args", "ai.value", "ai.values"],
    output: ["ai.response.text", "ai.toolCall.result", "ai.response.object", "ai.embedding", "ai.embeddings"],
  },
  {
    kind: "lmnr.span.type",
    kinds: {
      LLM: "LLM",
      CACHED: "LLM",
      TOOL: "TOOL",
      DEFAULT: "CHAIN",
      PIPELINE: "CHAIN",
      EXECUTOR: "AGENT",
    },
    ...{ input: ["lmnr.span.input"], output: ["lmnr.span.output"] },
  },
  {
    kind: "langfuse.observation.type",
    kinds: {
      ...{ generation: "LLM", embedding: "EMBEDDING", tool: "TOOL", retriever: "RETRIEVER" },
      ...{ agent: "AGENT", chain: "CHAIN", evaluator: "EVALUATOR", guardrail: "GUARDRAIL" },
    },
    ...{ input: ["langfuse.observation.input"], output: ["langfuse.observation.output"] },
  },
];

/** The span with what MLflow's clients look for beside what it said itself; what it said in MLflow's own words stays. */
export function inOwnWords(span: OtlpSpan): OtlpSpan {
  const said = new Map(span.attributes.map(({ key, value }) => [key, unpacked(value)]));
  const add = (key: string, value: AnyValue | undefined) => {
    if (value !== undefined && !said.has(key)) said.set(key, value);
  };
  const kind = firstOf(({ kind: key, kinds }) => own(kinds, textOf(said.get(key ?? ""))));
  if (kind !== undefined && textOf(said.get("mlflow.spanType")) === "UNKNOWN") said.delete("mlflow.spanType");
  add("mlflow.spanType", kind === undefined ? undefined : { string_value: kind });
  add("mlflow.spanInputs", firstOf(({ input }) => content(said, input)) ?? messagesOf(span, inputRoles));
  add("mlflow.spanOutputs", firstOf(({ output }) => content(said, output)) ?? messagesOf(span, outputRoles));
  add(
    "mlflow.chat.tokenUsage",
    firstOf((convention) => usage(said, convention)),
  );
  add(
    "mlflow.chat.tools",
    firstOf(({ tools }) => content(said, tools === undefined ? [] : [tools])),
  );
  add(
    "mlflow.llm.model",
    firstOf(({ model }) => content(said, model)),
  );
  add(
    "mlflow.llm.provider",
    firstOf(({ provider }) => content(said, provider === undefined ? [] : [provider])),
  );
  if (span.parentId.length === 0 && span.service !== "") add("service.name", { string_value: span.service });
  return { ...span, attributes: [...said].map(([key, value]): KeyValue => ({ key, value })) };
}

/** A text that is the JSON of a text, a list or an object stands for that: some clients have no other way to send one. */
function unpacked(value: AnyValue): AnyValue {
  if (!("string_value" in value) || !/^\s*["[{]/.test(String(value.string_value))) return value;
  const text = String(value.string_value);
  const within = parseJson(text);
  // Digits that a number here can't hold stay as they are.
  if (within === undefined || /\d{16}/.test(text)) return value;
  return typeof within === "string" || typeof within === "object" ? anyValue(within) : value;
}

function firstOf<T>(read: (convention: Convention) => T | undefined): T | undefined {
  for (const convention of conventions) {
    const found = read(convention);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Said = ReadonlyMap<string, AnyValue>;

function own(words: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return words !== undefined && Object.hasOwn(words, name) ? words[name] : undefined;
}

/** The value of the first attribute that says something. */
function content(said: Said, keys: readonly (string | RegExp)[] = []): AnyValue | undefined {
  for (const key of keys) {
    const names = typeof key === "string" ? [key] : [...said.keys()].filter((name) => key.test(name));
    for (const name of names) {
      const value = said.get(name);
      if (value !== undefined && !isNothing(plainValue(value))) return value;
    }
  }
  return undefined;
}

/** An empty text, list or object, or null. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function usage(said: Said, { tokens, cached }: Convention): AnyValue | undefined {
  if (tokens === undefined) return undefined;
  const [input, output, total] = tokens.map((key) => (key === undefined ? undefined : count(said, [key])));
  if (input === undefined && output === undefined && total === undefined) return undefined;
  const both = input === undefined || output === undefined ? undefined : input + output;
  const numbers = {
    ...{ input_tokens: input, output_tokens: output, total_tokens: total ?? both },
    cache_read_input_tokens: count(said, cached?.[0] ?? []),
    cache_creation_input_tokens: count(said, cached?.[1] ?? []),
  };
  return anyValue(Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== undefined)));
}

/** A whole number, also as text. */
function count(said: Said, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const text = textOf(said.get(key));
    if (/^-?\d{1,15}$/.test(text)) return Number(text);
  }
  return undefined;
}

const inputRoles: Readonly<Record<string, string>> = {
  "gen_ai.system.message": "system",
  "gen_ai.user.message": "user",
  "gen_ai.assistant.message": "assistant",
};
const outputRoles: Readonly<Record<string, string>> = { "gen_ai.choice": "assistant" };

/** Messages that were told as events. */
function messagesOf({ events }: OtlpSpan, roles: Readonly<Record<string, string>>): AnyValue | undefined {
  const messages = events.flatMap(({ name, attributes }) => {
    const of = new Map(attributes.map(({ key, value }) => [key, unpacked(value)]));
    const content = plainValue(of.get("content") ?? {});
    const role = own(roles, name);
    if (role === undefined || isNothing(content)) return [];
    return [{ role: textOf(of.get("role")) || role, content }];
  });
  return messages.length === 0 ? undefined : anyValue(messages);
}

function textOf(value: AnyValue | undefined): string {
  const plain = value === undefined ? undefined : plainValue(value);
  return plain === undefined ? "" : String(plain);
}
