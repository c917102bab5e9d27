/** The facts of a host, asked for at once and checked. */

import { RunlineError } from "../../model/failure.ts";
import { Fields, isObject } from "../../model/fields.ts";
import type { HostCheck, HostFacts, HostGpu } from "../../model/host.ts";
import { checkOf } from "../../model/hostCheck.ts";
import type { HostCalls } from "./hostCalls.ts";

/** Throws what a call throws; a host without a Python is a verdict and no failure. */
export async function checkHost(host: string, calls: HostCalls): Promise<HostCheck> {
  try {
    const { root, python, version } = await calls.login();
    const began = Date.now();
    const { fields } = await calls.call("check", { root }, { deadlineMs: 60_000 });
    const ended = Date.now();
    const facts = factsOf(fields, { path: python, version }, (began + ended) / 2);
    if (fields.problem !== null) throw new RunlineError("hostFailed", { host, cause: fields.problem });
    return checkOf(facts, fields.flag("writable"), ended);
  } catch (thrown) {
    if (thrown instanceof RunlineError && thrown.failure.code === "hostNoPython")
      return checkOf({ ...nothingKnown, hostName: host }, true, Date.now());
    throw thrown;
  }
}

function factsOf(fields: Fields, python: HostFacts["python"], middle: number): HostFacts {
  const gpus = fields.value("gpus");
  const ends = fields.value("endsAtLogout");
  return {
    hostName: fields.text("hostName", 1_000),
    system: fields.text("system", 1_000),
    user: fields.text("user", 1_000),
    home: fields.text("home", 10_000),
    python,
    cores: fields.integer("cores", 1),
    memoryBytes: fields.integer("memoryBytes", 0),
    directory: fields.text("directory", 10_000),
    freeBytes: fields.integerOrNull("freeBytes", 0),
    freeFiles: fields.integerOrNull("freeFiles", 0),
    networkDisk: fields.textOrNull("networkDisk", 100),
    gpus: Array.isArray(gpus) ? gpus.slice(0, 64).flatMap((gpu) => gpuOf(gpu) ?? []) : [],
    // The request takes a while each way; its middle is the best guess of when the clock was read.
    clockOffsetMs: Math.round(fields.number("time", 0) * 1000 - middle),
    endsAtLogout: typeof ends === "boolean" ? ends : null,
    ownScope: fields.flag("ownScope"),
    slurm: fields.textOrNull("slurm", 1_000),
    apptainer: fields.textOrNull("apptainer", 1_000),
  };
}

function gpuOf(value: unknown): HostGpu | null {
  if (!isObject(value)) return null;
  const fields = new Fields(value);
  const numberOrNull = (name: string) => (fields.value(name) === null ? null : fields.number(name, 0));
  const gpu = {
    index: fields.integer("index", 0),
    uuid: fields.text("uuid", 200),
    name: fields.text("name", 200),
    busy: numberOrNull("busy"),
    memoryUsedBytes: numberOrNull("memoryUsedBytes"),
    memoryBytes: numberOrNull("memoryBytes"),
  };
  return fields.problem === null ? gpu : null;
}

const nothingKnown: HostFacts = {
  ...{
    hostName: "",
    system: "",
    user: "",
    home: "",
    python: null,
    cores: 0,
    memoryBytes: 0,
    directory: "~/.runline",
  },
  ...{ freeBytes: null, freeFiles: null, networkDisk: null, gpus: [], clockOffsetMs: 0, endsAtLogout: null },
  ...{ ownScope: false, slurm: null, apptainer: null },
};
