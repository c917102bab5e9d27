import { expect, test } from "vitest";
import { groupMetrics } from "../../../../webview/shared/metricGroups.ts";

const shown = (keys: readonly string[], search = "") =>
  groupMetrics(keys, search).map(
    (group) => `${group.name}: ${group.metrics.map((metric) => metric.label).join(" ")}`,
  );

test("by prefix, metrics without one first, numbers in their order", () => {
  expect(shown(["val/acc", "train/layer10", "train/layer2", "loss", "/odd", "odd/"])).toEqual([
    "metrics: /odd loss odd/",
    "train: layer2 layer10",
    "val: acc",
  ]);
});

test("many groups of one metric are one group with whole names", () => {
  const layers = Array.from({ length: 6 }, (_, index) => `layer${index}/norm`);
  expect(shown([...layers, "train/a", "train/b"])).toEqual(["train: a b", `metrics: ${layers.join(" ")}`]);
});

test("all words of a search count, in any order", () => {
  expect(shown(["train/loss", "val/loss", "val/acc"], "LOSS val")).toEqual(["val: loss"]);
  expect(shown(["a"], "zzz")).toEqual([]);
});

test("the group of the key metric is first and bookkeeping last, whatever their names", () => {
  const keys = ["lr", "epoch", "train/loss", "train/lr", "val/acc", "val/loss"];
  const groups = groupMetrics(keys, "", { key: "val/loss", chosen: [] });
  expect(groups.map((group) => group.metrics.map((metric) => metric.key).join(" "))).toEqual([
    "val/loss val/acc",
    "train/loss train/lr",
    "epoch lr",
  ]);
});

test("an order of a person's own holds within its group", () => {
  const [group] = groupMetrics(["a", "b", "c"], "", { key: null, chosen: ["c", "a", "b"] });
  expect(group?.metrics.map((metric) => metric.key)).toEqual(["c", "a", "b"]);
});
