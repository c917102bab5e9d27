import { createHash } from "node:crypto";
import { readFile, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { newRun, serve } from "./face.ts";

const proxy = "/api/2.0/mlflow-artifacts/artifacts";

test("files come, go and are listed, with the run they belong to", async () => {
  const client = await serve();
  const id = await newRun(client);
  const place = `${proxy}/0/${id}/artifacts`;
  expect((await client.send("PUT", `${place}/a/b%20c.txt`, "hello")).status).toBe(200);
  await client.send("PUT", `${place}/a/b%20c.txt`, "hello again");
  await client.send("PUT", `${place}/empty`, "");
  const store = await client.project.store.needed();
  const run = await store.runs.get(id);
  const file = path.join(run?.directory ?? "", "artifacts", "a", "b c.txt");
  expect(await readFile(file, "utf8")).toBe("hello again");
  const digest = `sha256:${createHash("sha256").update("hello again").digest("hex")}`;
  expect(await store.lineage.files(id)).toMatchObject([
    { direction: "kept", path: "a/b c.txt", bytes: 11, digest },
    { direction: "kept", path: "empty", bytes: 0 },
  ]);
  const { json } = await client.get("artifacts/list", { run_id: id });
  expect(json).toEqual({
    root_uri: `mlflow-artifacts:/0/${id}/artifacts`,
    files: [
      { path: "a", is_dir: true },
      { path: "empty", is_dir: false, file_size: 0 },
    ],
  });
  expect((await client.get("artifacts/list", { run_id: id, path: "a" })).json.files).toEqual([
    { path: "a/b c.txt", is_dir: false, file_size: 11 },
  ]);
  expect((await client.get(proxy, { path: `0/${id}/artifacts/a` })).json.files).toEqual([
    { path: "b c.txt", is_dir: false, file_size: 11 },
  ]);
  for (const url of [`${place}/a/b%20c.txt`, `/get-artifact?run_id=${id}&path=a/b%20c.txt`]) {
    const sent = await client.send("GET", url);
    expect(await sent.text()).toBe("hello again");
    expect(sent.headers.get("content-disposition")).toMatch(/^attachment/);
  }
  expect(await (await client.send("GET", `${place}/empty`)).text()).toBe("");
  expect((await client.send("DELETE", `${place}/a`)).status).toBe(200);
  expect((await client.send("GET", `${place}/a/b%20c.txt`)).status).toBe(404);
});

test("a page sends what it has drawn", async () => {
  const client = await serve();
  const run_id = await newRun(client);
  const send = async (query: Readonly<Record<string, string>>, body?: string | Uint8Array<ArrayBuffer>) => {
    const place = `/ajax-api/2.0/mlflow/upload-artifact?${new URLSearchParams(query)}`;
    const answer = await client.send("POST", place, body);
    return [answer.status, (await answer.text()).replace(/^.*"message":"(.*)".*$/, "$1")];
  };
  expect(await send({ run_id, path: "a.txt" }, "by its id")).toEqual([200, ""]);
  expect(await send({ run_uuid: run_id, path: "b.txt" }, "by its old name")).toEqual([200, ""]);
  const { files } = (await client.get("artifacts/list", { run_id })).json;
  expect(files?.map(({ path: name }) => name)).toEqual(["a.txt", "b.txt"]);
  const huge = new Uint8Array(10 * 1024 * 1024 + 1);
  expect(await send({ run_id, path: "c" }, huge)).toEqual([
    400,
    "Artifact size is too large. Max size is 10MB.",
  ]);
  expect(await send({ path: "c" }, "x")).toEqual([400, "Request must specify run_id or run_uuid."]);
  expect(await send({ run_id }, "x")).toEqual([400, "Request must specify path."]);
  expect(await send({ run_id, path: "../c" }, "x")).toEqual([400, "Invalid path"]);
  expect(await send({ run_id, path: "c" })).toEqual([400, "Request must specify data."]);
});

test("parts of a file", async () => {
  const client = await serve();
  const place = `${proxy}/0/${await newRun(client)}/artifacts/x`;
  await client.send("PUT", place, "0123456789");
  const part = async (range: string) => {
    const sent = await client.send("GET", place, undefined, { range });
    return [sent.status, sent.headers.get("content-range"), await sent.text()];
  };
  expect(await part("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
  expect(await part("bytes=8-99")).toEqual([206, "bytes 8-9/10", "89"]);
  expect(await part("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await part("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await part("bytes=10-")).toEqual([416, "bytes */10", ""]);
  expect(await part("bytes=0-1,3-4")).toEqual([200, null, "0123456789"]);
});

test("no path leads out of the run", async () => {
  const client = await serve();
  const id = await newRun(client);
  const store = await client.project.store.needed();
  const run = await store.runs.get(id);
  const directory = run?.directory ?? "";
  await client.send("PUT", `${proxy}/0/${id}/artifacts/a`, "x");
  await symlink("/etc", path.join(directory, "artifacts", "link"));
  await writeFile(path.join(directory, "secret"), "s");
  const tries = [
    ...[
      "..%2fsecret",

      "%252e%252e%252fsecret",
      "a/..%2f..%2fsecret",
      "link/hostname",
      "..%5csecret",
    ],
    ...["a%00b", "a%23b"],
  ];
  for (const each of tries) {
    const got = await client.send("GET", `${proxy}/0/${id}/artifacts/${each}`);
    expect([each, got.status, (await got.text()).includes("error_code")]).toEqual([
      each,
      expect.any(Number),
      true,
    ]);
    expect([each, got.status === 400 || got.status === 404]).toEqual([each, true]);
    const put = await client.send("PUT", `${proxy}/0/${id}/artifacts/${each}`, "evil");
    expect([each, put.status < 500 && put.status >= 400]).toEqual([each, true]);
  }
  for (const each of ["../secret", "/etc/hostname", "a/../../secret", "link"])
    expect([each, (await client.get("artifacts/list", { run_id: id, path: each })).status]).toEqual([
      each,
      400,
    ]);
  expect(await readFile(path.join(directory, "secret"), "utf8")).toBe("s");
  const { json } = await client.get("artifacts/list", { run_id: id });
  expect(json.files?.map((file) => file.path)).toEqual(["a"]);
  expect(client.failures).toEqual([]);
});

test("a file in pieces", async () => {
  const client = await serve({ token: "secret" });
  const bearer = { authorization: "Bearer secret", "content-type": "application/json" };
  const post = async (place: string, body: object) =>
    (await client.send("POST", place, JSON.stringify(body), bearer)).json() as Promise<{
      readonly upload_id: string;
      readonly credentials: readonly { readonly url: string; readonly part_number: number }[];
      readonly run?: { readonly info: { readonly run_id: string } };
    }>;
  const made = await post("runs/create", { experiment_id: "0" });
  const folder = `0/${made.run?.info.run_id}/artifacts/deep`;
  const mpu = (verb: string) => `/api/2.0/mlflow-artifacts/mpu/${verb}/${folder}`;
  const { upload_id, credentials } = await post(mpu("create"), { path: "/home/me/big.bin", num_parts: 3 });
  expect(credentials.map(({ part_number }) => part_number)).toEqual([1, 2, 3]);
  const parts = [];
  // In any order, and without a token: the address is one.
  for (const { url, part_number } of [...credentials].reverse()) {
    const sent = await fetch(url, { method: "PUT", body: `part ${part_number};` });
    parts.push({ part_number, etag: sent.headers.get("etag"), url });
  }
  await post(mpu("complete"), { path: "/home/me/big.bin", upload_id, parts });
  const whole = await client.send("GET", `${proxy}/${folder}/big.bin`, undefined, bearer);
  expect(await whole.text()).toBe("part 1;part 2;part 3;");
  const again = await client.send("POST", mpu("abort"), JSON.stringify({ path: "x", upload_id }), bearer);
  expect(again.status).toBe(404);
  const dropped = await post(mpu("create"), { path: "y", num_parts: 1 });
  await post(mpu("abort"), { path: "y", upload_id: dropped.upload_id });
  const late = await fetch(dropped.credentials[0]?.url ?? "", { method: "PUT", body: "x" });
  expect(late.status).toBe(404);
});

test("files of a logged model lie with its run and are not among the run's own", async () => {
  const client = await serve();
  const id = await newRun(client);
  const made = async (fields: object) =>
    (await client.post("logged-models", { experiment_id: "0", name: "m", ...fields })).json.model?.info
      .model_id ?? "";
  for (const [model, folder] of [
    [await made({ source_run_id: id }), `runs/${id}/artifacts/models`],
    [await made({}), "models"],
  ] as const) {
    await client.send("PUT", `${proxy}/0/models/${model}/artifacts/sub/MLmodel`, "flavors: {}");
    const listed = await client.get(`logged-models/${model}/artifacts/directories`, {
      artifact_directory_path: "sub",
    });
    expect(listed.json.files).toEqual([{ path: "sub/MLmodel", is_dir: false, file_size: 11 }]);
    const within = folder === "models" ? `${model}/artifacts` : model;
    const file = path.join(client.project.layout.directory, folder, within, "sub", "MLmodel");
    expect(await readFile(file, "utf8")).toBe("flavors: {}");
  }
  expect((await client.get("artifacts/list", { run_id: id })).json).not.toHaveProperty("files");
});

test("a script's own models folder is listed, logged models beside it are not", async () => {
  const client = await serve();
  const id = await newRun(client);
  const made = await client.post("logged-models", { experiment_id: "0", name: "m", source_run_id: id });
  const model = made.json.model?.info?.model_id;
  await client.send("PUT", `${proxy}/0/models/${model}/artifacts/MLmodel`, "flavors: {}");
  const listed = async (below?: string) => {
    const fields = { run_id: id, ...(below === undefined ? {} : { path: below }) };
    const files: readonly { readonly path: string }[] =
      (await client.get("artifacts/list", fields)).json.files ?? [];
    return files.map((file) => file.path);
  };
  expect(await listed()).toEqual([]);
  await client.send("PUT", `${proxy}/0/${id}/artifacts/models/best.pt`, "weights");
  expect(await listed()).toEqual(["models"]);
  expect(await listed("models")).toEqual(["models/best.pt"]);
});
