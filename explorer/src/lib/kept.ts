/** Lives that are gathered part by part, of several bands at once; of more than so many the one that was longest not asked for is forgotten. */
export class Kept {
  private readonly bands = new Map<number, Float64Array[]>();
  constructor(private readonly most: number) {}

  of(tag: number): Float64Array[] {
    const lives = this.bands.get(tag) ?? [];
    this.bands.delete(tag);
    this.bands.set(tag, lives); // a Map keeps the order of entry
    for (const old of this.bands.keys()) if (this.bands.size > this.most) this.bands.delete(old);
    return lives;
  }
}
