/** Uploads to the recorder that break off, meet one of the same name, fill the disk, or lose their recorder. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { calling, said, withoutMlflow } from "../../unit/recorder/mlflowClient.ts";
import { Bench, type Recording } from "../../unit/recorder/recording.ts";
import { killRecorder } from "../keepers.ts";

function bench(folder?: string): Bench {
  const made = new Bench(folder);
  onTestFinished(() => made.remove());
  return made;
}

const drafts = (run: Recording) => readdirSync(run.directory).filter((name) => name.startsWith(".upload"));
const kept = (run: Recording, name: string) => readFileSync(join(run.directory, "artifacts", name));

function expectNoted(run: Recording, name: string): void {
  const digest = `sha256:${createHash("sha256").update(kept(run, name)).digest("hex")}`;
  expect(run.of("artifact").findLast(({ path }) => path === name)).toMatchObject({ digest });
}

const client = `
import threading
a = run()
experiment = call("GET", "mlflow/runs/get", run_id=a)[1]["run"]["info"]["experiment_id"]
place = lambda name: "%s/%s/artifacts/%s" % (experiment, a, name)
def half(name, length, data):
    """A connection that has sent a part of a file."""
    channel = socket.create_connection((URL.hostname, URL.port))
    head = "PUT /api/2.0/mlflow-artifacts/artifacts/%s HTTP/1.1\\r\\nHost: %s\\r\\nAuthorization: Bearer %s\\r\\nContent-Length: %d\\r\\n\\r\\n"
    channel.sendall((head % (place(name), URL.netloc, TOKEN, length)).encode() + data)
    return channel
drafts = lambda: [x for x in os.listdir(os.environ["RUNLINE_RUN_DIR"]) if x.startswith(".upload")]
`;

test("cut off it leaves what was there; of two at once the one that stays is the one that is noted", async () => {
  const run = calling(
    bench(),
    `${client}
say(put(place("a"), b"whole")[0])
for name in ("a", "new"):
    channel = half(name, 4 << 20, b"x" * (2 << 20))
    until(drafts)
    say(get(place("a"))[1].decode())
    channel.close()
    until(lambda: not drafts())
say([get(place("a"))[1].decode(), get(place("new"))[0]])
for turn in range(5):
    def work(at):
        channel = half("same", 2 << 20, bytes([65 + at]) * (2 << 20))
        channel.recv(1 << 16)
        channel.close()
    threads = [threading.Thread(target=work, args=(at,)) for at in range(6)]
    for each in threads: each.start()
    for each in threads: each.join()
    say(get(place("same"))[1] in [bytes([65 + at]) * (2 << 20) for at in range(6)])
`,
  );
  await run.start(withoutMlflow).ended();
  expect(said(run)).toEqual([200, "whole", "whole", ["whole", 404], ...Array<boolean>(5).fill(true)]);
  expectNoted(run, "a");
  expectNoted(run, "same");
  expect(run.of("artifact").filter(({ path }) => path === "same")).toHaveLength(30);
  expect(drafts(run)).toEqual([]);
});

test("a disk that gets full in the middle of it: the cause is told, and nothing of it is left", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "runline-recorder-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    if (process.env.CI === "true")
      throw new Error("nothing may be mounted here, so disk faults can't be tested");
    context.skip("mounting a small disk is not allowed here");
  }
  const small = bench(folder);
  // Before the folder is removed: what is said last here is done first.
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  const run = calling(
    small,
    `${client}
say(put(place("a"), b"whole")[0])
say(put(place("a"), b"x" * (12 << 20)))
say(log(a, "z", 1)[0])
say(get(place("a"))[1].decode())
say(put(place("b"), b"x" * (1 << 20))[0])
`,
  );
  await run.start(withoutMlflow).ended();
  const full = [507, expect.stringMatching(/STORAGE_FULL.*could not be kept.*No space left/)];
  expect(said(run)).toEqual([200, full, 200, "whole", 200]);
  expect(drafts(run)).toEqual([]);
  expectNoted(run, "a");
  expectNoted(run, "b");
});

test("its recorder is killed in the middle of it: who sends it again has it whole, and no half is left", async () => {
  const run = calling(
    bench(),
    `${client}
channel = half("model", 8 << 20, b"x" * (4 << 20))
until(drafts)
print("KILL ME", flush=True)
try: channel.recv(1)
except OSError: pass
state.clear()
say(put(place("model"), b"y" * (8 << 20))[0])
say(drafts())
`,
  );
  run.start(withoutMlflow);
  await killRecorder(run);
  await run.until("output.log", (text) => text.split("SAID").length > 2);
  expect(said(run)).toEqual([200, []]);
  expect(existsSync(join(run.directory, "artifacts", "model"))).toBe(true);
  expectNoted(run, "model");
});
