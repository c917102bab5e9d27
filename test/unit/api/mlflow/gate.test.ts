import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readAddress } from "../../../../src/api/mlflow/address.ts";
import { type Gate, runsGate } from "../../../../src/api/mlflow/gate.ts";
import type { Project } from "../../../../src/api/project.ts";
import { freshProject } from "./face.ts";

const never = (thrown: unknown) => {
  throw thrown;
};

/** A gate of a project that has the directories of these runs. */
async function gateWith(runs: readonly string[], given?: Project): Promise<{ gate: Gate; project: Project }> {
  const project = given ?? (await freshProject());
  for (const run of runs) await mkdir(path.join(project.layout.runs, run), { recursive: true });
  const gate = runsGate(project, never);
  onTestFinished(() => gate.close());
  return { gate, project };
}

const fileOf = (project: Project, run: string) => path.join(project.layout.runs, run, "mlflow.json");

async function invitationOf(
  project: Project,
  run: string,
): Promise<{ readonly url: string; readonly token: string } | null> {
  const text = await readFile(fileOf(project, run), "utf8").catch(() => "null");
  return JSON.parse(text) as { url: string; token: string } | null;
}

/** Registers a model behind the gate. */
async function register(
  { url, token }: { readonly url: string; readonly token: string },
  name: string,
): Promise<number> {
  const answer = await fetch(`${url}/api/2.0/mlflow/registered-models/create`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ name }),
  });
  return answer.status;
}

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(32)) as [string, string, string];

test("a run that is invited is answered, with its token alone, until the gate is closed", async () => {
  const { gate, project } = await gateWith([a, b]);
  await gate.invite(a);
  const invited = await invitationOf(project, a);
  if (invited === null) throw new Error("not invited");
  expect(invited.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await stat(fileOf(project, a))).mode & 0o777).toBe(0o600);
  // Those who come while it is still being loaded are answered all of them.
  const names = Array.from({ length: 20 }, (_, at) => `model-${at}`);
  expect(new Set(await Promise.all(names.map((name) => register(invited, name))))).toEqual(new Set([200]));
  expect(await register({ ...invited, token: "wrong" }, "other")).toBe(401);
  const models = await (await project.store.needed()).registry.models();
  expect(models.map(({ name }) => name).sort()).toEqual(names.sort());
  await gate.invite(b);
  expect((await invitationOf(project, b))?.url).toBe(invited.url);
  // It is nobody else's: terminals and other windows don't find it.
  expect(await readAddress(project.layout.directory)).toBeNull();
  await gate.close();
  expect([await invitationOf(project, a), await invitationOf(project, b)]).toEqual([null, null]);
  await expect(register(invited, "late")).rejects.toThrow();
});

test("a gate at which nobody has knocked closes, also in front of one who says nothing", async () => {
  const { gate, project } = await gateWith([a]);
  await gate.close();
  const { gate: other } = await gateWith([a], project);
  await other.invite(a);
  const { port } = new URL((await invitationOf(project, a))?.url ?? "");
  const silent = connect(Number(port), "127.0.0.1");
  const gone = new Promise((resolve) => silent.once("close", resolve));
  await new Promise((resolve) => silent.once("connect", resolve));
  await other.close();
  await gone;
  // One that is closed invites nobody.
  await other.invite(a);
  expect(await invitationOf(project, a)).toBeNull();
});

test("a window that is loaded anew invites the runs that go on here, but not those that another process answers", async () => {
  const { gate, project } = await gateWith([a, b, c]);
  const store = await project.store.needed();
  const rows = [
    { id: a, host: project.compute.host, argv: ["python3", "a.py"] },
    { id: b, host: "elsewhere", argv: ["python3", "b.py"] },
    { id: c, host: project.compute.host, argv: ["python3", "c.py"] },
  ];
  for (const row of rows) {
    const directory = path.join(project.layout.runs, row.id);
    await store.runs.create({
      ...{ ...row, name: row.id.slice(0, 4), experiment: "e", cwd: "/", script: null, code: null },
      ...{ created: 1, directory },
    });
    await store.runs.observe(row.id, {
      ...{ state: "running", reason: null, drained: false, attempt: 1, started: 1, ended: null },
      ...{ exitCode: null, signal: null, asOf: 2 },
    });
  }
  const theirs = JSON.stringify({ url: "http://127.0.0.1:1", token: "t", pid: process.ppid });
  await writeFile(fileOf(project, c), theirs);
  // Its window was killed.
  await writeFile(
    fileOf(project, a),
    JSON.stringify({ url: "http://127.0.0.1:1", token: "t", pid: 2 ** 30 }),
  );
  await gate.inviteActive(store);
  expect((await invitationOf(project, a))?.url).not.toBe("http://127.0.0.1:1");
  expect(await invitationOf(project, b)).toBeNull();
  await gate.close();
  expect(await invitationOf(project, a)).toBeNull();
  expect(await readFile(fileOf(project, c), "utf8")).toBe(theirs);
});
