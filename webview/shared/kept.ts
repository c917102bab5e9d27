/** A value that is made anew only when one of the things it is made of is another one. */

export class Kept<T> {
  private made: { readonly from: readonly unknown[]; readonly value: T } | undefined;

  of(from: readonly unknown[], make: () => T): T {
    const known = this.made;
    if (known !== undefined && from.every((part, index) => part === known.from[index])) return known.value;
    const value = make();
    this.made = { from, value };
    return value;
  }
}
