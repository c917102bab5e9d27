/** The settings that VS Code keeps in a folder (`.vscode/settings.json`), read without it. */

/** In a string or not: comments and trailing commas go, strings stay as they are. */
const tokens = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;

/** Fields that are called or counted otherwise on the wire. */
const renamed: Readonly<Record<string, readonly [name: string, factor: number]>> = {
  dataFolders: ["data_folders", 1],
  artifactLimitMegabytes: ["artifact_limit_bytes", 1_000_000],
  systemIntervalSeconds: ["system_interval_seconds", 1],
};

/** Everything under `runline.` as `parseSettings` takes it. A file that is no JSON with comments has nothing to say. */
export function editorSettings(text: string): Readonly<Record<string, unknown>> {
  const own: Record<string, unknown> = {};
  const capture: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed(text))) {
    const [, group, key] = /^runline\.(capture\.)?(\w+)$/.exec(name) ?? [];
    if (key === undefined) continue;
    const [field, factor] = renamed[key] ?? [key, 1];
    const scaled = typeof value === "number" ? value * factor : value;
    if (group === undefined) own[field] = scaled;
    else capture[field] = scaled;
  }
  return { ...own, capture };
}

function parsed(text: string): object {
  const json = withoutComments(withoutComments(text));
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Twice takes away a comma that stood before a comment. */
function withoutComments(text: string): string {
  return text.replace(tokens, (token) => (token.startsWith('"') ? token : ""));
}
