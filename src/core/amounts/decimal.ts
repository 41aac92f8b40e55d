import Big from 'big.js'

/** How excess digits are rounded. `half-up` rounds half away from zero, as every amount of cents in Weir is. */
export type RoundingMode = 'half-up' | 'up' | 'down' | 'ceil' | 'floor'

const DECIMAL_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i
/** No billable quantity has more digits than this; the limit bounds memory, not precision. */
const DIGITS_MAX = 2000
/** Sums and products can be longer than their operands; this is the limit of PostgreSQL's numeric. */
const OWN_DIGITS_MAX = 150_000
const DIVISION_SCALE = 40

Big.strict = false
Big.DP = DIVISION_SCALE
Big.RM = Big.roundHalfUp
Big.PE = 1_000_000
Big.NE = -1_000_000

/**
 * An exact decimal number. Immutable. Addition, subtraction and multiplication never round; division rounds at a
 * scale that the caller chooses (40 decimals by default).
 */
export class Decimal {
  static readonly zero = new Decimal(new Big(0))
  static readonly one = new Decimal(new Big(1))
  static readonly hundred = new Decimal(new Big(100))

  private readonly value: Big
  private constructor(value: Big) {
    this.value = value
  }

  /**
   * The decimal for a bigint, a safe integer, or a text in the notation that `parse` accepts, up to the length of a
   * PostgreSQL numeric. For numbers from trusted sources; throws on anything else.
   */
  static of(source: string | number | bigint | Decimal): Decimal {
    if (source instanceof Decimal) return source
    if (source === '0' || source === 0n) return Decimal.zero
    if (typeof source === 'bigint') return new Decimal(new Big(source.toString()))
    if (typeof source === 'number' && !Number.isSafeInteger(source)) {
      throw new Error(`not an exact number: ${source}`)
    }
    const parsed = Decimal.read(String(source), OWN_DIGITS_MAX)
    if (!parsed) throw new Error(`not a decimal: ${String(source).slice(0, 60)}`)
    return parsed
  }

  /** The decimal in a text (`"10"`, `"-0.5"`, `"1.5e2"`), or undefined when the text is not one. */
  static parse(text: string): Decimal | undefined {
    return Decimal.read(text, DIGITS_MAX)
  }

  private static read(text: string, digitsMax: number): Decimal | undefined {
    if (text.length > digitsMax || !DECIMAL_TEXT.test(text)) return undefined
    const exponent = /e([+-]?\d+)$/i.exec(text)?.[1]
    if (exponent !== undefined && Math.abs(Number(exponent)) > digitsMax) return undefined
    return new Decimal(new Big(text.startsWith('+') ? text.slice(1) : text))
  }

  static sum(values: Iterable<Decimal>): Decimal {
    let total = Decimal.zero
    for (const value of values) total = total.plus(value)
    return total
  }

  static min(a: Decimal, b: Decimal): Decimal {
    return a.compare(b) <= 0 ? a : b
  }

  static max(a: Decimal, b: Decimal): Decimal {
    return a.compare(b) >= 0 ? a : b
  }

  plus(other: Decimal): Decimal {
    // Most of what is added up on invoices is nothing.
    if (other.isZero()) return this
    if (this.isZero()) return other
    return new Decimal(this.value.plus(other.value))
  }

  minus(other: Decimal): Decimal {
    return other.isZero() ? this : new Decimal(this.value.minus(other.value))
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.value.times(other.value))
  }

  /** The quotient, rounded at `scale` decimals; throws on a zero divisor. */
  dividedBy(other: Decimal, scale = DIVISION_SCALE, mode: RoundingMode = 'half-up'): Decimal {
    if (other.isZero()) throw new Error('division by zero')
    if (mode === 'half-up') return new Decimal(quotient(this.value, other.value, scale, Big.roundHalfUp))
    // Truncate first, then look at the remainder: rounding twice would be wrong next to a tie.
    const truncated = new Decimal(quotient(this.value, other.value, scale, Big.roundDown))
    const rest = this.minus(truncated.times(other))
    if (rest.isZero()) return truncated
    const positive = this.isNegative() === other.isNegative()
    const away = mode === 'up' || (mode === 'ceil' && positive) || (mode === 'floor' && !positive)
    if (!away) return truncated
    const step = new Decimal(new Big(`1e-${scale}`))
    return positive ? truncated.plus(step) : truncated.minus(step)
  }

  /** The remainder of a division that truncates towards zero. */
  modulo(other: Decimal): Decimal {
    return new Decimal(this.value.mod(other.value))
  }

  negated(): Decimal {
    return new Decimal(this.value.times(-1))
  }

  abs(): Decimal {
    return new Decimal(this.value.abs())
  }

  /** Keeps `scale` decimals; a negative scale rounds to tens, hundreds and so on. */
  round(scale = 0, mode: RoundingMode = 'half-up'): Decimal {
    if (this.decimals() <= scale) return this
    if (mode === 'half-up') return new Decimal(this.value.round(scale, Big.roundHalfUp))
    const down = new Decimal(this.value.round(scale, Big.roundDown))
    if (down.compare(this) === 0 || mode === 'down') return down
    const negative = this.isNegative()
    const away = mode === 'up' || (mode === 'ceil' && !negative) || (mode === 'floor' && negative)
    if (!away) return down
    const step = new Decimal(new Big(`1e${-scale}`))
    return negative ? down.minus(step) : down.plus(step)
  }

  compare(other: Decimal): -1 | 0 | 1 {
    return this.value.cmp(other.value) as -1 | 0 | 1
  }

  equals(other: Decimal): boolean {
    return this.value.eq(other.value)
  }

  isZero(): boolean {
    return this.value.c[0] === 0
  }

  isNegative(): boolean {
    return this.value.s < 0 && !this.isZero()
  }

  isPositive(): boolean {
    return this.value.s > 0 && !this.isZero()
  }

  isInteger(): boolean {
    return this.decimals() <= 0
  }

  /** How many digits stand behind the point; negative for a multiple of ten. big.js keeps no zeros at the end. */
  private decimals(): number {
    const { c: digits, e: exponent } = this.value
    return digits.length - 1 - exponent
  }

  /** Plain notation without an exponent and without trailing zeros: `"10"`, `"0.5"`. */
  toString(): string {
    const text = this.value.toFixed()
    return text === '-0' ? '0' : text
  }

  /** The form of the API: plain notation with at least one decimal, `"10.0"`. */
  toWire(): string {
    const text = this.toString()
    return text.includes('.') ? text : `${text}.0`
  }

  toJSON(): string {
    return this.toString()
  }

  /** This decimal as an integer; throws when it has a fraction. */
  toBigInt(): bigint {
    if (!this.isInteger()) throw new Error(`not an integer: ${this.toString()}`)
    return BigInt(this.value.toFixed(0))
  }

  /** A double, for rates that the API shows as JSON numbers; never for arithmetic on money. */
  toNumber(): number {
    return Number(this.value.toFixed())
  }
}

/** big.js keeps the division scale and mode on its constructor, so set them for one call and restore them. */
function quotient(dividend: Big, divisor: Big, scale: number, mode: 0 | 1): Big {
  Big.DP = scale
  Big.RM = mode
  try {
    return dividend.div(divisor)
  } finally {
    Big.DP = DIVISION_SCALE
    Big.RM = Big.roundHalfUp
  }
}
