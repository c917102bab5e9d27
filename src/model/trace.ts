/** Traces of what an application did with a model: calls within calls, what people and judges said of them, and what they cost. */

import type { Tags } from "./registry.ts";

export const traceStates = ["OK", "ERROR", "IN_PROGRESS", "STATE_UNSPECIFIED"] as const;
export type TraceState = (typeof traceStates)[number];

/** Times are milliseconds. */
export interface Trace {
  /** `tr-` and 32 hex digits, for traces of MLflow's clients. */
  readonly id: string;
  readonly experimentId: string;
  readonly time: number;
  /** Null while it goes on. */
  readonly duration: number | null;
  readonly state: TraceState;
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  readonly clientRequestId: string | null;
  readonly metadata: Tags;
  readonly tags: Tags;
  readonly usage: TraceUsage;
}

/** Tokens and cost over all calls of a trace; null where nobody told. */
export interface TraceUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  /** In US dollars, as the client reckoned it. */
  readonly cost: number | null;
}

export interface Span {
  /** 16 hex digits. */
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  /** `LLM`, `TOOL`, `RETRIEVER` …; `UNKNOWN` where nobody told. */
  readonly type: string;
  readonly status: "OK" | "ERROR" | "UNSET";
  readonly start: number;
  readonly end: number | null;
  /** JSON of the whole span as OpenTelemetry's protocol has it, with times in nanoseconds to the last digit. */
  readonly content: string;
}

export interface SpanBatch {
  /** The trace as far as these spans tell of it. */
  readonly trace: Trace;
  readonly spans: readonly Span[];
}

/** What somebody said of a trace, or of one span of it. */
export interface Assessment {
  readonly id: string;
  readonly traceId: string;
  readonly name: string;
  readonly kind: "feedback" | "expectation" | "issue";
  /** JSON of the value. */
  readonly value: string;
  readonly time: number;
  /** Replaced by a later one, which says so. */
  readonly isValid: boolean;
  /** JSON of the whole as its clients have it. */
  readonly content: string;
}

/** Keys of metadata and tags that Runline reads itself. */
export const traceKeys = {
  name: "mlflow.traceName",
  tokens: "mlflow.trace.tokenUsage",
  cost: "mlflow.trace.cost",
  sourceRun: "mlflow.sourceRun",
  spansLocation: "mlflow.trace.spansLocation",
  artifacts: "mlflow.artifactLocation",
  inputs: "mlflow.traceInputs",
  outputs: "mlflow.traceOutputs",
  session: "mlflow.trace.session",
  user: "mlflow.trace.user",
  schema: "mlflow.trace_schema.version",
} as const;

/** What metadata say of tokens and cost. */
export function usageOf(metadata: Tags): TraceUsage {
  const tokens = numbersIn(metadata[traceKeys.tokens]);
  return {
    inputTokens: tokens.input_tokens ?? null,
    outputTokens: tokens.output_tokens ?? null,
    totalTokens: tokens.total_tokens ?? null,
    cost: numbersIn(metadata[traceKeys.cost]).total_cost ?? null,
  };
}

/** The finite numbers among the members of a JSON object; none for any other text. */
export function numbersIn(text: string | undefined): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {};
  let value: unknown;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    return numbers;
  }
  if (typeof value !== "object" || value === null) return numbers;
  for (const [key, member] of Object.entries(value))
    if (typeof member === "number" && Number.isFinite(member)) numbers[key] = member;
  return numbers;
}
