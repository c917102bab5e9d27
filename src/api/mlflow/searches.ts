/** What searches of MLflow's protocol have in common. */

import type { Parsed } from "../../model/mlflowSearch.ts";
import { invalid } from "./parameters.ts";

/** What was parsed, or the refusal in the parser's words. */
export function parsed<T>(result: Parsed<T>): T {
  if (!result.ok) throw invalid(result.error);
  return result.value;
}

/** `max_results` within its bounds. */
export function wholeNumber(value: number, most: number): number {
  if (value >= 1 && value <= most) return value;
  const must = value < 1 ? "a positive integer" : `at most ${most}`;
  throw invalid(`Invalid value ${value} for parameter 'max_results' supplied. It must be ${must}`);
}
