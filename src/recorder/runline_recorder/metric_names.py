"""Which names are metrics at sight, which only in the company of a step, and which never."""

import re

STRONG = frozenset(
    """loss acc accuracy auc auroc auprc f1 mse rmse mae mape mlogloss logloss merror r2 perplexity ppl
    bleu rouge rouge1 rouge2 rougel dice iou miou psnr ssim fid wer cer kl elbo nll bce ce xent bpb bpc mfu
    ndcg mrr map50 acc1 acc5 likelihood""".split()
)

# Metrics in a training log, but ordinary words too: they need a step, or a number that is not whole.
AMBIGUOUS = frozenset(
    """error err score reward rewards return returns precision recall map ap top1 top5 entropy advantage
    norm grad gradnorm test valid learn best auc2""".split()
)

# Interesting beside a metric or a step, never alone: configurations print them too.
WEAK = frozenset(
    "lr learning rate fps throughput time grad_norm norm mfu momentum temperature epsilon".split()
)

NEVER = frozenset(
    """eta elapsed remaining time_left timestamp ts date datetime pid tid ppid rank local_rank world_size
    port line lineno level levelno process thread created msecs relativecreated v_num version seed host
    progress downloading asctime _timestamp _runtime took total schema_version""".split()
)

# Names of steps, finest first. `epoch` gives the step only when nothing finer is on the line.
STEP_NAMES = (
    "global_step",
    "trainer/global_step",
    "step",
    "_step",
    "train_step",
    "steps",
    "iteration",
    "iter",
    "iterations",
)
EPOCH_NAMES = ("epoch", "epochs", "train/epoch")

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=\d+$)")
_WORDS = re.compile(r"[^A-Za-z0-9]+")
_CODE = re.compile(r"\.(?:py|pyc|c|cc|cpp|h|cu|rs|go|js|ts|log|txt|csv|tsv|json|ya?ml|md|sh|toml|cfg)$")
_strength = {}

STRENGTHS = ("never", "plain", "weak", "ambiguous", "strong")


def strength(key):
    """One of STRENGTHS: how surely a name means a metric."""
    known = _strength.get(key)
    if known is None:
        if len(_strength) > 20000:
            _strength.clear()
        known = _strength[key] = _judge(key)
    return known


def _judge(key):
    lower = key.lower()
    if lower in NEVER or _CODE.search(lower):
        return "never"
    parts = [part.lower() for part in _SPLIT.split(key) if part]
    if any(part in STRONG for part in parts + _WORDS.split(lower)):
        return "strong"
    if lower in AMBIGUOUS or (parts and parts[-1] in AMBIGUOUS):
        return "ambiguous"
    if lower in WEAK or (parts and parts[-1] in WEAK):
        return "weak"
    return "plain"
