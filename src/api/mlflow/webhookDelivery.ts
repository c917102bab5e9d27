/** Sends what happened in the registry to webhooks: signed, in bounded time, a few times over, and never to this machine unless allowed. */

import { createHmac, randomUUID } from "node:crypto";
import { lookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { failureOf } from "../../model/failure.ts";
import { isPrompt } from "../../model/prompt.ts";
import type { AuditEntry } from "../../model/registry.ts";
import { type Webhook, type WebhookMessage, webhookMessage } from "../../model/webhook.ts";
import type { Store } from "../../store/store.ts";

export interface DeliveryOptions {
  readonly timeoutMs: number;
  /** Pauses before the second, the third … attempt. */
  readonly pausesMs: readonly number[];
  /** How long one message may take with all its attempts: after that, whoever was sending it is taken to be gone. */
  readonly turnMs: number;
  /** Lets messages go over plain HTTP, and to addresses of this machine and its own link. */
  readonly anywhere: boolean;
}

export const usualDelivery: DeliveryOptions = {
  timeoutMs: 30_000,
  pausesMs: [1_000, 4_000, 16_000],
  turnMs: 180_000,
  anywhere: process.env.RUNLINE_WEBHOOKS_ANYWHERE === "1",
};

export interface Delivery {
  readonly status: number;
  readonly body: string;
}

const longestAnswer = 64 * 1024;

/** Looks that wait for somebody who may be gone. */
const later = new WeakMap<Store, Set<string>>();

/**
 * Tells webhooks of every change they have not heard of, in order for each of them. Whoever begins to tell one goes on until there is
 * nothing left; when it is killed, another one takes over what it had not finished, so a message may come twice, but never not at all.
 * Resolves when all have been told or given up; it never rejects, because nobody waits for it. What could not be sent goes to `failed`.
 */
export async function tellWebhooks(
  store: Store,
  failed: (thrown: unknown) => void = () => undefined,
  options: DeliveryOptions = usualDelivery,
): Promise<void> {
  try {
    const webhooks = await store.webhooks.list();
    await Promise.all(webhooks.map((webhook) => tellOne(webhook, store, failed, options)));
  } catch (thrown) {
    failed(thrown);
  }
}

async function tellOne(
  webhook: Webhook,
  store: Store,
  failed: (thrown: unknown) => void,
  options: DeliveryOptions,
): Promise<void> {
  const until = () => Date.now() + options.turnMs;
  const { entries: first, freeAt } = await store.webhooks.claim(webhook.id, Date.now(), until());
  if (freeAt !== null) return lookLater(freeAt, webhook.id, store, failed, options);
  for (let entries = first; ; ) {
    const [entry] = entries;
    if (entry === undefined) return;
    const message = webhook.status === "ACTIVE" ? await messageOf(entry, store) : null;
    if (message !== null && webhook.events.includes(message.event))
      await deliver(webhook, message, options).catch(failed);
    entries = await store.webhooks.told(webhook.id, entry.sequence, until());
  }
}

/** Whoever has the turn tells the rest, unless it is gone by then. */
function lookLater(
  freeAt: number,
  id: string,
  store: Store,
  failed: (thrown: unknown) => void,
  options: DeliveryOptions,
): void {
  const waiting = later.get(store) ?? new Set();
  later.set(store, waiting);
  if (waiting.has(id)) return;
  waiting.add(id);
  const look = () => {
    waiting.delete(id);
    void tellWebhooks(store, failed, options);
  };
  setTimeout(look, Math.max(0, freeAt - Date.now()) + 50).unref();
}

async function messageOf(entry: AuditEntry, store: Store): Promise<WebhookMessage | null> {
  const { event } = entry;
  const said = "tags" in event && isPrompt(event.tags ?? {});
  return webhookMessage(entry, said || (await isPromptName(event.model, store)));
}

async function isPromptName(name: string, store: Store): Promise<boolean> {
  return isPrompt((await store.registry.model(name))?.tags ?? {});
}

/** Sends one message, again when the other side is busy. Answers the last reply; rejects when there was none. */
export async function deliver(
  webhook: Webhook,
  message: WebhookMessage,
  options: DeliveryOptions = usualDelivery,
): Promise<Delivery> {
  const body = JSON.stringify({ ...named(message), timestamp: new Date().toISOString(), data: message.data });
  for (let attempt = 0; ; attempt++) {
    const pause = options.pausesMs[attempt];
    try {
      const answer = await post(webhook, body, options);
      if (pause === undefined || !isBusy(answer.status)) return answer;
    } catch (thrown) {
      if (pause === undefined || thrown instanceof RefusedAddress) throw thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
  }
}

function named({ event }: WebhookMessage): { readonly entity: string; readonly action: string } {
  const [entity = "", action = ""] = event.split(".");
  return { entity, action };
}

function isBusy(status: number): boolean {
  return status === 429 || (status >= 500 && status <= 504 && status !== 501);
}

/** `v1,` and the HMAC of `<delivery id>.<seconds>.<body>`, as MLflow's receivers check it. */
export function signature(secret: string, id: string, seconds: string, body: string): string {
  return `v1,${createHmac("sha256", secret).update(`${id}.${seconds}.${body}`).digest("base64")}`;
}

function post({ url, secret }: Webhook, body: string, options: DeliveryOptions): Promise<Delivery> {
  const place = new URL(url);
  demandAllowed(place, options);
  const id = randomUUID();
  const seconds = String(Math.floor(Date.now() / 1_000));
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "X-MLflow-Delivery-Id": id,
    "X-MLflow-Timestamp": seconds,
    ...(secret === null ? {} : { "X-MLflow-Signature": signature(secret, id, seconds, body) }),
  };
  return new Promise((resolve, reject) => {
    const sent = (place.protocol === "https:" ? https : http).request(
      place,
      {
        method: "POST",
        headers,
        signal: AbortSignal.timeout(options.timeoutMs),
        ...(options.anywhere ? {} : { lookup: outerLookup }),
      },
      (answer) => {
        const parts: Buffer[] = [];
        let length = 0;
        answer.on("data", (part: Buffer) => {
          if (length < longestAnswer) parts.push(part);
          length += part.byteLength;
        });
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: Buffer.concat(parts).toString("utf8").slice(0, longestAnswer),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** An address that may not be sent to. Trying again would not help. */
export class RefusedAddress extends Error {}

/** Throws `RefusedAddress` for what can be told from the URL alone; names are looked at when they are resolved. */
export function demandAllowed(place: URL, { anywhere }: DeliveryOptions): void {
  const schemes = anywhere ? ["https:", "http:"] : ["https:"];
  if (!schemes.includes(place.protocol))
    throw new RefusedAddress(
      `Invalid webhook URL scheme: '${place.protocol.replace(":", "")}'. Allowed schemes are: ${schemes.map((scheme) => scheme.replace(":", "")).join(", ")}.`,
    );
  const host = place.hostname.replace(/^\[|\]$/g, "");
  if (!anywhere && (isOwn(host) || /(^|\.)localhost\.?$/i.test(host)))
    throw new RefusedAddress(
      `Webhook URL must not resolve to a non-public IP address: ${host}. Set RUNLINE_WEBHOOKS_ANYWHERE=1 where Runline serves to allow it.`,
    );
}

/** This machine, its own link, and what is no host at all. */
const own = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
] as const)
  own.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 127],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  own.addSubnet(net, bits, "ipv6");

/** Also where an IPv4 address is written inside one of IPv6. */
function isOwn(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0) return false;
  return own.check(address, kind === 4 ? "ipv4" : "ipv6");
}

/** Resolves a name and refuses it when any of its addresses is our own: the one checked is the one that is connected to. */
const outerLookup: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, "", 4);
    const refused = addresses.find(({ address }) => isOwn(address));
    const first = addresses[0];
    if (refused !== undefined || first === undefined)
      return done(
        new RefusedAddress(`Webhook URL must not resolve to a non-public IP address: ${name}.`),
        "",
        4,
      );
    if (options.all === true) done(null, addresses);
    else done(null, first.address, first.family);
  });
};

/** Why a delivery failed, for whoever tries an address. */
export function deliveryProblem(thrown: unknown): string {
  return `Failed to test webhook: ${failureOf(thrown).message}`;
}
