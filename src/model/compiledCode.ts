/**
 * Node keeps what it has compiled of the server in a folder of the editor's, which takes nearly half off the work of the next start. It is
 * told so by the environment, which the programs that the server starts must not inherit. Pure.
 */

type Environment = Readonly<Record<string, string | undefined>>;

const folderName = "NODE_COMPILE_CACHE";
const ownName = "RUNLINE_COMPILED";
const chosenByPeople = [folderName, "NODE_DISABLE_COMPILE_CACHE"];

/** What the server's environment gets besides that of the editor; nothing where a person has a say in it. */
export function compiledCodeIn(folder: string, editors: Environment): Readonly<Record<string, string>> {
  const isChosen = chosenByPeople.some((name) => editors[name] !== undefined);
  return isChosen ? {} : { [folderName]: folder, [ownName]: folder };
}

/** Names in the server's environment that are for itself only. */
export function compiledCodeNames(own: Environment): readonly string[] {
  return own[ownName] === undefined ? [] : [folderName, ownName];
}
