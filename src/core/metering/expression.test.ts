import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { type ExpressionResult, evaluateExpression } from './expression.ts'
import { parseExpression } from './expression-parser.ts'

const at = instant(1_709_632_800_987)

function run(text: string, properties: Record<string, unknown> = {}): ExpressionResult | undefined {
  const expression = parseExpression(text)
  return expression && evaluateExpression(expression, { code: 'api_calls', at, properties })
}

function resultOf(text: string, properties: Record<string, unknown> = {}): string {
  const result = run(text, properties)
  if (!result) return 'does not parse'
  return result.ok ? String(result.value) : `fails: ${result.message}`
}

describe('concat', () => {
  it.each([
    ['1.10', '1.10'],
    ['+007.50', '7.50'],
    ['-00.0', '0.0'],
    ['.50', '0.50'],
    ['5.', '5'],
    ['1e2', '100'],
    ['a 1.10', 'a 1.10'],
    ['', ''],
  ])('prints the property %j as %j', (version, text) => {
    expect(resultOf('concat(event.properties.v)', { v: version })).toBe(text)
  })

  it('prints what no calculation has touched, and calculates as ever', () => {
    const properties = { v: '1.10' }
    expect(resultOf("concat('v', concat(event.properties.v, '.0'))", properties)).toBe('v1.10.0')
    expect(resultOf('concat(event.properties.v * 1)', properties)).toBe('1.1')
    expect(resultOf('event.properties.v', properties)).toBe('1.1')
    expect(resultOf("concat(-event.properties.v, 'x')", properties)).toBe('-1.10x')
    expect(resultOf('concat(-event.properties.v)', { v: 'x' })).toBe('fails: Expected a decimal')
  })
})

describe('expressions', () => {
  it.each([
    ['1 + 2', '3'],
    ['1+2*3', '7'],
    ['(1+2)*3', '9'],
    ['2 - 3 - 4', '-5'],
    ['12 / 3 / 2', '2'],
    ['7 - 2 * 3 + 1', '2'],
    ['-2 * 3', '-6'],
    ['2 * -3', '-6'],
    ['1 - -1', '2'],
    ['- (1 + 2)', '-3'],
    ['0.1 + 0.2', '0.3'],
    ['99999999999999999999 * 99999999999999999999', '9999999999999999999800000000000000000001'],
    ['007', '7'],
    ['  1  ', '1'],
    ["'text'", 'text'],
    ["''", ''],
    ['event.code', 'api_calls'],
    ['event.timestamp', '1709632800'],
    ["concat(event.code, '-', 1 + 1)", 'api_calls-2'],
    ["concat('a')", 'a'],
    ["concat('v', 1.10, '-', 007.50, '-', (2.0))", 'v1.10-7.50-2.0'],
    ["concat(-1.10, ' ', -0.00, ' ', 1.10 + 0)", '-1.10 0.00 1.1'],
    ['round(2.5)', '3'],
    ['round(-2.5)', '-3'],
    ['round(2.345, 2)', '2.35'],
    ['round(1250, -2)', '1300'],
    ['ceil(1.2)', '2'],
    ['ceil(-1.2)', '-1'],
    ['ceil(121, -1)', '130'],
    ['floor(-1.2)', '-2'],
    ['floor(1.29, 1)', '1.2'],
    ['least(3, 1, 2)', '1'],
    ['greatest(3, 1, 2)', '3'],
    ['greatest(5)', '5'],
    ['ROUND(1.5)', '2'],
    ['Round (1.5)', '2'],
    ['Concat(1, 2)', '12'],
    ['round(round(1.55, 1))', '2'],
    ['1 / 0', 'fails: Division by zero'],
    ["'a' + 1", 'fails: Expected a decimal'],
    ["'5' + 1", 'fails: Expected a decimal'],
    ["-'a'", 'fails: Expected a decimal'],
    ["least(1, 'a')", 'fails: Expected a decimal'],
    ['round(1, 1001)', 'fails: Digits out of range'],
  ])('%s is %s', (text, value) => {
    expect(resultOf(text)).toBe(value)
  })

  it.each([
    ['round(event.properties.value * event.properties.units)', { value: 10.4, units: 2 }, '21'],
    ['event.properties.left + event.properties.right', { left: '1', right: '2' }, '3'],
    ['event.properties.a_1', { a_1: 'word' }, 'word'],
    ['event.properties.a', { a: '1.50' }, '1.5'],
    ['event.properties.a', { a: true }, 'true'],
    ['event.properties.a + event.properties.b', { a: '1' }, 'fails: Variable: b not found'],
    ['event.properties.a', { a: null }, 'fails: Variable: a not found'],
    ['event.properties.constructor', {}, 'fails: Variable: constructor not found'],
    ['event.properties.a * 2', { a: 'x' }, 'fails: Expected a decimal'],
    ['event.properties.roundness', { roundness: 4 }, '4'],
  ])('%s of %j is %s', (text, properties, value) => {
    expect(resultOf(text, properties)).toBe(value)
  })

  it.each([
    '',
    ' ',
    '1 +',
    '+1',
    '--1',
    '1.',
    '.5',
    '1e3',
    '1 2',
    '(1',
    '1)',
    '1\t+ 2',
    '1\n+ 2',
    "'a",
    'event.other',
    'event.properties',
    'event.properties.1a',
    'event.properties.é',
    'event.timestamp.x',
    'event.codes',
    'properties.a',
    'rOUND(1)',
    'round()',
    'round(1,)',
    'round(1, 2, 3)',
    'ceil(1, 2, 3)',
    'sum(1, 2)',
    '1 % 2',
    '$',
  ])('%j does not parse', (text) => {
    expect(parseExpression(text)).toBeUndefined()
  })

  it('neither long nor deep garbage overflows', () => {
    expect(parseExpression('('.repeat(9_000))).toBeUndefined()
    expect(parseExpression(`${'('.repeat(100)}1${')'.repeat(100)}`)).toBeUndefined()
    expect(parseExpression('1'.repeat(10_001))).toBeUndefined()
    expect(resultOf(`1${'+1'.repeat(4_000)}`)).toBe('4001')
    expect(resultOf(`${'('.repeat(40)}1${')'.repeat(40)}`)).toBe('1')
  })

  it('refuses numbers and texts that grow without end', () => {
    const square = `event.properties.a${'*event.properties.a'.repeat(5)}`
    expect(resultOf(square, { a: '9'.repeat(1_500) })).toBe('fails: Number out of range')
    expect(resultOf(square, { a: '1e1500' })).toBe('fails: Number out of range')
    const text = 'x'.repeat(40_000)
    expect(resultOf('concat(event.properties.a, event.properties.a)', { a: text })).toBe(
      'fails: Text too long',
    )
  })

  it('never throws, whatever the text', () => {
    const words = ['1', '-', '+', '*', '/', '(', ')', ',', ' ', "'", 'round(', 'event.', 'properties.a', '.']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
        const result = run(parts.join(''), { a: '2' })
        if (result?.ok === false) expect(result.message.length).toBeGreaterThan(0)
      }),
    )
  })

  it('agrees with exact integer arithmetic', () => {
    const small = fc.bigInt({ min: -1_000_000n, max: 1_000_000n })
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const result = resultOf(
          'event.properties.a + event.properties.b * event.properties.c - event.properties.a * event.properties.b',
          { a: `${a}`, b: `${b}`, c: `${c}` },
        )
        expect(result).toBe(`${a + b * c - a * b}`)
      }),
    )
  })
})
