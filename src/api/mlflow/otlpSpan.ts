/** A span as OpenTelemetry's protocol has it, whichever way it was written. */

import { type KeyValue, plainValue } from "./anyValue.ts";

export interface OtlpEvent {
  readonly time: bigint;
  readonly name: string;
  readonly attributes: readonly KeyValue[];
}

export interface OtlpLink {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly attributes: readonly KeyValue[];
}

export interface OtlpSpan {
  /** What the program that sent it calls itself; "" where it does not say. */
  readonly service: string;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  /** Empty for the first span of a trace. */
  readonly parentId: Uint8Array;
  readonly name: string;
  readonly start: bigint;
  /** 0 while it goes on. */
  readonly end: bigint;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly OtlpEvent[];
  readonly links: readonly OtlpLink[];
  readonly status: { readonly code: number; readonly message: string };
}

/** What a program calls itself, in the attributes of its resource; what OpenTelemetry calls those that say nothing is no name. */
export function serviceName(resource: readonly KeyValue[]): string {
  const found = resource.find(({ key }) => key === "service.name");
  const name = found === undefined ? "" : plainValue(found.value);
  return typeof name !== "string" || name.startsWith("unknown_service") ? "" : name;
}
