/**
 * A JSON number with its digits as sent, because a double would round it or print it differently. Only the parser of
 * request bodies creates one, and `instanceof` detects it, which no JSON can forge.
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
