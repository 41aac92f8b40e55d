import { Decimal } from '../amounts/decimal.ts'

export type Operator = '+' | '-' | '*' | '/'
export type FunctionName = 'concat' | 'ceil' | 'round' | 'floor' | 'least' | 'greatest'

/** A parsed expression. A chain is a run of operators of equal precedence, so that long sums do not nest. */
export type Expression =
  /** `digits` as written in the expression. */
  | { readonly kind: 'decimal'; readonly value: Decimal; readonly digits: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'code' }
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'negation'; readonly operand: Expression }
  | { readonly kind: 'chain'; readonly first: Expression; readonly rest: readonly ChainStep[] }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly Expression[] }

export type ChainStep = { readonly operator: Operator; readonly operand: Expression }

const LENGTH_MAX = 10_000
const DEPTH_MAX = 64

const DECIMAL = /\d+(?:\.\d+)?/y
const TEXT = /'([^']*)'/y
const VARIABLE = /event\.(?:(timestamp|code)(?![A-Za-z0-9_.])|properties\.([A-Za-z][A-Za-z0-9_]*))/y
const FUNCTION = new RegExp(
  `(${['concat', 'ceil', 'round', 'floor', 'least', 'greatest']
    .flatMap((name) => [name, name.toUpperCase(), `${name.charAt(0).toUpperCase()}${name.slice(1)}`])
    .join('|')}) *\\(`,
  'y',
)
const ROUNDINGS: readonly string[] = ['round', 'ceil', 'floor']

/** Thrown only inside the parser; callers get undefined. */
class NotAnExpression extends Error {}

/**
 * Parses an expression (docs/rules/aggregation.md#expressions); undefined when the text is not one, is longer than
 * 10,000 characters or nests deeper than 64 levels.
 */
export function parseExpression(text: string): Expression | undefined {
  if (text.length > LENGTH_MAX) return undefined
  const parser = new Parser(text)
  try {
    return parser.root()
  } catch (error) {
    if (error instanceof NotAnExpression) return undefined
    throw error
  }
}

class Parser {
  private readonly text: string
  private position = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  root(): Expression {
    const expression = this.sum()
    this.spaces()
    if (this.position !== this.text.length) throw new NotAnExpression()
    return expression
  }

  private sum(): Expression {
    this.depth += 1
    if (this.depth > DEPTH_MAX) throw new NotAnExpression()
    const expression = this.chain(['+', '-'], () => this.chain(['*', '/'], () => this.atom()))
    this.depth -= 1
    return expression
  }

  private chain(operators: readonly Operator[], next: () => Expression): Expression {
    const first = next()
    const rest: ChainStep[] = []
    for (;;) {
      const operator = operators.find((each) => this.take(each))
      if (operator === undefined) return rest.length === 0 ? first : { kind: 'chain', first, rest }
      rest.push({ operator, operand: next() })
    }
  }

  private atom(): Expression {
    return this.take('-') ? { kind: 'negation', operand: this.primary() } : this.primary()
  }

  private primary(): Expression {
    if (this.take('(')) {
      const inner = this.sum()
      this.expect(')')
      return inner
    }
    const name = this.match(FUNCTION)
    if (name) return this.call((name[1] ?? '').toLowerCase() as FunctionName)
    const variable = this.match(VARIABLE)
    if (variable) {
      if (variable[2] !== undefined) return { kind: 'property', name: variable[2] }
      return { kind: variable[1] === 'code' ? 'code' : 'timestamp' }
    }
    const quoted = this.match(TEXT)
    if (quoted) return { kind: 'text', value: quoted[1] ?? '' }
    const digits = this.match(DECIMAL)
    const value = digits && Decimal.parse(digits[0])
    if (!value) throw new NotAnExpression()
    return { kind: 'decimal', value, digits: digits[0] }
  }

  private call(name: FunctionName): Expression {
    const operands = [this.sum()]
    while (this.take(',')) operands.push(this.sum())
    this.expect(')')
    if (ROUNDINGS.includes(name) && operands.length > 2) throw new NotAnExpression()
    return { kind: 'call', name, operands }
  }

  private spaces(): void {
    while (this.text[this.position] === ' ') this.position += 1
  }

  private take(symbol: string): boolean {
    this.spaces()
    if (this.text[this.position] !== symbol) return false
    this.position += 1
    return true
  }

  private expect(symbol: string): void {
    if (!this.take(symbol)) throw new NotAnExpression()
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    this.spaces()
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)
    if (found) this.position += found[0].length
    return found
  }
}
