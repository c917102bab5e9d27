/** A cluster, and a workspace that submits to it, for the tests of one file. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { type Cluster, type ClusterWish, openCluster } from "../../../peers/slurm/cluster.ts";
import { emptyQueue, openSlurmStack, type SlurmStack } from "./slurmStack.ts";

export interface SlurmBench {
  cluster: Cluster;
  stack: SlurmStack;
  /** A temporary folder, and one in it whose programs come first. */
  root: string;
  bin: string;
  /** Where runs are, on the cluster. */
  directory: string;
}

/** Opened before the first test of the file and closed after the last: its members are not there before. No job outlives its test. */
export function slurmBench(wish: ClusterWish = {}): SlurmBench {
  // Slurm takes its time, and more of it on a busy machine.
  vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
  const bench = {} as SlurmBench;
  beforeAll(async () => {
    bench.cluster = await openCluster(wish);
    bench.root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
    bench.bin = path.join(bench.root, "bin");
    await mkdir(bench.bin);
    process.env.SLURM_CONF = bench.cluster.env.SLURM_CONF;
    process.env.PATH = `${bench.bin}:${process.env.PATH}`;
    bench.directory = path.join(bench.root, "own");
    bench.stack = await openSlurmStack(bench);
  }, 300_000);
  afterEach(() => emptyQueue(bench.cluster));
  afterAll(async () => {
    await bench.stack?.close();
    await bench.cluster?.close();
    if (bench.root !== undefined) await rm(bench.root, { recursive: true, force: true, maxRetries: 3 });
  });
  return bench;
}
