/** `--short` measures with a tenth of the points: for a look in between, not for figures to be told. */
export const short = process.argv.includes("--short");
