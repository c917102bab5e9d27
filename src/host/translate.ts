/** Text for people in the editor's language; given to pure builders, so that they need no editor. */
export type Translate = (message: string, ...facts: (string | number)[]) => string;

/** The source language, with `{0}` filled in. For tests and for text that is copied out of the editor. */
export const plain: Translate = (message, ...facts) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(facts[Number(index)] ?? whole));
