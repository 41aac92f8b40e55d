import fc from 'fast-check'
import { parse } from 'lossless-json'
import { describe, expect, it } from 'vitest'
import { Decimal } from './decimal.ts'
import { fromStoredCents, jsonText, storedCents, toWireCents } from './json-text.ts'

const bigints = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
/** Near the last integer that a double holds with all its neighbours. */
const borderline = fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 5n })

/** What JSON of any kind holds, with exact cents anywhere in it. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, undefined),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    bigints.map(toWireCents),
    borderline.map(toWireCents),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
}))

/** Bigints as numbers without their digits, so that JSON.stringify can write the rest. */
function lossy(each: unknown): unknown {
  if (typeof each === 'bigint') return Number(each)
  if (Array.isArray(each)) return each.map(lossy)
  if (typeof each !== 'object' || each === null) return each
  return Object.fromEntries(Object.entries(each).map(([key, item]) => [key, lossy(item)]))
}

describe('amounts in JSON', () => {
  it('every number of cents is written with its digits', () => {
    fc.assert(
      fc.property(fc.oneof(bigints, borderline), (cents) => {
        expect(jsonText({ amount_cents: toWireCents(cents), list: [toWireCents(cents)] })).toBe(
          `{"amount_cents":${cents},"list":[${cents}]}`,
        )
      }),
    )
  })

  it('is read again as the same numbers', () => {
    fc.assert(
      fc.property(fc.array(bigints), (all) => {
        const read = parse(jsonText(all.map(toWireCents)), undefined, (text) => BigInt(text))
        expect(read).toEqual(all)
      }),
    )
  })

  it('writes everything else as JSON.stringify does', () => {
    fc.assert(
      fc.property(value, (each) => {
        const text = jsonText({ each, beyond: 2n ** 60n })
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ each: lossy(each), beyond: 2 ** 60 })))
        expect(jsonText({ each: lossy(each) })).toBe(JSON.stringify({ each: lossy(each) }))
      }),
    )
  })

  it('keeps toJSON of other values, even next to a bigint', () => {
    const plain = { units: Decimal.of('1.5'), gone: undefined, list: [undefined] }
    expect(jsonText({ ...plain, big: 2n ** 53n })).toBe(
      '{"units":"1.5","list":[null],"big":9007199254740992}',
    )
    expect(() => JSON.stringify(toWireCents(2n ** 53n))).toThrow(TypeError)
  })

  it('survives the database, which gives back doubles', () => {
    fc.assert(
      fc.property(fc.oneof(bigints, borderline), (cents) => {
        const kept = JSON.parse(JSON.stringify({ plan_amount_cents: storedCents(cents), code: '12' }))
        const shown = fromStoredCents(kept)
        expect(jsonText(shown)).toBe(`{"plan_amount_cents":${cents},"code":"12"}`)
      }),
    )
  })
})
