import { expect, test } from "vitest";
import type { Hosts } from "../../../src/compute/compute.ts";
import { RunlineError } from "../../../src/model/failure.ts";
import type { HostEntry, Link } from "../../../src/model/host.ts";
import { lookOf, partMark } from "../../../src/model/hostLook.ts";
import type { MachineLook } from "../../../src/model/hostMachine.ts";
import { machineWatch } from "../../../src/ops/machines.ts";

const text = (busy: number) =>
  `${partMark}fields\nindex,uuid,name,utilization.gpu\n${partMark}gpus\n0, GPU-1, L4, ${busy}\n${partMark}facts\ncores 8\n`;

/** Machines that answer when the test says so. */
function bench(links: Readonly<Record<string, Link["state"]>>) {
  const asked: (string | null)[] = [];
  const answers: ((look: MachineLook | null | Error) => void)[] = [];
  let changes = 0;
  const entry = ([name, state]: [string, Link["state"]]): HostEntry => ({
    ...{ name, from: "config", check: null },
    link: { state, since: 0 } as Link,
  });
  const hosts = {
    list: async () => Object.entries(links).map(entry),
    look: (host: string | null) => {
      asked.push(host);
      return new Promise<MachineLook | null>((resolve, reject) => {
        answers.push((look) => (look instanceof Error ? reject(look) : resolve(look)));
      });
    },
  } satisfies Pick<Hosts, "list" | "look">;
  const watch = machineWatch({
    // Only these two are called; the rest of a reach would need machines.
    hosts: hosts as Partial<Hosts> as Hosts,
    store: async () => null,
    changed: () => {
      changes += 1;
    },
    clock: () => 1_000,
  });
  return { watch, asked, answers, changes: () => changes };
}

const seen = (busy: number): MachineLook => ({ ...lookOf(text(busy)).look, time: 1_000, tookMs: 5 });

test("what is known is answered at once; only what is connected is looked at, once at a time", async () => {
  const { watch, asked, answers, changes } = bench({ box: "connected", far: "waiting", idle: "idle" });
  const first = await watch.list();
  expect(first.map(({ host, look }) => [host, look])).toEqual([
    [null, null],
    ["box", null],
    ["far", null],
    ["idle", null],
  ]);
  expect(asked).toEqual([null, "box"]);
  await watch.list();
  expect(asked).toEqual([null, "box"]);
  answers[1]?.(seen(42));
  await expect.poll(changes).toBe(1);
  const [, box] = await watch.list();
  expect(box?.look?.gpus[0]?.busy).toBe(42);
  expect(box?.history["GPU-1"]).toEqual({ busy: [42], idleMs: 0 });
  // Nobody has to wait, and nothing is asked again before its time.
  expect(asked).toEqual([null, "box"]);
});

test("a look that fails keeps what was seen, and says why", async () => {
  const { watch, answers, changes } = bench({});
  await watch.list();
  answers[0]?.(new RunlineError("toolsLate", { host: "here", seconds: 25 }));
  await expect.poll(changes).toBe(1);
  const [here] = await watch.list();
  expect(here?.trouble?.code).toBe("toolsLate");
  expect(here?.look).toBeNull();
});

test("one machine is answered after its look, and a host that is not known is none", async () => {
  const { watch, answers } = bench({ box: "connected" });
  const asking = watch.look("box");
  answers[0]?.(seen(7));
  expect((await asking)?.look?.gpus[0]?.busy).toBe(7);
  const nobody = watch.look("nobody");
  answers[1]?.(null);
  expect(await nobody).toBeNull();
});
