/** A stand-in for nvidia-smi on a machine without a GPU: it answers from files of `test/fixtures/nvidia-smi`, as that tool would be asked. */

import * as fs from "node:fs";
import * as path from "node:path";

const fixtures = path.resolve("test/fixtures/nvidia-smi");

/** What the stand-in is told by files in its folder: `hold` while it must not answer, `calls` grows by a line for each question. */
export interface StandInGpus {
  readonly folder: string;
  /** The folder to put in front of a PATH. */
  readonly bin: string;
  /** Changes what it tells: another machine's outputs, or other text for one of its answers. */
  become(machine: string, answers?: Readonly<Record<string, string>>): void;
  calls(): readonly string[];
}

const program = (folder: string) => `#!/bin/sh
echo "$*" >>'${folder}/calls'
while [ -e '${folder}/hold' ]; do sleep 0.05; done
say() { cat '${folder}/'"$1" 2>/dev/null; }
case "$1" in
  --help-query-gpu) for field in $(tr ',' ' ' <'${folder}/fields'); do printf '"%s"\\nWhat it says.\\n\\n' "$field"; done ;;
  --query-gpu=*)
    if [ "\${1#--query-gpu=}" != "$(cat '${folder}/fields')" ]; then
      echo 'Field "something" is not a valid field to query.'; exit 2
    fi
    say gpus; [ ! -e '${folder}/code' ] || exit "$(cat '${folder}/code')" ;;
  --query-compute-apps=*) say apps ;;
  -L) say list ;;
  -q) say xml ;;
esac
`;

/** Made in a folder of the test's own. */
export function standInGpus(folder: string, machine: string): StandInGpus {
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin, { recursive: true });
  const file = path.join(bin, "nvidia-smi");
  fs.writeFileSync(file, program(folder), { mode: 0o755 });
  const become: StandInGpus["become"] = (name, answers = {}) => {
    for (const part of ["fields", "gpus", "apps", "list", "xml"]) {
      const from = path.join(fixtures, name, part);
      const text = answers[part] ?? (fs.existsSync(from) ? fs.readFileSync(from, "utf8") : "");
      // In one step: it may be asked at any time.
      fs.writeFileSync(path.join(folder, `${part}.new`), text);
      fs.renameSync(path.join(folder, `${part}.new`), path.join(folder, part));
    }
  };
  become(machine);
  return {
    folder,
    bin,
    become,
    calls: () => {
      const calls = path.join(folder, "calls");
      return fs.existsSync(calls) ? fs.readFileSync(calls, "utf8").trim().split("\n") : [];
    },
  };
}
