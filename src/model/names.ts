/** Which names aliases, models and runs may have. Those of aliases and models fit MLflow's registry, so that both can share one. */

const aliasPattern = /^[A-Za-z][A-Za-z0-9_-]{0,254}$/;
const reserved = /^(latest|v\d+)$/i;

/** May this text be an alias? `v1`, `v2` … would read like versions, and `latest` means the highest one. */
export function isAliasName(text: string): boolean {
  return aliasPattern.test(text) && !reserved.test(text);
}

/** May this text name a model? One line of 1 to 250 characters without `/`, `:` and `@`, no blanks around it. */
export function isModelName(text: string): boolean {
  if (text.length === 0 || text.length > 250 || text !== text.trim()) return false;
  return !/[/:@\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text !== "." && text !== "..";
}

/** May this text name a run or a tag? One line of 1 to 250 characters; slashes and colons are welcome. */
export function isRunName(text: string): boolean {
  return (
    text.length >= 1 && text.length <= 250 && text === text.trim() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
  );
}
