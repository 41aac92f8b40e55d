/**
 * A JSON number that no double holds, or that a double would write otherwise, as the digits that were sent. Only the
 * parser of request bodies makes one: whoever asks uses `instanceof`, which no JSON can forge.
 */
export class ExactNumber {
  readonly value: string

  constructor(value: string) {
    this.value = value
  }

  toString(): string {
    return this.value
  }
}
