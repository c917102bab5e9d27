import { createHmac } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  type DeliveryOptions,
  deliver,
  demandAllowed,
  RefusedAddress,
  tellWebhooks,
} from "../../../../src/api/mlflow/webhookDelivery.ts";
import { exampleMessage, type Webhook, webhookEvents } from "../../../../src/model/webhook.ts";
import { createModel, editRegistry } from "../../../../src/ops/editRegistry.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";
import { ana, clock } from "../../ops-registry/registered.ts";
import { freshFolder, freshStore } from "../../store/freshStore.ts";
import { serve } from "./face.ts";

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A receiver that answers each call with the next of the given statuses, and with the last of them from then on. */
async function receiver(...statuses: readonly number[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statuses[received.length - 1] ?? statuses.at(-1) ?? 200).end("thanks");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const options: DeliveryOptions = { timeoutMs: 5_000, pausesMs: [1, 1], turnMs: 30_000, anywhere: true };
const webhook = (url: string, more: Partial<Webhook> = {}): Webhook => ({
  ...{ id: "1", name: "ci", url, description: "", secret: "s3cret", status: "ACTIVE", events: webhookEvents },
  ...{ created: 1, updated: 1, ...more },
});

test("a message is signed so that its receiver can check it", async () => {
  const { received, url } = await receiver();
  await deliver(webhook(url), exampleMessage("model_version.created"), options);
  const [{ headers, body } = { headers: {}, body: "" }] = received;
  const id = headers["x-mlflow-delivery-id"];
  const seconds = headers["x-mlflow-timestamp"];
  const mac = createHmac("sha256", "s3cret").update(`${id}.${seconds}.${body}`).digest("base64");
  expect(headers["x-mlflow-signature"]).toBe(`v1,${mac}`);
  expect(JSON.parse(body)).toMatchObject({
    entity: "model_version",
    action: "created",
    data: { version: "1" },
  });
});

test("a receiver that is busy is tried again, a few times", async () => {
  const busy = await receiver(503, 429, 200);
  expect((await deliver(webhook(busy.url), exampleMessage("prompt.created"), options)).status).toBe(200);
  expect(busy.received).toHaveLength(3);
  const down = await receiver(500);
  expect((await deliver(webhook(down.url), exampleMessage("prompt.created"), options)).status).toBe(500);
  expect(down.received).toHaveLength(3);
  const wrong = await receiver(404);
  expect((await deliver(webhook(wrong.url), exampleMessage("prompt.created"), options)).status).toBe(404);
  expect(wrong.received).toHaveLength(1);
});

test("every change is told once, from the webhook's first day on, whoever made it", async () => {
  const store = await freshStore();
  const parts = { registry: store.registry, clock, actor: ana };
  const { received, url } = await receiver();
  await createModel({ model: "before", description: "", tags: {} }, parts);
  await store.webhooks.put(webhook(url));
  await store.webhooks.put(webhook(url, { id: "2", status: "DISABLED" }));
  await createModel({ model: "iris", description: "d", tags: { a: "b" } }, parts);
  await createModel(
    { model: "greet", description: "", tags: { "mlflow.prompt.is_prompt": "true", x: "y" } },
    parts,
  );
  await editRegistry({ type: "model.tagged", model: "iris", tag: "k", value: "v" }, parts);
  await editRegistry({ type: "model.tagged", model: "greet", tag: "k", value: "v" }, parts);
  const failures: unknown[] = [];
  await Promise.all([1, 2, 3].map(() => tellWebhooks(store, (thrown) => failures.push(thrown), options)));
  expect(failures).toEqual([]);
  expect(received.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    {
      entity: "registered_model",
      action: "created",
      data: { name: "iris", tags: { a: "b" }, description: "d" },
    },
    { entity: "prompt", action: "created", data: { name: "greet", tags: { x: "y" } } },
    { entity: "prompt_tag", action: "set", data: { name: "greet", key: "k", value: "v" } },
  ]);
});

test("what somebody who is gone had not told is told by another one", async () => {
  const store = await freshStore();
  const parts = { registry: store.registry, clock, actor: ana };
  const { received, url } = await receiver();
  await store.webhooks.put(webhook(url));
  await createModel({ model: "iris", description: "", tags: {} }, parts);
  const now = Date.now();
  // It was killed with the message in its hands.
  expect((await store.webhooks.claim("1", now, now + 3_000)).entries).toHaveLength(1);
  await tellWebhooks(store, undefined, { ...options, turnMs: 3_000 });
  expect(received).toHaveLength(0);
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
  expect(await store.webhooks.claim("1", Date.now(), Date.now() + 500)).toEqual({
    entries: [],
    freeAt: null,
  });
});

test("two servers on one store tell each change once, and in order", async () => {
  const folder = await freshFolder();
  const stores = await Promise.all([1, 2].map(() => openSqliteStore(join(folder, "runline.db"))));
  const { received, url } = await receiver();
  const [one] = stores;
  await one?.webhooks.put(webhook(url));
  const made = Array.from({ length: 20 }, (_, at) => `model-${at}`);
  for (const [at, model] of made.entries()) {
    const store = stores[at % 2];
    if (store === undefined) continue;
    await createModel({ model, description: "", tags: {} }, { registry: store.registry, clock, actor: ana });
    for (const each of stores) void tellWebhooks(each, undefined, options);
  }
  const told = () => received.map(({ body }) => (JSON.parse(body) as { data: { name: string } }).data.name);
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(made.length);
  expect(told()).toEqual(made);
  for (const store of stores) await store.close();
});

test("a secret is sealed in the store's file, with a key of its own beside it", async () => {
  const folder = await freshFolder();
  const file = join(folder, "runline.db");
  const store = await openSqliteStore(file);
  await store.webhooks.put(webhook("https://example.org/"));
  await store.close();
  expect((await readFile(file)).includes("s3cret")).toBe(false);
  expect((await stat(`${file}.key`)).mode & 0o777).toBe(0o600);
  const again = await openSqliteStore(file);
  expect(await again.webhooks.list()).toMatchObject([{ secret: "s3cret", status: "ACTIVE" }]);
  await again.close();
  // A copy without the key gives nothing away, and sends nothing without a signature.
  await rm(`${file}.key`);
  const copy = await openSqliteStore(file);
  expect(await copy.webhooks.list()).toMatchObject([{ secret: null, status: "DISABLED" }]);
  await copy.webhooks.put(webhook("https://example.org/", { id: "2", secret: "other" }));
  expect(await copy.webhooks.list()).toContainEqual(expect.objectContaining({ id: "2", secret: "other" }));
  await copy.close();
});

test.each([
  "http://example.org/",
  "ftp://example.org/",
  "https://127.0.0.1/",
  "https://127.1/",
  "https://2130706433/",
  "https://0.0.0.0/",
  "https://localhost/",
  "https://a.localhost/",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/",
  "https://[::]/",
  "https://[fe80::1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:a9fe:a9fe]/",
])("%s may not be sent to", (url) => {
  expect(() => demandAllowed(new URL(url), { ...options, anywhere: false })).toThrow(RefusedAddress);
});

test("a name that resolves to this machine is refused when it is connected to", async () => {
  const name = webhook("https://localhost.localdomain.invalid/");
  await expect(
    deliver(name, exampleMessage("prompt.created"), { ...options, anywhere: false }),
  ).rejects.toThrow();
});

test("nobody reads a secret back", async () => {
  const client = await serve();
  const events = [{ entity: "MODEL_VERSION", action: "CREATED" }];
  const made = await client.post("webhooks", {
    name: "ci",
    url: "https://1.1.1.1/x",
    events,
    secret: "s3cret",
  });
  const id = (made.json as { webhook?: { webhook_id?: string } }).webhook?.webhook_id ?? "";
  const patched = await client.send("PATCH", `webhooks/${id}`, JSON.stringify({ description: "new" }), {
    "content-type": "application/json",
  });
  const listed = await client.get("webhooks");
  const got = await client.get(`webhooks/${id}`);
  expect(JSON.stringify([made.json, await patched.json(), listed.json, got.json])).not.toContain("s3cret");
  expect(await (await client.project.store.needed()).webhooks.list()).toMatchObject([
    { secret: "s3cret", description: "new" },
  ]);
});
