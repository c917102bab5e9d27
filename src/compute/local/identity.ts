/** Who works here: the identity that git would put into a commit, else the account. */

import { userInfo } from "node:os";
import type { Actor } from "../../model/registry.ts";
import { gitIn } from "../snapshot/gitCommand.ts";

/** Never fails: where git is missing or says nothing, the account's name stands. */
export async function localIdentity(workspace: string): Promise<Actor> {
  const git = gitIn(workspace);
  const setting = (name: string) => git(["config", "--get", name]).then(clean, () => "");
  const [name, email] = await Promise.all([setting("user.name"), setting("user.email")]);
  return { name: name || accountName(), email: email || null };
}

function clean(text: string): string {
  return text
    .replace(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, 250);
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
