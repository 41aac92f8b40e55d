import { describe, expect, it } from 'vitest'
import { Decimal } from '../../core/amounts/decimal.ts'
import { instant } from '../../core/calendar/instant.ts'
import type { RawEvent } from '../../core/metering/reference.ts'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Cuts, CutTracker } from './definitions.ts'
import { RunningState } from './running-state.ts'

const NOON = Date.parse('2024-03-05T12:00:00.000Z')

function trackerOf(
  aggregation: Aggregation,
  fieldName: string | null,
  keys: string[] = [],
  cuts: Cuts = new Map(),
): CutTracker {
  return { id: 'a3b1c2d4-0000-7000-8000-000000000001', aggregation, fieldName, keys, cuts }
}

function eventAt(
  ms: number,
  properties: Record<string, unknown>,
  subscription: string | null = 'sub',
): RawEvent {
  return {
    id: `00000000-0000-7000-8000-${String(ms).padStart(12, '0')}`,
    transactionId: `t${ms}`,
    code: 'code',
    externalSubscriptionId: subscription,
    at: instant(NOON + ms),
    properties,
    preciseTotalAmountCents: null,
  }
}

function rowsOf(tracker: CutTracker, events: readonly RawEvent[]) {
  const state = new RunningState()
  for (const event of events) state.add(tracker, event)
  return [...state.rows()].map((row) => ({ ...row, values: JSON.parse(row.json) }))
}

describe('what events add to the running state', () => {
  it('keeps the parts of an hour separate where it is split for the subscription', () => {
    const cuts = new Map([['sub', [NOON + 1500, NOON + 60_000]]])
    const tracker = trackerOf('count_agg', null, [], cuts)
    const times = [0, 1499, 1500, 59_999, 60_000, 3_600_000]
    const rows = rowsOf(
      tracker,
      times.flatMap((ms) => [eventAt(ms, {}), eventAt(ms, {}, 'other')]),
    )
    const shown = rows.map(({ subscription, values: { a, n = 1 } }) => [subscription, a - NOON, n])
    expect(shown.sort()).toEqual(
      [
        ['other', 0, 5],
        ['other', 3_600_000, 1],
        ['sub', 0, 2],
        ['sub', 1500, 2],
        ['sub', 60_000, 1],
        ['sub', 3_600_000, 1],
      ].sort(),
    )
  })

  it('adds up the sums and the highest value of an hour and a bucket', () => {
    const events = [
      eventAt(1, { level: '5', region: 'eu' }),
      eventAt(2, { level: 7.25, region: 'eu' }),
      eventAt(3, { level: '-1', region: 'us' }),
      eventAt(3_600_000, { level: '9', region: 'eu' }),
      eventAt(4, { level: 'none', region: 'eu' }),
      eventAt(5, { level: '3', region: 'eu' }, null),
    ]
    const rows = rowsOf(trackerOf('max_agg', 'level', ['region']), events)
    expect(rows.map(({ values: { d, n, v, x, a, l } }) => ({ d, n, v, x, a, l }))).toEqual([
      {
        d: ['eu'],
        n: 2,
        v: '12.25',
        x: '7.25',
        a: NOON,
        l: NOON + 2,
      },
      { d: ['us'], n: undefined, v: '-1', x: '-1', a: NOON, l: NOON + 3 },
      { d: ['eu'], n: undefined, v: '9', x: '9', a: NOON + 3_600_000, l: NOON + 3_600_000 },
    ])
  })

  it('counts without a sum, and adds up the amounts that events name themselves', () => {
    const priced = { ...eventAt(1, {}), preciseTotalAmountCents: Decimal.of('1.5') }
    const [row] = rowsOf(trackerOf('count_agg', null), [priced, eventAt(2, {}), { ...priced, id: 'z' }])
    expect(row?.values).toMatchObject({ n: 3, p: '3', s: 'sub' })
    // Nor a bucket, for there are no key values.
    for (const key of ['v', 'b', 'd']) expect(Object.keys(row?.values)).not.toContain(key)
  })

  it('keeps the newest event of each unique value', () => {
    const events = [
      eventAt(2, { id: 'x', operation_type: 'remove' }),
      eventAt(1, { id: 'x' }),
      eventAt(1, { id: 'y' }),
    ]
    const rows = rowsOf(trackerOf('unique_count_agg', 'id'), events)
    expect(rows.map(({ isLast, values: { u, n, o } }) => ({ isLast, u, n, o }))).toEqual([
      { isLast: true, u: 'x', n: 2, o: 'remove' },
      { isLast: true, u: 'y', n: 1, o: 'add' },
    ])
  })

  it('writes control characters of senders as escapes, so that one can separate the rows', () => {
    const events = [eventAt(1, { id: '\u001e"\\', region: '\u001e' }, '\u001e"')]
    const [row] = rowsOf(trackerOf('unique_count_agg', 'id', ['region']), events)
    expect(row?.json).not.toContain('\u001e')
    expect(row?.values).toMatchObject({ s: '\u001e"', u: '\u001e"\\', d: ['\u001e'] })
  })
})
