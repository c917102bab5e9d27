/** The recorder's MLflow address as strangers and broken clients find it; files and models that go over it. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { calling, record, said, withoutMlflow } from "./mlflowClient.ts";
import { Bench } from "./recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const recorded = (text: string, environment: NodeJS.ProcessEnv = {}) => record(bench, text, environment);
describe("the wire", () => {
  test("strangers are turned away, and requests that can't be read don't end the service", async () => {
    const run = await recorded(`
def raw(data):
    with socket.create_connection((URL.hostname, URL.port), 20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while True:
            piece = connection.recv(65536)
            if not piece: return answer.split(b"\\r\\n")[0].decode()
            answer += piece
host = "%s:%d" % (URL.hostname, URL.port)
get = "/api/2.0/mlflow/experiments/get?experiment_id=0"
say(send("GET", get, headers={"Authorization": None})[0])
say(send("GET", get, headers={"Authorization": "Bearer " + "0" * 48})[0])
say(send("GET", get, headers={"Host": "evil.example"})[0])
say(send("GET", "/health", headers={"Authorization": None})[1].decode())
say(send("GET", "/version")[1].decode().split(".")[0])
say(send("POST", "/api/2.0/mlflow/runs/create", b"{}", {"Content-Type": None})[0])
say(send("POST", "/api/2.0/mlflow/runs/create", b"{}", {"Content-Type": "text/plain"})[0])
for body in (b"{", b"[]", b"5", b"[" * 100000, b"\\xff"): say(send("POST", "/api/2.0/mlflow/runs/create", body)[0])
head = "POST /api/2.0/mlflow/runs/create HTTP/1.1\\r\\nHost: %s\\r\\nAuthorization: Bearer %s\\r\\nContent-Type: application/json\\r\\n" % (host, TOKEN)
say(raw(b"hello\\r\\n\\r\\n"))
say(raw(b"GET / HTTP/1.1\\r\\nbad header\\r\\n\\r\\n"))
say(raw((head + "Content-Length: 99999999999\\r\\n\\r\\n").encode()))
say(raw((head + "Content-Length: x\\r\\n\\r\\n").encode()))
say(raw((head + "Content-Length: 2\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n{}").encode()))
say(raw((head + "Transfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n").encode()))
say(raw(b"GET / HTTP/1.1\\r\\n" + b"a: b\\r\\n" * 20000))
say(raw(b""))
say(raw((head + "Transfer-Encoding: chunked\\r\\nConnection: close\\r\\n\\r\\n1\\r\\n{\\r\\n1;x=y\\r\\n}\\r\\n0\\r\\nTrailer: 1\\r\\n\\r\\n").encode()))
double = json.dumps(json.dumps({"experiment_id": "0"})).encode()
say(send("POST", "/ajax-api/2.0/mlflow/runs/create", double)[0])
with socket.create_connection((URL.hostname, URL.port), 20) as connection:
    one = "GET %s HTTP/1.1\\r\\nHost: %s\\r\\nAuthorization: Bearer %s\\r\\n\\r\\n" % (get, host, TOKEN)
    connection.sendall(one.encode() * 5)
    seen = b""
    while seen.count(b"HTTP/1.1 200 OK") < 5: seen += connection.recv(65536)
    say("pipelined")
`);
    expect(said(run)).toEqual([
      ...[401, 401, 403, "OK", "3", 400, 400],
      ...[400, 400, 400, 400, 400],
      ...["HTTP/1.1 400 Bad Request", "HTTP/1.1 400 Bad Request", "HTTP/1.1 413 Payload Too Large"],
      ...["HTTP/1.1 400 Bad Request", "HTTP/1.1 400 Bad Request", "HTTP/1.1 400 Bad Request"],
      "HTTP/1.1 431 Request Header Fields Too Large",
      "",
      "HTTP/1.1 200 OK",
      200,
      "pipelined",
    ]);
    expect(run.of("notice")).toEqual([]);
  });

  test("credentials of the person, which a client prefers, are as good as the token", async () => {
    const run = await recorded(
      `say([send("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"Authorization": "Basic " + word})[0] for word in ("YW5hOnB3", "YW5hOnB4")])`,
      { MLFLOW_TRACKING_USERNAME: "ana", MLFLOW_TRACKING_PASSWORD: "pw" },
    );
    expect(said(run)).toEqual([[200, 401]]);
  });

  test("connections that nobody uses hold up neither others nor the end", async () => {
    const run = await recorded(`
idle = [socket.create_connection((URL.hostname, URL.port), 20) for _ in range(250)]
half = socket.create_connection((URL.hostname, URL.port), 20)
half.sendall(b"POST /api/2.0/mlflow/runs/create HTTP/1.1\\r\\nContent-Le")
say(log(run(), "a", 1)[0])
for other in idle + [half]: other.detach()
`);
    expect(said(run)).toEqual([200]);
    expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
  });
});

describe("artifacts", () => {
  test("files go into the run directory, with their digest, and come back in parts", async () => {
    const run = await recorded(`
r = run()
say(put("0/%s/artifacts/a%%20b/%%C3%%A9.txt" % r, b"hello world"))
say(put("0/%s/artifacts/empty" % r, b""))
say(put("0/%s/artifacts/a%%20b/%%C3%%A9.txt" % r, b"hello again"))
say(call("GET", "mlflow-artifacts/artifacts", path="0/%s/artifacts" % r))
say(call("GET", "mlflow/artifacts/list", run_id=r, path="a b"))
say(call("GET", "mlflow/artifacts/list", run_id=r, path="none"))
at = "0/%s/artifacts/a%%20b/%%C3%%A9.txt" % r
say([x.decode() if isinstance(x, bytes) else x for x in get(at) + get(at, Range="bytes=6-") + get(at, Range="bytes=0-4") + get(at, Range="bytes=99-")])
say(get("0/%s/artifacts/none" % r)[0])
say(send("DELETE", "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/empty" % r)[0])
say(put("0/%s/artifacts/a%%20b" % r, b"in the way")[0])
`);
    const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
    const file = { path: "a b/é.txt", origin: `mlflow-artifacts:/${run.id}/artifacts/a b/é.txt`, bytes: 11 };
    expect(run.of("artifact")).toMatchObject([
      { ...file, digest: sha("hello world") },
      { path: "empty", bytes: 0, digest: sha("") },
      { ...file, digest: sha("hello again") },
    ]);
    expect(readFileSync(run.path("artifacts/a b/é.txt"), "utf8")).toBe("hello again");
    expect(said(run)).toEqual([
      ...[
        [200, "{}"],
        [200, "{}"],
        [200, "{}"],
      ],
      [
        200,
        {
          files: [
            { path: "a b", is_dir: true },
            { path: "empty", is_dir: false, file_size: 0 },
          ],
        },
      ],
      [
        200,
        {
          root_uri: expect.stringMatching(new RegExp(`^mlflow-artifacts:/\\d+/${run.id}/artifacts$`)),
          files: [{ path: "a b/é.txt", is_dir: false, file_size: 11 }],
        },
      ],
      [200, { root_uri: expect.anything(), files: [] }],
      [200, "hello again", 206, "again", 206, "hello", 416, ""],
      ...[404, 200, 400],
    ]);
    expect(readdirSync(run.path("artifacts"))).toEqual(["a b"]);
    expect(readdirSync(run.directory).filter((name) => name.startsWith(".upload"))).toEqual([]);
  });

  test("no path leads out of the run directory", async () => {
    const outside = join(bench.folder, "outside");
    mkdirSync(outside);
    const run = calling(
      bench,
      `
r = run()
put("0/%s/artifacts/x/y" % r, b"1")
os.symlink(${JSON.stringify(outside)}, os.environ["RUNLINE_RUN_DIR"] + "/artifacts/link")
os.symlink(${JSON.stringify(join(outside, "file"))}, os.environ["RUNLINE_RUN_DIR"] + "/artifacts/direct")
for path in ("../evil", "x/../../evil", "%2e%2e/evil", "..%2Fevil", "x/..%5cevil", "link/evil", "direct", "a%00b", "n" * 256, "..", ".", ""):
    say([put("0/%s/artifacts/%s" % (r, path), b"evil")[0], get("0/%s/artifacts/%s" % (r, path))[0]])
say(put("0/../../../evil", b"evil")[0])
say(send("DELETE", "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts" % r)[0])
say(call("GET", "mlflow/artifacts/list", run_id=r, path="../..")[0])
say(call("GET", "mlflow/artifacts/list", run_id=r)[1]["files"])
`,
    );
    await run.start(withoutMlflow).ended();
    const answers = said(run);
    expect(answers.slice(0, 12)).toEqual([...Array(11).fill([400, 400]), [400, 404]]);
    expect(answers.slice(12)).toEqual([400, 400, 400, [{ path: "x", is_dir: true }]]);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(bench.folder, "evil"))).toBe(false);
    expect(existsSync(run.path("evil"))).toBe(false);
  });

  test("a large file streams through with constant memory, chunked or not", async () => {
    const run = await recorded(`
r = run()
def peak():
    pid = json.load(open(os.environ["RUNLINE_RUN_DIR"] + "/start.json"))["recorder_pid"]
    return int(next(line for line in open("/proc/%d/status" % pid) if line.startswith("VmHWM")).split()[1])
before = peak()
size = 200
piece = bytes(1 << 20)
connection = http.client.HTTPConnection(URL.hostname, URL.port)
headers = {"Authorization": "Bearer " + TOKEN}
connection.request("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/chunked" % r, (piece for _ in range(size)), headers, encode_chunked=True)
say(connection.getresponse().read().decode())
connection.request("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/whole" % r, (piece for _ in range(size)), dict(headers, **{"Content-Length": str(size << 20)}))
say(connection.getresponse().read().decode())
connection.request("GET", "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/whole" % r, headers=headers)
answer = connection.getresponse()
got = 0
while True:
    data = answer.read(1 << 20)
    if not data: break
    got += len(data)
say(got == size << 20)
say(peak() - before < 40000)
`);
    expect(said(run)).toEqual(["{}", "{}", true, true]);
    expect(run.of("artifact").map(({ path, bytes }) => [path, bytes])).toEqual([
      ["chunked", 200 << 20],
      ["whole", 200 << 20],
    ]);
    expect(run.of("artifact")[0]?.digest).toBe(run.of("artifact")[1]?.digest);
  });

  test("an upload that is refused is heard out, so that its client hears why", async () => {
    const run = await recorded(`
r = run()
path = "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/../x" % r
connection = http.client.HTTPConnection(URL.hostname, URL.port)
headers = {"Authorization": "Bearer " + TOKEN}
for _ in range(2):
    connection.request("PUT", path, (bytes(1 << 20) for _ in range(30)), headers, encode_chunked=True)
    say(connection.getresponse().read().decode()[:40])
    connection.request("PUT", path, bytes(30 << 20), headers)
    say(connection.getresponse().read().decode()[:40])
`);
    expect(said(run)).toEqual(Array(4).fill('{"error_code": "INVALID_PARAMETER_VALUE"'));
  });

  test("an upload that breaks off leaves nothing", async () => {
    const run = await recorded(`
r = run()
connection = socket.create_connection((URL.hostname, URL.port), 20)
connection.sendall(("PUT /api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/half HTTP/1.1\\r\\nHost: %s:%d\\r\\nAuthorization: Bearer %s\\r\\nContent-Length: 100\\r\\n\\r\\nhalf" % (r, URL.hostname, URL.port, TOKEN)).encode())
drafts = lambda: [name for name in os.listdir(os.environ["RUNLINE_RUN_DIR"]) if name.startswith(".upload")]
until(drafts)
connection.close()
until(lambda: not drafts())
say(call("GET", "mlflow/artifacts/list", run_id=r)[1]["files"])
`);
    expect(said(run)).toEqual([[]]);
    expect(run.of("artifact")).toEqual([]);
  });
});

describe("inputs and logged models", () => {
  test("data sets and models are records of the run that they are of", async () => {
    const run = await recorded(`
r = run()
say(call("POST", "mlflow/runs/log-inputs", {"run_id": r, "datasets": [{"dataset": {"name": "iris", "digest": "d1", "source_type": "local", "source": "iris.csv", "schema": "{}"}, "tags": [{"key": "mlflow.data.context", "value": "training"}]}], "models": [{"model_id": "m-9"}]}))
call("POST", "mlflow/runs/log-inputs", {"run_id": r, "datasets": [{"dataset": {"name": "big", "digest": "d2", "source_type": "local", "source": "s", "profile": "p" * 2000000}}]})
model = call("POST", "mlflow/logged-models", {"experiment_id": "0", "name": "net", "model_type": "torch", "source_run_id": r, "params": [{"key": "depth", "value": "3"}], "tags": [{"key": "a", "value": "b"}]})[1]["model"]["info"]
m = model["model_id"]
call("POST", "mlflow/runs/outputs", {"run_id": r, "models": [{"model_id": m, "step": 4}]})
say(put(model["artifact_uri"][len("mlflow-artifacts:/"):] + "/MLmodel", b"x: y"))
log(r, "acc", 0.9, 1, model_id=m, dataset_name="iris", dataset_digest="d1")
call("PATCH", "mlflow/logged-models/%s/tags" % m, {"tags": [{"key": "c", "value": "d"}]})
say(call("DELETE", "mlflow/logged-models/%s/tags/a" % m)[0])
call("POST", "mlflow/logged-models/%s/params" % m, {"params": [{"key": "width", "value": "9"}]})
say(call("PATCH", "mlflow/logged-models/" + m, {"status": "LOGGED_MODEL_READY"})[1]["model"])
say(len(call("POST", "mlflow/logged-models/search", {"experiment_ids": ["0"], "filter": "name = 'net' AND source_run_id = '%s'" % r})[1]["models"]))
say(call("GET", "mlflow/artifacts/list", run_id=r)[1]["files"])
say(call("GET", "mlflow-artifacts/artifacts", path=model["artifact_uri"][len("mlflow-artifacts:/"):]))
say([sorted(call("GET", "mlflow/runs/get", run_id=r)[1]["run"][k]) for k in ("inputs", "outputs")])
call("DELETE", "mlflow/logged-models/" + m)
say(call("GET", "mlflow/logged-models/" + m)[0])
`);
    expect(run.of("input")).toMatchObject([
      {
        name: "iris",
        digest: "d1",
        source: "iris.csv",
        schema: "{}",
        profile: null,
        tags: { "mlflow.data.context": "training" },
      },
      { name: "big", digest: "d2", profile: null },
    ]);
    const id = run.of("model")[0]?.id ?? "";
    expect(id).toMatch(/^m-[0-9a-f]{32}$/);
    expect(run.of("model_input")).toMatchObject([{ model: "m-9" }]);
    expect(run.of("model_output")).toMatchObject([{ model: id, step: 4 }]);
    expect(run.of("model").map(({ kind, time, id: _, ...rest }) => rest)).toEqual([
      { name: "net", type: "torch", status: "pending" },
      { parameters: { depth: "3" } },
      { tags: { a: "b" } },
      { tags: { c: "d" } },
      { tags: { a: null } },
      { parameters: { width: "9" } },
      { status: "ready" },
      { status: "deleted" },
    ]);
    expect(run.of("artifact")).toMatchObject([{ path: `models/${id}/MLmodel` }]);
    expect(said(run)).toEqual([
      ...[[200, {}], [200, "{}"], 200],
      {
        info: expect.objectContaining({
          model_id: id,
          name: "net",
          status: "LOGGED_MODEL_READY",
          source_run_id: run.id,
          tags: [{ key: "c", value: "d" }],
        }),
        data: {
          params: [
            { key: "depth", value: "3" },
            { key: "width", value: "9" },
          ],
          metrics: [
            expect.objectContaining({
              key: "acc",
              value: 0.9,
              model_id: id,
              run_id: run.id,
              dataset_name: "iris",
            }),
          ],
        },
      },
      ...[1, [], [200, { files: [{ path: "MLmodel", is_dir: false, file_size: 4 }] }]],
      [["dataset_inputs", "model_inputs"], ["model_outputs"]],
      404,
    ]);
  });
});
