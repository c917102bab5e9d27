/** The order of many texts in which layer2 comes before layer10, quick enough for ten thousand names. Pure. */

import { naturally } from "../shared/metricGroups.ts";

/** Digits of a number in a plain name; longer ones are left to the collator. */
const widest = 12;
const plain = /^[\x20-\x7e]*$/;

/** The place of each text in the natural order of all; equal texts share one. */
export function placesOf(texts: readonly string[]): Float64Array {
  const distinct = [...new Set(texts)];
  const sorted = distinct.every((text) => plain.test(text)) ? quickly(distinct) : distinct.sort(naturally);
  const places = new Map(sorted.map((text, place) => [text, place]));
  return Float64Array.from(texts, (text) => places.get(text) ?? 0);
}

/** Letters of either case together and numbers of one width compare as they are, without a collator's work for each pair. */
function quickly(texts: readonly string[]): readonly string[] {
  const keyed = texts.map((text) => ({
    text,
    key: text
      .toLowerCase()
      .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, "").padStart(widest, "0")),
  }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.text < b.text ? 1 : -1));
  return keyed.map(({ text }) => text);
}
