/** What a level of tests needs from the machine: there, or absent with a reason that can be printed. */
export type Need<T> = { readonly ready: T } | { readonly missing: string };

/** Called with one line for people whenever something that takes long begins. */
export type Say = (line: string) => void;
