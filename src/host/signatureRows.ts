/** What a model says of itself in its `MLmodel` file, as rows below its version. No import of vscode: a test reads it. */

import { formatCount } from "../model/format.ts";
import type { ModelSignature } from "../model/registry.ts";
import { shorten, withoutIcons } from "./markdown.ts";
import type { Translate } from "./translate.ts";

export interface DetailRow {
  /** Unique among its siblings. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly rows: readonly DetailRow[];
  /** Path below the model's folder of a file that the row opens. */
  readonly file?: string;
}

/** Nothing for a model that says nothing. */
export function signatureRows(signature: ModelSignature | null, t: Translate): readonly DetailRow[] {
  if (signature === null) return [];
  const { flavors, inputs, outputs, example } = signature;
  return [
    ...columnsRow("inputs", t("Inputs"), inputs, t),
    ...columnsRow("outputs", t("Outputs"), outputs, t),
    ...(flavors.length === 0 ? [] : [leaf("flavors", t("Flavors"), flavors.join(", "), "extensions")]),
    ...(example === undefined
      ? []
      : [{ ...leaf("example", t("Input example"), example, "json"), file: example }]),
  ];
}

/** One column needs no list of its own. */
function columnsRow(key: string, label: string, columns: readonly string[], t: Translate): DetailRow[] {
  const icon = key === "inputs" ? "sign-in" : "sign-out";
  const [only] = columns;
  if (only === undefined) return [];
  if (columns.length === 1) return [leaf(key, label, only, icon)];
  const rows = columns.map((column, at) => leaf(`${key} ${at}`, column, "", "symbol-field"));
  return [{ ...leaf(key, label, t("{0} columns", formatCount(columns.length)), icon), rows }];
}

function leaf(key: string, label: string, description: string, icon: string): DetailRow {
  const shown = (text: string) => withoutIcons(shorten(text, 200));
  return { key, label: shown(label), description: shown(description), icon, rows: [] };
}
