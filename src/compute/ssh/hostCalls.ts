/**
 * Questions to the part of the recorder that answers on a host (`src/recorder/runline_host/`): JSON and bytes, in and out. The first
 * question of a connection finds a Python and sees to it that the recorder's file is there.
 */

import { type FailureCode, failures, RunlineError } from "../../model/failure.ts";
import { Fields, isObject } from "../../model/fields.ts";
import type { HostSettings, Link } from "../../model/host.ts";
import { shellWord } from "../../model/shellWord.ts";
import type { Transport } from "../transport.ts";
import { recorderFile } from "./recorderFile.ts";
import { saidOf } from "./sshTransport.ts";

/** What a login on the host is like. */
export interface HostLogin {
  /** Folder of Runline there, absolute. */
  readonly root: string;
  /** The recorder's file. */
  readonly recorder: string;
  /** Interpreter of the recorder, and its version. */
  readonly python: string;
  readonly version: string;
  readonly home: string;
  readonly path: string;
}

export interface HostAnswer {
  readonly fields: Fields;
  readonly bytes: Buffer;
}

export interface HostCalls {
  /** Throws `hostNoPython`, `hostWrite`, and what the transport throws. */
  login(): Promise<HostLogin>;
  /** Throws the failure that the host names, `hostFailed`, and like `login`. */
  call(verb: string, ask: object, more?: CallMore): Promise<HostAnswer>;
}

export interface CallMore {
  readonly body?: Uint8Array;
  readonly deadlineMs?: number;
  /** For what bears being done twice: how long to try again when the connection breaks under it. */
  readonly insistMs?: number;
}

const startProgram = `import sys; sys.path.insert(0, sys.argv[1])
from runline_host.command import main; main(sys.argv[2])`;

/** The system's own first: a broken user installation must not break the record of a run. */
const pythons = [
  ...["python3", "python", "/usr/bin/python3", "~/miniconda3/bin/python3", "~/miniforge3/bin/python3"],
  ...[
    "/opt/conda/bin/python3",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python3.9",
    "python3.8",
  ],
];

export function hostCalls(transport: Transport, recorder: string, settings: HostSettings): HostCalls {
  /** Of one connection: on the next one the host may have changed. */
  let known: { readonly link: Link; readonly login: Promise<HostLogin> } | null = null;

  function login(): Promise<HostLogin> {
    const link = transport.link();
    if (known !== null && known.link === link) return known.login;
    const login = logIn(transport, recorder, settings);
    const mine = { link, login };
    known = mine;
    login.then(
      // The first request opens the connection: from then on the link is another one.
      () => {
        if (known === mine) known = { link: transport.link(), login };
      },
      () => {
        if (known === mine) known = null;
      },
    );
    return login;
  }

  async function callOnce(verb: string, ask: object, { body, deadlineMs }: CallMore): Promise<HostAnswer> {
    const { python, recorder: file } = await login();
    const line = Buffer.from(`${JSON.stringify(ask)}\n`);
    const words = [python, "-I", "-S", "-B", "-c", startProgram, file, verb].map(shellWord).join(" ");
    const answer = await transport.request({
      script: `exec ${words}`,
      input: body === undefined ? line : Buffer.concat([line, body]),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    });
    const end = answer.out.indexOf(10);
    const head = answer.out.subarray(0, Math.max(0, end)).toString("utf8");
    const fields = answer.code === 0 ? Fields.of(head) : null;
    if (fields === null)
      throw new RunlineError("hostFailed", { host: transport.host, cause: saidOf(answer) });
    const refused = fields.value("refused");
    if (isObject(refused)) throw refusal(transport.host, refused);
    return { fields, bytes: answer.out.subarray(end + 1) };
  }

  return {
    login,
    call: (verb, ask, more = {}) => insisting(transport, more.insistMs ?? 0, () => callOnce(verb, ask, more)),
  };
}

const lost: ReadonlySet<FailureCode> = new Set<FailureCode>(["hostGone", "hostLate"]);

/**
 * Does something again when the connection broke under it, for so long. A machine that could not be reached in the first place is not
 * insisted on: whoever asked hears of it at once.
 */
export async function insisting<T>(transport: Transport, ms: number, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + ms;
  for (let broke = false; ; ) {
    try {
      return await work();
    } catch (thrown) {
      const code = thrown instanceof RunlineError ? thrown.failure.code : "unexpected";
      broke ||= lost.has(code);
      if (!broke || !(lost.has(code) || code === "hostUnreachable") || Date.now() > until) throw thrown;
    }
    const link = transport.link();
    const pause = link.state === "waiting" ? link.retryAt - Date.now() : 0;
    await new Promise((resolve) => setTimeout(resolve, Math.max(100, pause)));
  }
}

/** A failure that the host has named; one that we don't know is told in its words. */
function refusal(host: string, refused: Readonly<Record<string, unknown>>): RunlineError {
  const { code, cause, path } = refused;
  const known =
    typeof code === "string" && Object.hasOwn(failures, code) ? (code as FailureCode) : "hostFailed";
  const where = typeof path === "string" ? path : "";
  const facts = { host, cause: String(cause).slice(0, 500), path: where, directory: `${host}:${where}` };
  return new RunlineError(known, { ...facts, python: where, script: "the recorder" });
}

async function logIn(transport: Transport, recorder: string, settings: HostSettings): Promise<HostLogin> {
  const { host } = transport;
  const { bytes, digest } = await recorderFile(recorder);
  const own = [
    settings.environment === undefined ? "" : `${settings.environment}/bin/python`,
    settings.python ?? "",
  ];
  const candidates = [...pythons, ...own.filter((path) => path !== "" && path !== "/bin/python")];
  const answer = await transport.request({
    script: loginScript(settings.directory ?? "~/.runline", candidates, digest),
  });
  const [root = "", python = "", version = "", size = "", home = "", path = ""] = answer.out
    .toString("utf8")
    .split("\0");
  if (answer.code !== 0 || !root.startsWith("/"))
    throw new RunlineError("hostFailed", { host, cause: saidOf(answer) });
  if (python === "") throw new RunlineError("hostNoPython", { host });
  const file = `${root}/recorder/${digest}.pyz`;
  if (Number(size) !== bytes.length) await transport.write(file, bytes);
  return { root, recorder: file, python, version, home, path };
}

function loginScript(directory: string, candidates: readonly string[], digest: string): string {
  return `h=$HOME; r=${shellWord(directory)}
case $r in "~") r=$h ;; "~/"*) r=$h/\${r#"~/"} ;; /*) ;; *) r=$h/$r ;; esac
q=; v=
for p in ${candidates.map(shellWord).join(" ")}; do
  case $p in "~/"*) p=$h/\${p#"~/"} ;; esac
  q=$(command -v "$p" 2>/dev/null) || { q=; continue; }
  v=$("$q" -I -S -c 'import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 8))' 2>/dev/null) && break
  q=; v=
done
f=$r/recorder/${digest}.pyz; n=0
if [ -f "$f" ]; then n=$(($(wc -c <"$f"))); else mkdir -p "$r/recorder" && chmod 700 "$r/recorder" || exit 1; fi
printf '%s\\0' "$r" "$q" "$v" "$n" "$h" "$PATH"`;
}
