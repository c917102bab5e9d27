import { describe, expect, test } from "vitest";
import { knownDirection, metricDirection } from "../../../src/model/direction.ts";
import { keyMetric } from "../../../src/model/keyMetric.ts";
import { sparkline } from "../../../src/model/sparkline.ts";

describe("direction", () => {
  test.each([
    ["loss", "down"],
    ["val_loss", "down"],
    ["eval/valLoss", "down"],
    ["trainloss", "down"],
    ["Validation RMSE", "down"],
    ["perplexity", "down"],
    ["wer", "down"],
    ["top5_error", "down"],
    ["accuracy_loss", "down"],
    ["neg_log_likelihood", "down"],
    ["false_positive_rate", "down"],
    ["kl", "down"],
    ["acc", "up"],
    ["val_acc", "up"],
    ["valAccuracy", "up"],
    ["macro F1", "up"],
    ["roc_auc", "up"],
    ["mAP@0.5", "up"],
    ["recall5", "up"],
    ["top1", "up"],
    ["r2", "up"],
    ["neg_mean_squared_error", "up"],
    ["neg_loss", "up"],
    ["log_likelihood", "up"],
    ["episode_reward", "up"],
    ["width", null],
    ["", null],
  ])("of %j is %s", (key, expected) => {
    expect(knownDirection(key)).toBe(expected);
  });

  test("is up where the name does not tell", () => {
    expect(metricDirection("width")).toBe("up");
    expect(metricDirection("loss")).toBe("down");
  });
});

describe("the key metric", () => {
  test.each([
    [[], null],
    [["system/cpu_percent"], null],
    [["loss"], "loss"],
    [["learning_rate", "loss", "epoch"], "loss"],
    [["lr"], "lr"],
    [["loss", "acc"], "acc"],
    [["train_acc", "val_loss"], "val_loss"],
    [["val_loss", "val_acc", "train_acc"], "val_acc"],
    [["test_acc", "val_acc"], "val_acc"],
    [["test_acc", "acc"], "test_acc"],
    [["eval/loss", "train/loss"], "eval/loss"],
    [["eval_samples_per_second", "eval_loss"], "eval_loss"],
    [["custom", "loss"], "loss"],
    [["val_custom", "train_loss"], "train_loss"],
    [["b_acc", "a_acc"], "a_acc"],
    [["val_acc_top5", "val_acc"], "val_acc"],
    [["grad_norm", "width"], "width"],
  ])("of %j is %j", (names, expected) => {
    expect(keyMetric(names)).toBe(expected);
    expect(keyMetric([...names].reverse())).toBe(expected);
  });
});

describe("a sparkline", () => {
  test.each([
    [[], ""],
    [[1], "▄"],
    [[2, 2, 2], "▄▄▄"],
    [[0, 1, 2, 3, 4, 5, 6], "▁▂▃▄▅▆▇"],
    [[3, Number.NaN, 0], "▇×▁"],
    [[Number.NaN, Number.POSITIVE_INFINITY], "××"],
    [[-Number.MAX_VALUE, Number.MAX_VALUE], "▁▇"],
  ])("of %j is %j", (values, expected) => {
    expect(sparkline(values)).toBe(expected);
  });

  test("is thinned evenly, first and last kept", () => {
    const values = Array.from({ length: 100 }, (_, at) => at);
    expect(sparkline(values, 7)).toBe("▁▂▃▄▅▆▇");
    expect(sparkline(values)).toHaveLength(24);
    expect(sparkline(values, 1)).toBe("▄");
  });
});
