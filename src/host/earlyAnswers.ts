/**
 * Answers that a page has before it asks: its first questions are known, so they are asked while the editor is still making the page, and told
 * as soon as it listens. Each exchange with a page passes through three processes.
 */

import type { RequestName } from "../protocol/editor.ts";

export interface Question {
  readonly name: RequestName;
  readonly input: unknown;
}

interface Asked {
  readonly question: Question;
  readonly answer: Promise<unknown>;
}

export class EarlyAnswers {
  private readonly ask: (question: Question) => Promise<unknown>;
  private readonly tell: (question: Question, value: unknown) => void;
  private readonly asked = new Map<string, Asked>();
  /** Questions whose answers the page has by now, and has not been seen to ask. */
  private readonly told = new Set<string>();
  private listening = false;

  constructor(
    ask: (question: Question) => Promise<unknown>,
    tell: (question: Question, value: unknown) => void,
  ) {
    this.ask = ask;
    this.tell = tell;
  }

  /** Asks, and asks what follows from each answer. A failure is told by nobody: the page asks itself. */
  start(
    questions: readonly Question[],
    next: (question: Question, value: unknown) => readonly Question[],
  ): void {
    this.clear();
    this.pause();
    for (const question of questions) this.add(question, next);
  }

  /** Another document of the page begins: what has been told was told to the one before. */
  pause(): void {
    this.told.clear();
    this.listening = false;
  }

  /** The page has what it asked first, and nothing large was in its way: tells what there is, and all that comes. */
  begin(): void {
    if (this.listening) return;
    this.listening = true;
    for (const asked of this.asked.values())
      void asked.answer.then((value) => this.pass(asked, value), ignored);
  }

  /** The answer to the page's own question, once; "told" where the page has it; null where nobody has asked that. */
  take(question: Question): Promise<unknown> | "told" | null {
    if (this.asked.size + this.told.size === 0) return null;
    const key = keyOf(question);
    const found = this.asked.get(key);
    this.asked.delete(key);
    return found?.answer ?? (this.told.delete(key) ? "told" : null);
  }

  /** Things have changed: nothing that was asked before is of use any more. */
  clear(): void {
    this.asked.clear();
    this.told.clear();
  }

  private add(question: Question, next: (question: Question, value: unknown) => readonly Question[]): void {
    const asked = { question, answer: this.ask(question) };
    this.asked.set(keyOf(question), asked);
    asked.answer.then((value) => {
      // Asked of what was before a change, or of another page: what follows from it is of no use either.
      const current = this.asked.get(keyOf(question)) === asked || this.told.has(keyOf(question));
      if (current) for (const following of next(question, value)) this.add(following, () => []);
      if (this.listening) this.pass(asked, value);
    }, ignored);
  }

  private pass(asked: Asked, value: unknown): void {
    const key = keyOf(asked.question);
    if (this.asked.get(key) !== asked) return;
    this.asked.delete(key);
    this.told.add(key);
    this.tell(asked.question, value);
  }
}

const ignored = () => undefined;

const keyOf = ({ name, input }: Question) => `${name} ${JSON.stringify(input)}`;
