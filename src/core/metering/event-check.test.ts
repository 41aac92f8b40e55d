import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { ExactNumber } from '../input/exact-number.ts'
import { checkEvent, checkEventBatch, timestampOf } from './event-check.ts'

const now = instant(1_709_632_800_500)
const minimal = { transaction_id: 't', code: 'c' }

describe('checkEvent', () => {
  it('takes an event with nothing but its id and code', () => {
    expect(checkEvent(minimal, now)).toEqual({
      ok: true,
      event: {
        transactionId: 't',
        code: 'c',
        externalSubscriptionId: null,
        externalCustomerId: null,
        at: now,
        properties: {},
        preciseTotalAmountCents: null,
      },
    })
  })

  it('takes every field', () => {
    const check = checkEvent(
      {
        ...minimal,
        external_subscription_id: 's',
        timestamp: '1651222791.1239',
        properties: { a: [1] },
        precise_total_amount_cents: '123.45',
        unknown: 1,
      },
      now,
    )
    if (!check.ok) throw new Error('refused')
    expect(check.event.at).toBe(1_651_222_791_123)
    expect(check.event.properties).toEqual({ a: [1] })
    expect(check.event.preciseTotalAmountCents?.toString()).toBe('123.45')
    expect(check.event.externalSubscriptionId).toBe('s')
  })

  it('takes numbers as texts and drops what is no object', () => {
    const check = checkEvent(
      { transaction_id: new ExactNumber('12'), code: 5, properties: [1], timestamp: null },
      now,
    )
    expect(check.ok && [check.event.transactionId, check.event.code, check.event.properties]).toEqual([
      '12',
      '5',
      {},
    ])
  })

  it.each<[Record<string, unknown>, Record<string, string[]>]>([
    [{ transaction_id: '' }, { transaction_id: ['value_is_mandatory'] }],
    [{ transaction_id: '  ' }, { transaction_id: ['value_is_mandatory'] }],
    [
      { transaction_id: null, code: undefined },
      { transaction_id: ['value_is_mandatory'], code: ['value_is_mandatory'] },
    ],
    [{ code: { a: 1 } }, { code: ['value_is_mandatory'] }],
    [{ transaction_id: 'a\u0000b' }, { transaction_id: ['invalid_format'] }],
    [{ transaction_id: 'x'.repeat(256) }, { transaction_id: ['value_is_too_long'] }],
    [{ external_subscription_id: '\ud800' }, { external_subscription_id: ['invalid_format'] }],
    [{ timestamp: '' }, { timestamp: ['invalid_format'] }],
    [{ timestamp: 'abc' }, { timestamp: ['invalid_format'] }],
    [{ timestamp: '2024-03-05T10:00:00Z' }, { timestamp: ['invalid_format'] }],
    [{ timestamp: true }, { timestamp: ['invalid_format'] }],
    [{ timestamp: {} }, { timestamp: ['invalid_format'] }],
    [{ timestamp: new ExactNumber('1e99999') }, { timestamp: ['invalid_format'] }],
    [{ properties: { a: 'x\u0000' } }, { properties: ['invalid_format'] }],
    [{ precise_total_amount_cents: 'x' }, { precise_total_amount_cents: ['invalid_format'] }],
    [
      { precise_total_amount_cents: '9223372036854775808' },
      { precise_total_amount_cents: ['invalid_format'] },
    ],
  ])('refuses case %#', (over, errors) => {
    expect(checkEvent({ ...minimal, ...over }, now)).toEqual({ ok: false, errors })
  })
})

describe('timestampOf', () => {
  it.each<[unknown, number | undefined]>([
    [1_651_222_791, 1_651_222_791_000],
    ['1651222791', 1_651_222_791_000],
    ['1709539200.123', 1_709_539_200_123],
    [new ExactNumber('1709539200.1239'), 1_709_539_200_123],
    [1_709_539_200.999, 1_709_539_200_999],
    ['1.5e3', 1_500_000],
    [0, 0],
    ['-1.5', -1500],
    ['253402300799.999', 253_402_300_799_999],
    ['253402300800', undefined],
    ['-62135596801', undefined],
    ['1651222791000000', undefined],
    [Number.NaN, undefined],
    ['12 ', undefined],
    [null, undefined],
  ])('%j is %s', (source, expected) => {
    expect(timestampOf(source)).toBe(expected)
  })

  it('keeps every millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        const text = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`
        expect(timestampOf(text)).toBe(ms)
        expect(timestampOf(`${text}999`)).toBe(ms)
      }),
    )
  })
})

describe('checkEventBatch', () => {
  const batch = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ transaction_id: `t${index}`, code: 'c' }))

  it.each<[unknown, unknown]>([
    [undefined, { events: ['no_events'] }],
    [[], { events: ['no_events'] }],
    ['x', { events: ['no_events'] }],
    [batch(101), { events: ['too_many_events'] }],
    [
      [minimal, { code: 'c' }, 'x', { ...minimal, timestamp: '' }],
      {
        1: { transaction_id: ['value_is_mandatory'] },
        2: { transaction_id: ['value_is_mandatory'], code: ['value_is_mandatory'] },
        3: { timestamp: ['invalid_format'] },
      },
    ],
  ])('refuses case %#', (raw, errors) => {
    expect(checkEventBatch(raw, now, 100)).toMatchObject({ ok: false, errors })
  })

  it('gives what is well formed by its place, also of a batch that it refuses', () => {
    const check = checkEventBatch([{ code: 'c' }, minimal], now, 100)
    const valid = check.ok ? null : [...check.valid]
    expect(valid?.map(([index, { code }]) => [index, code])).toEqual([[1, minimal.code]])
    expect(checkEventBatch(batch(101), now, 100)).toMatchObject({ ok: false, valid: new Map() })
  })

  it('takes the limit', () => {
    const check = checkEventBatch(batch(100), now, 100)
    expect(check.ok && check.events.map((event) => event.transactionId)).toEqual(
      batch(100).map((e) => e.transaction_id),
    )
  })
})
