export function explained(
  _step: object,
  _their: object | undefined,
  _our: object | undefined,
): string | null {
  return null;
}
