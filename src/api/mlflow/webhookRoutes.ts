/** Webhooks of MLflow's protocol. */

import { randomUUID } from "node:crypto";
import { exampleMessage, type Webhook, type WebhookEvent, webhookEvents } from "../../model/webhook.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import { page } from "./registrySearch.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { deliver, deliveryProblem, demandAllowed, RefusedAddress, usualDelivery } from "./webhookDelivery.ts";

const root = "mlflow/webhooks";
const named = `${root}/:webhook_id`;

export const webhookRoutes: readonly Route[] = [
  { method: "POST", path: root, major: 2, answer: create },
  { method: "GET", path: root, major: 2, answer: list },
  { method: "GET", path: named, major: 2, answer: get },
  { method: "PATCH", path: named, major: 2, answer: update },
  { method: "DELETE", path: named, major: 2, answer: remove },
  { method: "POST", path: `${named}/test`, major: 2, answer: test },
];

const statuses = { ACTIVE: 1, DISABLED: 2 } as const;

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const time = face.clock();
  const name = fields.requiredText("name");
  const url = fields.requiredText("url");
  const events = eventsOf(fields);
  if (!fields.has("events")) throw missing("events");
  if (events.length === 0)
    throw invalid("Webhook events must be a non-empty list of WebhookEvent objects: [].");
  const secret = fields.text("secret") || null;
  demandName(name);
  demandUrl(url);
  const webhook: Webhook = {
    id: randomUUID(),
    name,
    url,
    description: fields.text("description"),
    secret,
    status: fields.wordOrNull("status", statuses) ?? "ACTIVE",
    events,
    created: time,
    updated: time,
  };
  await face.store.webhooks.put(webhook);
  return { webhook: message(webhook) };
}

async function list(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const most = fields.integerOrNull("max_results") || 100;
  if (most < 1 || most > 1_000) throw invalid("max_results must be between 1 and 1000.");
  const { found, next } = page(await face.store.webhooks.list(), most, fields.text("page_token"));
  return { webhooks: found.length === 0 ? undefined : found.map(message), next_page_token: next };
}

async function get(request: Fields, face: Face): Promise<object> {
  return { webhook: message(await webhookNamed(request, face)) };
}

async function update(request: Fields, face: Face): Promise<object> {
  const before = await webhookNamed(request, face);
  const fields = new Parameters(request);
  const name = fields.text("name") || before.name;
  const url = fields.text("url") || before.url;
  const events = eventsOf(fields);
  demandName(name);
  if (url !== before.url) demandUrl(url);
  const after: Webhook = {
    ...before,
    name,
    url,
    description: fields.textOrNull("description") ?? before.description,
    secret: fields.textOrNull("secret") ?? before.secret,
    status: fields.wordOrNull("status", statuses) ?? before.status,
    events: events.length === 0 ? before.events : events,
    updated: face.clock(),
  };
  await face.store.webhooks.put(after);
  return { webhook: message(after) };
}

async function remove(request: Fields, face: Face): Promise<object> {
  const { id } = await webhookNamed(request, face);
  await face.store.webhooks.delete(id);
  return {};
}

/** Sends one example, without trying again. */
async function test(request: Fields, face: Face): Promise<object> {
  const webhook = await webhookNamed(request, face);
  const fields = new Parameters(request);
  const asked = fields.has("event") ? eventOf(fields.object("event")) : webhook.events[0];
  const example = exampleMessage(asked ?? "registered_model.created");
  const once = { ...usualDelivery, pausesMs: [] };
  const result = await deliver(webhook, example, once).then(
    ({ status, body }) => ({ success: status < 400, response_status: status, response_body: body }),
    (thrown: unknown) => ({ success: false, error_message: deliveryProblem(thrown) }),
  );
  return { result };
}

async function webhookNamed(request: Fields, { store }: Face): Promise<Webhook> {
  const id = new Parameters(request).requiredText("webhook_id");
  const found = (await store.webhooks.list()).find((webhook) => webhook.id === id);
  if (found === undefined)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Webhook with ID ${id} not found.`);
  return found;
}

function demandName(name: string): void {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name)) return;
  throw invalid(
    `Webhook name '${name}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
  );
}

function demandUrl(url: string): void {
  if (url.trim() === "") throw invalid(`Webhook URL cannot be empty or just whitespace: '${url}'`);
  if (!URL.canParse(url)) throw invalid(`Invalid webhook URL '${url}'.`);
  try {
    demandAllowed(new URL(url), usualDelivery);
  } catch (thrown) {
    throw thrown instanceof RefusedAddress ? invalid(thrown.message) : thrown;
  }
}

function eventsOf(fields: Parameters): readonly WebhookEvent[] {
  return [...new Set(fields.list("events", eventOf))];
}

/** `{entity: "MODEL_VERSION", action: "CREATED"}`. */
function eventOf(fields: Parameters): WebhookEvent {
  const name = `${fields.requiredText("entity")}.${fields.requiredText("action")}`.toLowerCase();
  const event = webhookEvents.find((each) => each === name);
  if (event === undefined)
    throw invalid(`Invalid webhook event '${name}'. Valid events are: ${webhookEvents.join(", ")}.`);
  return event;
}

/** Without the secret: nobody reads it back. */
function message({ id, name, url, description, status, events, created, updated }: Webhook): object {
  return {
    webhook_id: id,
    name,
    url,
    events: events.map((event) => {
      const [entity = "", action = ""] = event.toUpperCase().split(".");
      return { entity, action };
    }),
    description: description || undefined,
    status,
    creation_timestamp: created,
    last_updated_timestamp: updated,
  };
}
