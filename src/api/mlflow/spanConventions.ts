/** How libraries that know nothing of MLflow tell what a call was: the attributes of their spans. The first that fits counts. */

export interface Convention {
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
/** The resolved model rather than the one that was asked for. */
const genAiModel = ["gen_ai.response.model", "gen_ai.request.model"] as const;

export const conventions: readonly Convention[] = [
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
