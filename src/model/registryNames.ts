/** Which names the registry takes. They are MLflow's, wider than those that the editor suggests (`names.ts`). */

/** Letters and digits of any script, `-` and `_`, up to 255; never `latest`, `v1`, `v2` …, which mean something else. */
export function isRegistryAlias(text: string): boolean {
  return aliasShape.test(text) && !/^(latest|v\d+)$/iu.test(text);
}

export const aliasShape = /^[\p{L}\p{N}\p{M}_-]{1,255}$/u;

/** Why a text can't name a model in the registry, in MLflow's words; null where it can. */
export function modelNameProblem(text: string): string | null {
  if (text.trim() === "") return "Missing value for required parameter 'name'.";
  if (/[/:]/.test(text)) return `Invalid model name '${text}'. Names cannot contain '/' or ':'.`;
  return pathProblem("name", text);
}

/** Why a text can't be the key of a tag, in MLflow's words; null where it can. */
export function tagKeyProblem(text: string): string | null {
  if (!/^[/\p{L}\p{N}\p{M}_.\- :]*$/u.test(text))
    return `Invalid value ${JSON.stringify(text)} for parameter 'key' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`;
  return pathProblem("key", text);
}

/** Names that would be other names as paths. */
function pathProblem(parameter: string, text: string): string | null {
  const plain = normalPath(text);
  if (plain === text && plain !== "." && !plain.startsWith("..") && !plain.startsWith("/")) return null;
  return `Invalid value ${JSON.stringify(text)} for parameter '${parameter}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${plain}'`;
}

function normalPath(text: string): string {
  const isAbsolute = text.startsWith("/");
  const parts: string[] = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isAbsolute) parts.push(part);
  }
  return `${isAbsolute ? "/" : ""}${parts.join("/")}` || ".";
}
