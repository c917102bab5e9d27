/** A grid of parameters as the tasks of one array: every combination of the values, in the order given. Pure. */

/** Values by parameter. */
export type Grid = readonly (readonly [name: string, values: readonly string[]])[];

const mostTasks = 1_000;

/** `lr=0.1,0.2 seed=1,2`, in one text or several. A text that says what is wrong, for a person, otherwise. */
export function parseGrid(texts: readonly string[]): Grid | string {
  const grid: [string, readonly string[]][] = [];
  for (const text of texts.flatMap((each) => each.split(/\s+/)).filter((each) => each !== "")) {
    const found = /^([\w.+-]{1,100})=([^\p{Cc}]*)$/u.exec(text);
    if (found === null) return `--array takes name=value,value …, not ${text}.`;
    const [, name = "", values = ""] = found;
    if (grid.some(([known]) => known === name)) return `--array names ${name} twice.`;
    if (values.split(",").includes("")) return `--array has an empty value for ${name}.`;
    grid.push([name, values.split(",")]);
  }
  if (grid.length === 0) return "--array takes name=value,value ….";
  const count = grid.reduce((product, [, values]) => product * values.length, 1);
  return count > mostTasks ? `--array asks for ${count} runs; ${mostTasks} is the most.` : grid;
}

/** Every combination: the last name changes fastest. */
export function tasksOf(grid: Grid): readonly (readonly (readonly [string, string])[])[] {
  return grid.reduce<(readonly (readonly [string, string])[])[]>(
    (tasks, [name, values]) =>
      tasks.flatMap((task) => values.map((value) => [...task, [name, value] as const])),
    [[]],
  );
}

/** The words of a command for one task: `{lr}` is replaced where it stands, and what stands nowhere is appended as `--lr 0.1`. */
export function taskWords(
  words: readonly string[],
  task: readonly (readonly [string, string])[],
): readonly string[] {
  const used = new Set<string>();
  const own = words.map((word) =>
    task.reduce((text, [name, value]) => {
      if (!text.includes(`{${name}}`)) return text;
      used.add(name);
      return text.replaceAll(`{${name}}`, () => value);
    }, word),
  );
  const rest = task.filter(([name]) => !used.has(name));
  return [...own, ...rest.flatMap(([name, value]) => [name.startsWith("-") ? name : `--${name}`, value])];
}
