import { expect, test } from "vitest";
import {
  isSecretName,
  redactArguments,
  redacted,
  redactLogged,
  redactText,
} from "../../../src/model/redact.ts";
import shared from "../../fixtures/secretNames.json" with { type: "json" };

const x = redacted;

test.each<[given: string, shown: string]>([
  ["train.py --lr 0.01 --seed 7", "train.py --lr 0.01 --seed 7"],
  ["--api-key abc --lr 1", `--api-key ${x} --lr 1`],
  ["--api_key=abc", `--api_key=${x}`],
  ["--apiKey=abc", `--apiKey=${x}`],
  ["--password hunter2", `--password ${x}`],
  ["--db.password=hunter2", `--db.password=${x}`],
  ["WANDB_API_KEY=abc python train.py", `WANDB_API_KEY=${x} python train.py`],
  ["hub.token=abc", `hub.token=${x}`],
  ["--hf-token hf_abcdefghijklmnopqrst", `--hf-token ${x}`],
  ["push hf_abcdefghijklmnopqrst now", `push ${x} now`],
  ["--max-tokens 512 --num_tokens=9", "--max-tokens 512 --num_tokens=9"],
  ["--tokens-per-batch 4096", "--tokens-per-batch 4096"],
  ["--tokenizer bert --author ana", "--tokenizer bert --author ana"],
  ["--pass 3", `--pass ${x}`],
  ["--bypass 3 --passes 2", "--bypass 3 --passes 2"],
  ["--token --verbose", "--token --verbose"],
  ["https://ana:pw@host/x.git", `https://${x}@host/x.git`],
  ["https://ghp_0123456789abcdefghij@github.com/a/b", `https://${x}@github.com/a/b`],
  ["git@github.com:a/b.git", "git@github.com:a/b.git"],
  ["postgres://u:p@db:5432/runs", `postgres://${x}@db:5432/runs`],
  ["s3://bucket/data?X-Amz-Signature=abc&x=1", `s3://bucket/data?X-Amz-Signature=${x}&x=1`],
  ["https://host/data?token=abc#top", `https://host/data?token=${x}#top`],
  ["--data=/home/ana/secrets/train.csv", "--data=/home/ana/secrets/train.csv"],
  ["AKIAIOSFODNN7EXAMPLE", x],
])("%s", (given, shown) => {
  expect(redactArguments(given.split(" ")).join(" ")).toBe(shown);
});

test("text with several secrets loses all of them and nothing else", () => {
  const text = "clone https://a:b@h/x and https://c:d@h/y, done";
  expect(redactText(text)).toBe(`clone https://${x}@h/x and https://${x}@h/y, done`);
});

test.each<[within: string, shown: string]>([
  [
    "cd x; MY_SECRET=abc python a.py --api-key abc --lr 1",
    `cd x; MY_SECRET=${x} python a.py --api-key ${x} --lr 1`,
  ],
  ["PASSPHRASE=all of this", `PASSPHRASE=${x}`],
  ["python train.py --password='a b' --lr 1", `python train.py --password=${x} --lr 1`],
  ['curl -H "Authorization: Bearer abc" h', `curl -H "Authorization: ${x}" h`],
  ["X-Api-Key: abc", `X-Api-Key: ${x}`],
  ['{"api_key": "abc", "lr": 1}', `{"api_key": ${x}, "lr": 1}`],
  ["+wandb.api_key=abc", `+wandb.api_key=${x}`],
  ["def f(token=None): pass", "def f(token=None): pass"],
  ["print('max_tokens: 3', author='ana', loss=0.1)", "print('max_tokens: 3', author='ana', loss=0.1)"],
])("within one word: %s", (given, shown) => {
  expect(redactArguments(["sh", "-c", given])[2]).toBe(shown);
});

test.each(["a=", "-", "a-", "a", "://", '"a', "x:", "bearer ", "?a", "eyJa-", "hf-", "--a"])(
  "a long argument of %j is looked through in one pass",
  (part) => {
    // Quadratic work would take a minute here, and the test's own time limit tells.
    expect(redactText(part.repeat(40_000)).length).toBeGreaterThan(0);
  },
);

// The recorder's own tests read the same table: what one side hides, the other hides.
test("names and texts of the shared table", () => {
  expect(shared.secret.filter((name) => !isSecretName(name))).toEqual([]);
  expect(shared.open.filter(isSecretName)).toEqual([]);
  for (const [given = "", shown] of shared.texts) expect(redactText(given)).toBe(shown);
});

test.each([
  ["token_dim", "512", "512"],
  ["api_key", "None", "None"],
  ["api_key", "abc", "•••"],
  ["note", "curl https://me:pw@h/x", "curl https://•••@h/x"],
  ["mlflow.x", '{"api_key": "abc", "at": "https://me:pw@h"}', '{"api_key": "abc", "at": "https://•••@h"}'],
  ["mlflow.x", `{"key": "ghp_${"a".repeat(36)}"}`, '{"key": "•••"}'],
])("what was logged as %s = %s is kept as %s", (key, value, kept) => {
  expect(redactLogged(key, value)).toBe(kept);
});
