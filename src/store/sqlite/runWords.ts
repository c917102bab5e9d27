/** A search for runs by words, as conditions of SQLite. */

import { type RawBuilder, type SqlBool, sql } from "kysely";
import { type RunWord, runWords } from "../../model/runWords.ts";

type Condition = RawBuilder<SqlBool>;

/** Conditions on a row of `run` that must all hold (`runWords`). */
export function searchConditions(text: string): readonly Condition[] {
  return runWords(text).map(condition);
}

function condition(word: RunWord): Condition {
  switch (word.kind) {
    case "starred":
      return sql`run.starred = 1`;
    case "state":
      return sql`run.state in (select value from json_each(${JSON.stringify(word.states)}))`;
    case "pair":
      return anyPair(forms(word.text).map(escaped));
    case "text": {
      const patterns = forms(word.text).map((form) => `%${escaped(form)}%`);
      return sql`(${either(patterns.map(inRow))} or ${anyPair(patterns)})`;
    }
  }
}

/** SQLite knows no case but that of ASCII, so a word with other letters is looked for as people write it. */
function forms(text: string): readonly string[] {
  if (/^[ -~]*$/.test(text)) return [text];
  const capital = text.slice(0, 1).toUpperCase() + text.slice(1);
  return [...new Set([text, capital, text.toUpperCase()])];
}

/** Texts of the row in one, apart by line ends. */
const rowText = sql`run.name || char(10) || run.experiment || char(10) || run.note || char(10) ||
  coalesce(run.script, '') || char(10) || run.host || char(10) || run.state || char(10) || run.id`;

function inRow(pattern: string): Condition {
  return sql`(${rowText}) like ${pattern} escape '\\'`;
}

function anyPair(patterns: readonly string[]): Condition {
  const like = (pattern: string): Condition => sql`name || '=' || value like ${pattern} escape '\\'`;
  return sql`(exists (select 1 from parameter where parameter.run = run.key and ${either(patterns.map(like))})
    or exists (select 1 from tag where tag.run = run.key and value is not null and ${either(patterns.map(like))}))`;
}

function either(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` or `)})`;
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
