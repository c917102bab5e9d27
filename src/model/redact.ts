/** Secrets out of what is shown and kept: command lines and addresses. What is run is never changed by it. */

export const redacted = "•••";

/** Words of a flag or a variable that say that its value is nobody's business. */
const secretWord =
  /(?:^|[-_.])(?:pass(?:word|wd|phrase)?|pwd|secrets?|tokens?|credentials?|(?:api|access|private|account|secret|auth)[-_]?keys?|auth|bearer|cookie|dsn)(?:$|[-_.])/i;

/** Things that are called so and are no secret: a tokenizer's limits, a number of tokens, what transformers calls its settings. */
const harmless =
  /(?:^|[-_.])(?:max|min|num|n|per|new|total|batch|pad|eos|bos|unk|mask|sep|cls|vocab|special)[-_.]?tokens?(?:[-_.]ids?)?\b|tokens?[-_.](?:per|count|limit|len|length|size|dim|type|level|budget)|\bauth(?:or|[-_](?:type|mode|method))|(?:^|[-_.])(?:max|min|num|n)(?:[-_.][a-z0-9]+){1,3}[-_.]tokens?$|(?:^|[-_.])(?:suppress|padding|input|output|prompt|completion|cached|reasoning)[-_.]tokens$|tokens?[-_.](?:ids?|index|num|seen|loss|dropout|healing|fraction|schedule|embed[-_.]dim|across[-_.]devices|classification[-_.]bias)$/i;

/** Well-known shapes of secrets, wherever they stand. */
const secretShapes: readonly RegExp[] = [
  /\b(?:hf|sk|pk|rk|ghp|gho|ghu|ghs|ghr|glpat|xox[abps]|npm|pypi)[-_][A-Za-z0-9_-]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g,
];

/** Is this the name of something secret, e.g. `--api-key`, `HF_TOKEN`, `db.password`? */
export function isSecretName(name: string): boolean {
  const words = name.replace(/^-+/, "").replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return secretWord.test(words) && !harmless.test(words);
}

/** The same command line with secret values replaced: of secret-looking flags, in addresses, and of well-known shapes. */
export function redactArguments(argv: readonly string[]): readonly string[] {
  let hideNext = false;
  return argv.map((argument) => {
    const hide = hideNext && !argument.startsWith("--");
    hideNext = false;
    if (hide) return redacted;
    const assigned = /^(-{0,2}[A-Za-z_][\w.-]*)=(.*)$/s.exec(argument);
    if (assigned?.[1] !== undefined && isSecretName(assigned[1])) return `${assigned[1]}=${redacted}`;
    if (/^-{1,2}[A-Za-z]/.test(argument) && assigned === null) hideNext = isSecretName(argument);
    return redactText(argument);
  });
}

/** Credentials in addresses, well-known secret shapes, and what a shell line, a header or JSON within any text calls a secret. */
export function redactText(text: string): string {
  return redactNamed(redactUrls(redactShapes(text)));
}

function redactShapes(text: string): string {
  return secretShapes.reduce((done, shape) => done.replace(shape, redacted), text);
}

/** The longest text that may be a number on purpose. */
const longestNumber = 40;

/**
 * A parameter or tag as it may be written down, by the rule that the recorder has too: what was logged on purpose stays when it is a plain
 * number (`token_dim = 512`), the value of a secret-looking name goes, and any other text loses only what looks secret in it. What programs
 * say to each other in tags of MLflow's own (`mlflow.…`) is JSON now and then: it only loses what leaves it so.
 */
export function redactLogged(key: string, value: string): string {
  if (value.length <= longestNumber && value.trim() !== "" && !Number.isNaN(Number(value))) return value;
  if (key.startsWith("mlflow.")) return redactUrls(redactShapes(value));
  if (isSecretName(key) && !/^(?:None|False|True|)$/.test(value)) return redacted;
  return redactText(value);
}

// Every pattern begins where a word begins and bounds what may repeat: a long argument must not keep the launch waiting.
const quotedOrWord = `"[^"]*"|'[^']*'|[^\\s"',;&|)}\\]]+`;
const namedValues: readonly RegExp[] = [
  // TOKEN=x, model.api_key=x, --password=x
  new RegExp(`(?<![\\w.-])(-{0,2})([A-Za-z_][\\w.-]{0,200})(=)(${quotedOrWord})`, "g"),
  // "api_key": "x"
  new RegExp(`(["'])([A-Za-z_][\\w.-]{0,200})(\\1\\s*:\\s*)(${quotedOrWord})`, "g"),
  // X-Api-Key: x
  new RegExp(`()(?<![\\w-])([A-Za-z][\\w-]{0,200})(?<=[\\w-]-\\w{1,100})(:\\s*)(${quotedOrWord})`, "g"),
  // --password x
  new RegExp(`(\\s--?|^--?)([A-Za-z][\\w.-]{0,200})(\\s+)(?!-)(${quotedOrWord})`, "g"),
];
const credential = /\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|digest|token)\s+)?[^\s"',;]+/gi;
const bearer = /\b(bearer\s+)[\w.~+/=-]{8,}/gi;
/** What says that there is none, and what was taken out already. */
const noValue = new RegExp(`^["']?(?:none|null|true|false|)["']?$|^${redacted}`, "i");

function redactNamed(text: string): string {
  const headers = text.replace(credential, `$1${redacted}`).replace(bearer, `$1${redacted}`);
  return namedValues.reduce(
    (done, shape) =>
      done.replace(shape, (whole, lead: string, name: string, sign: string, value: string) =>
        isSecretName(name) && !noValue.test(value) ? `${lead}${name}${sign}${redacted}` : whole,
      ),
    headers,
  );
}

/** `https://user:secret@host/x?token=y` → `https://•••@host/x?token=•••`. A bare user name of ssh (`git@host`) stays. */
export function redactUrls(text: string): string {
  return text
    .replace(/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,40}:\/\/)([^\s/@:]*):([^\s/]*)@/gi, `$1${redacted}@`)
    .replace(/\b(https?:\/\/)([^\s/@:]+)@/gi, `$1${redacted}@`)
    .replace(/([?&;])([\w.-]+)=([^&;#\s]+)/g, (whole, lead: string, name: string) =>
      isSecretName(name) || /^(?:sig|signature|x-amz-signature|sas|key)$/i.test(name)
        ? `${lead}${name}=${redacted}`
        : whole,
    );
}
