/** The page's end of `protocol/rpc.ts`: typed calls to the host. A call never throws: it answers a `Reply`. */

import { unpacked } from "../../src/model/exactNumbers.ts";
import { type Failure, failure } from "../../src/model/failure.ts";
import type { Reply } from "../../src/protocol/editor.ts";
import type { ToHost, ToPage } from "../../src/protocol/rpc.ts";

interface Editor {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: () => Editor;

type CallTable<C> = { readonly [N in keyof C]: readonly [unknown, unknown] };

export interface CallOptions {
  /** Ends the call: the host is told, and the answer is the failure `superseded`. */
  readonly signal?: AbortSignal;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

/** What a page has of the editor: calls, events, and the little state that survives a reload. */
export interface Host<C extends CallTable<C>, E, S> {
  call<N extends keyof C & string>(name: N, input: C[N][0], options?: CallOptions): Promise<Reply<C[N][1]>>;
  /** As `call`, for what a person has asked for: a failure is told to `onActFailed`, and the answer is undefined. */
  act<N extends keyof C & string>(
    name: N,
    input: C[N][0],
    options?: CallOptions,
  ): Promise<C[N][1] | undefined>;
  onActFailed(listener: (failure: Failure) => void): void;
  /** Calls back on each event until the answered function is called. */
  on<N extends keyof E & string>(name: N, listener: (value: E[N]) => void): () => void;
  /** The saved state, checked by nobody: fields may be missing. */
  savedState(): Partial<S> | undefined;
  saveState(state: S): void;
}

type Answer = Extract<ToPage, { type: "answer" }>;
type Told = Extract<ToPage, { type: "told" }>;

/** What was told and has not been asked for by then is not going to be. */
const toldForMs = 10_000;

interface Waiting {
  readonly question: { readonly name: string; readonly input: unknown };
  readonly answered: (answer: Told | Answer) => void;
}

type Question = Waiting["question"];

const isSame = (one: Question, other: Question) =>
  one.name === other.name && JSON.stringify(one.input) === JSON.stringify(other.input);

/** Connects to the editor. May be called once in the life of a page, as the editor's own function. */
export function connectHost<C extends CallTable<C>, E, S>(): Host<C, E, S> {
  const editor = acquireVsCodeApi();
  const waiting = new Map<number, Waiting>();
  /** Answers that came before their questions. */
  let told: readonly Told[] = [];
  const listeners = new Map<string, Set<(value: never) => void>>();
  let lastId = 0;
  let actFailed: (failure: Failure) => void = () => undefined;

  window.addEventListener("message", (message: MessageEvent<ToPage>) => {
    const received = message.data;
    if (received.type === "answer") waiting.get(received.id)?.answered(received);
    else if (received.type === "told") takeTold(received);
    else if (received.type === "event") {
      // What was told before a change is of no use any more.
      if (received.name === "changed") told = [];
      for (const listener of listeners.get(received.name) ?? []) listener(received.value as never);
    }
  });

  /** For the call that waits for it, else for one to come. */
  function takeTold(received: Told): void {
    const asked = [...waiting.values()].find(({ question }) => isSame(question, received));
    if (asked !== undefined) asked.answered(received);
    else {
      told = [...told, received];
      setTimeout(() => {
        told = told.filter((each) => each !== received);
      }, toldForMs);
    }
  }

  editor.postMessage({ type: "ready" });

  const host: Host<C, E, S> = {
    call<N extends keyof C & string>(name: N, input: C[N][0], options: CallOptions = {}) {
      const id = ++lastId;
      const timeoutMs = options.timeoutMs ?? 30_000;
      return new Promise<Reply<C[N][1]>>((resolve) => {
        const settle = (reply: Reply<C[N][1]>) => {
          if (!waiting.delete(id)) return;
          clearTimeout(timer);
          options.signal?.removeEventListener("abort", giveUp);
          resolve(reply);
        };
        const leave = (reply: Reply<C[N][1]>) => {
          editor.postMessage({ type: "cancel", id });
          settle(reply);
        };
        const giveUp = () => leave({ ok: false, failure: failure("superseded", { name }) });
        const timer = setTimeout(
          () => leave({ ok: false, failure: failure("pageUnanswered", { seconds: timeoutMs / 1000 }) }),
          timeoutMs,
        );
        const answered = (answer: Told | Answer) =>
          settle(
            answer.type === "told" || answer.ok
              ? { ok: true, value: unpacked(answer.value) as C[N][1] }
              : { ok: false, failure: answer.failure },
          );
        waiting.set(id, { question: { name, input }, answered });
        if (options.signal?.aborted) return giveUp();
        const known = told.find((each) => isSame(each, { name, input }));
        if (known !== undefined) {
          told = told.filter((each) => each !== known);
          return answered(known);
        }
        options.signal?.addEventListener("abort", giveUp);
        editor.postMessage({ type: "call", id, name, input });
      });
    },
    async act(name, input, options = {}) {
      // A person may take a while to answer a question of the editor.
      const reply = await host.call(name, input, { timeoutMs: 3_600_000, ...options });
      if (reply.ok) return reply.value;
      actFailed(reply.failure);
      return undefined;
    },
    onActFailed(listener) {
      actFailed = listener;
    },
    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener));
      return () => known.delete(listener);
    },
    savedState: () => editor.getState() as Partial<S> | undefined,
    saveState: (state) => editor.setState(state),
  };
  return host;
}
