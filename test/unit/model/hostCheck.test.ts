import { expect, test } from "vitest";
import { type HostFacts, hostDirectory, isHostName, splitHostDirectory } from "../../../src/model/host.ts";
import { checkOf } from "../../../src/model/hostCheck.ts";

const good: HostFacts = {
  ...{ hostName: "gpu", system: "Linux 6", user: "ana", home: "/home/ana", cores: 64, memoryBytes: 5e11 },
  ...{
    python: { path: "/usr/bin/python3", version: "3.11.2" },
    directory: "/home/ana/.runline",
    freeBytes: 1e12,
  },
  ...{
    freeFiles: 1e6,
    networkDisk: null,
    clockOffsetMs: 20,
    endsAtLogout: false,
    ownScope: false,
    slurm: null,
    apptainer: null,
  },
  gpus: [0, 1].map((index) => ({
    ...{ index, uuid: `GPU-${index}`, name: "A100", busy: 0, memoryUsedBytes: 0, memoryBytes: 8e10 },
  })),
};

test.each<[string, Partial<HostFacts>, boolean, string, RegExp]>([
  ["all well", {}, true, "ready", /2 GPUs: A100\./],
  ["no Python", { python: null }, true, "unusable", /No Python 3\.8 or newer/],
  ["nothing can be written", {}, false, "unusable", /can't be written/],
  ["little room", { freeBytes: 1e9 }, true, "warnings", /Only 954 MB are free/],
  ["few files", { freeFiles: 10 }, true, "warnings", /Only 10 more files/],
  ["what is started ends at logout", { endsAtLogout: true }, true, "warnings", /loginctl enable-linger ana/],
  [
    "a scope without linger",
    { endsAtLogout: true, ownScope: true },
    true,
    "warnings",
    /soon after your last/,
  ],
  [
    "a scope that lives on",
    { ownScope: true },
    true,
    "ready",
    /Runs get a scope of your own systemd and live/,
  ],
  ["nobody knows about the logout", { endsAtLogout: null }, true, "ready", /could not be found out/],
  ["a clock that is ahead", { clockOffsetMs: 120_000 }, true, "warnings", /120 s ahead of this machine's/],
  ["a clock that is behind", { clockOffsetMs: -120_000 }, true, "warnings", /120 s behind this machine's/],
  ["Slurm", { slurm: "slurm 22.05.8" }, true, "ready", /It has Slurm \(slurm 22\.05\.8\)/],
  ["a network disk", { networkDisk: "nfs4" }, true, "ready", /network disk \(nfs4\)/],
  ["no GPU", { gpus: [] }, true, "ready", /No GPU was found/],
])("%s", (_what, change, writable, verdict, text) => {
  const check = checkOf({ ...good, ...change }, writable, 1);
  expect(check.verdict).toBe(verdict);
  expect(check.reasons.map((reason) => reason.text).join("\n")).toMatch(text);
});

test("names of hosts and their directories", () => {
  for (const name of ["gpu-box", "ana@10.0.0.5", "a", "größe.example"]) expect(isHostName(name)).toBe(true);
  for (const name of ["-x", "", "a b", "a:b", "a/b", ".", "a'b", "a\u202eb", "[::1]"])
    expect(isHostName(name)).toBe(false);
  const directory = hostDirectory("ana@gpu", "/home/ana/runs/x:y");
  expect(splitHostDirectory(directory)).toEqual({ host: "ana@gpu", path: "/home/ana/runs/x:y" });
  for (const here of ["/home/a:/b", "C:\\x", "relative", ":/x", "gpu:relative"])
    expect(splitHostDirectory(here)).toBe(null);
});
