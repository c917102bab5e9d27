/** What a type annotation says about the values of an argument, read from its text. */

export interface AnnotatedType {
  /** `int`, `float`, `str`, `path` or a name of the script's own; null where none is told. */
  readonly type: string | null;
  readonly choices: readonly string[];
  readonly isSwitch: boolean;
  /** `list[int]` and the like: several values. */
  readonly isSeveral: boolean;
}

const plain: AnnotatedType = { type: null, choices: [], isSwitch: false, isSeveral: false };
const longest = 500;

/** `Optional[List[int]]` → several int; `Literal["a", "b"]` → a or b; `Annotated[float, …]` → float. */
export function annotatedType(annotation: string | null): AnnotatedType {
  const text = (annotation ?? "").trim().replace(/^(["'])(.*)\1$/s, "$2");
  if (text === "" || text.length > longest) return plain;
  const alternatives = split(text, "|").filter((part) => part !== "None");
  if (alternatives.length > 1) return plain;
  const whole = alternatives[0] ?? "";
  const [, head = "", inner = ""] = /^(?:\w+\.)*(\w+)\s*\[([\s\S]*)\]$/.exec(whole) ?? [];
  const parts = split(inner, ",");
  if (/^(?:Optional|Annotated|Final|Required|NotRequired)$/.test(head)) return annotatedType(parts[0] ?? "");
  if (head === "Union") return annotatedType(parts.join("|"));
  if (head === "Literal")
    return { ...plain, choices: parts.map((part) => part.replace(/^(["'])(.*)\1$/s, "$2")) };
  if (/^(?:list|sequence|tuple|set|iterable)$/i.test(head))
    return { ...annotatedType(parts[0] ?? ""), isSwitch: false, isSeveral: true };
  const name = /^(?:\w+\.)*(\w+)$/.exec(whole)?.[1];
  if (name === undefined) return plain;
  if (name === "bool") return { ...plain, isSwitch: true };
  if (/^(?:list|List|tuple|Tuple|set|Set)$/.test(name)) return { ...plain, isSeveral: true };
  return { ...plain, type: /^(?:Path|PathLike|FilePath)$/.test(name) ? "path" : name };
}

/** Splits where no bracket is open. */
function split(text: string, mark: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const [at, letter] of [...text].entries()) {
    if ("[({".includes(letter)) depth++;
    else if ("])}".includes(letter)) depth--;
    else if (letter === mark && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === "" ? parts : [...parts, last];
}
