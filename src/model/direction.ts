/** Which way a metric gets better, read from its name. */

export type MetricDirection = "up" | "down";

const down = [
  "loss cost error err errors nll perplexity ppl entropy bce ce mse rmse mae mape smape rmsle logloss hinge brier ece",
  "wer cer ter fid kid kl divergence regret distance latency time seconds ms duration fpr fnr eer misclassification",
  "residual penalty bpc bpb deviance huber violations hallucination toxicity",
]
  .join(" ")
  .split(" ");

const up = [
  "accuracy acc f1 fbeta auc auroc auprc roc precision recall sensitivity specificity bleu rouge meteor cider chrf r2",
  "map ap ndcg mrr iou miou dice jaccard kappa mcc psnr ssim reward return score success win winrate likelihood elbo",
  "correlation corr pearson spearman tpr tnr hit hits throughput coverage fitness balanced top1 top3 top5 top10 em",
]
  .join(" ")
  .split(" ");

const downWords = new Set(down);
const upWords = new Set(up);

/** Words that are also endings of one written together: `valloss`, `trainacc`. */
const endings: readonly (readonly [string, MetricDirection])[] = [
  ["loss", "down"],
  ["error", "down"],
  ["perplexity", "down"],
  ["accuracy", "up"],
  ["acc", "up"],
  ["f1", "up"],
  ["auc", "up"],
];

/** The lower-case words of a metric name: `eval/topK_F1@5` → eval, top, k, f1, 5. */
export function metricWords(key: string): readonly string[] {
  return key
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");
}

/**
 * The direction that the name tells, or null when it tells none. What is bad wins over what is good (`top5_error`), and a leading
 * `neg` or `negative` turns a loss around, as scikit-learn's `neg_mean_squared_error` has it; `neg_log_likelihood` is a loss.
 */
export function knownDirection(key: string): MetricDirection | null {
  const words = metricWords(key);
  const own = directionOf(words);
  const negative = words.some((word) => word === "neg" || word === "negative");
  if (negative && own !== null && !words.includes("false")) return own === "up" ? "down" : "up";
  return own;
}

/** The direction of a metric; up when its name does not tell. */
export function metricDirection(key: string): MetricDirection {
  return knownDirection(key) ?? "up";
}

function directionOf(words: readonly string[]): MetricDirection | null {
  const joined = ` ${words.join(" ")} `;
  if (joined.includes(" false positive ") || joined.includes(" false negative ")) return "down";
  if (words.some((word) => downWords.has(word))) return "down";
  if (words.some((word) => upWords.has(word) || /^(?:top|recall|precision|hits|rouge|bleu)\d+$/.test(word)))
    return "up";
  const last = words.at(-1) ?? "";
  return endings.find(([ending]) => last.endsWith(ending))?.[1] ?? null;
}
