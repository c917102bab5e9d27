/** Files that runs have written: results, which are no part of the code that made them. */

/** What people write programs and their settings in; a script that writes such a file may well read it as code next time. */
const code = /\.(?:py|pyi|pyx|ipynb|r|jl|sh|c|cc|cpp|cu|cuh|h|hpp|rs|go|java|js|ts|toml|ya?ml|cfg|ini|gin)$/i;

export function isCodeFile(path: string): boolean {
  return code.test(path);
}

/** Tells results from code, given the files and folders that runs are known to have written. */
export function resultsAmong(written: readonly string[]): (path: string) => boolean {
  const known = new Set(written);
  return (path) => {
    if (isCodeFile(path)) return false;
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/"))))
      if (known.has(at)) return true;
    return false;
  };
}
