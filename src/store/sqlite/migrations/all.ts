/** All migrations in order. The number of a migration is its place here, from 1; a released one is never changed. */

import { sql as first } from "./0001.ts";
import { sql as pyramid } from "./0002.ts";

export const migrations: readonly string[] = [first, pyramid];
