/** All migrations in order. The number of a migration is its place here, from 1; a released one is never changed. */

import { sql as first } from "./0001.ts";
import { sql as pyramid } from "./0002.ts";
import { sql as tracking } from "./0003.ts";
import { sql as registry } from "./0004.ts";
import { sql as traces } from "./0005.ts";
import { sql as extents } from "./0006.ts";
import { sql as issues } from "./0007.ts";
import { sql as searches } from "./0008.ts";

export const migrations: readonly string[] = [
  first,
  pyramid,
  tracking,
  registry,
  traces,
  extents,
  issues,
  searches,
];
