import { Decimal } from '../../src/core/amounts/decimal.ts'
import type { CalendarDate } from '../../src/core/calendar/calendar-date.ts'
import { addMs, DAY_MS, type Instant, SECOND_MS } from '../../src/core/calendar/instant.ts'
import { endOfDay, startOfDay } from '../../src/core/calendar/zone.ts'
import type { AdvanceState } from '../../src/core/metering/advance-state.ts'
import { type MeasureContext, measure } from '../../src/core/metering/measure.ts'
import { type RawEvent, summarizeEvents, usageOf } from '../../src/core/metering/reference.ts'
import type { Aggregation, UsageGroup, UsageQuery } from '../../src/core/metering/usage.ts'
import { type ChargeProperties, plainUsage } from '../../src/core/pricing/charge-model.ts'
import { type ChargeModelName, chargeModels } from '../../src/core/pricing/models.ts'
import { freeAllowanceOf } from '../../src/core/pricing/percentage.ts'
import { runningTotalsOf } from '../../src/core/pricing/running-totals.ts'
import { planEvent } from '../../src/core/rating/event-plan.ts'
import { rateEvent, stepOfEvent } from '../../src/core/rating/rate-event.ts'
import { ratedCharge } from '../support/rating-fixtures.ts'
import { at, decimal, list, type Row, shown } from './cells.ts'
import type { FigureTable } from './tables.ts'

/** Prices in currency units: of `Units`, or of `Events` with their own values. */
export function priceFigures({ rows, settings: { model, ...properties } }: FigureTable): Row[] {
  return rows.map((row) => {
    const values = list(row.Events).map(decimal)
    const units = row.Units === undefined ? Decimal.sum(values) : decimal(row.Units)
    const usage = {
      ...plainUsage(units, values.length),
      eventValues: values,
      runningTotals: model === 'percentage' ? runningTotalsOf(freeAllowanceOf(properties), values) : [],
    }
    return { Amount: shown(chargeModels[model as ChargeModelName].price(properties, usage).amount) }
  })
}

type Period = { readonly from: Instant; readonly to: Instant; readonly days: number }

function periodOf(settings: { from?: string; to?: string; days?: number }): Period {
  const from = startOfDay((settings.from ?? '2024-04-01') as CalendarDate, 'UTC')
  const to = endOfDay((settings.to ?? '2024-04-30') as CalendarDate, 'UTC')
  return { from, to, days: settings.days ?? 30 }
}

type Sent = { readonly at: Instant; readonly properties: Readonly<Record<string, string>> }

function rawEvents(sent: readonly Sent[]): RawEvent[] {
  return sent.map((event, k) => ({
    id: String(k),
    transactionId: `t${k}`,
    code: 'm',
    externalSubscriptionId: 's',
    preciseTotalAmountCents: null,
    ...event,
  }))
}

function groupOf(
  aggregation: Aggregation,
  recurring: boolean,
  { from, to }: Period,
  sent: readonly Sent[],
): UsageGroup {
  const query: UsageQuery = {
    externalSubscriptionId: 's',
    code: 'm',
    aggregation,
    fieldName: aggregation === 'count_agg' ? null : 'n',
    period: { from, to: addMs(to, 1) },
    recurring,
    match: { include: {}, exclude: [] },
    groupBy: [],
    detail: 'events',
  }
  const [group] = usageOf(rawEvents(sent), query)
  if (!group) throw new Error('a query without groups has one answer')
  return group
}

function measured(
  aggregation: Aggregation,
  period: Period,
  group: UsageGroup,
  changes: Partial<MeasureContext>,
) {
  return measure(group, {
    from: period.from,
    to: period.to,
    chargesDurationDays: period.days,
    endedByUpgrade: false,
    zone: 'UTC',
    aggregation,
    recurring: false,
    prorated: false,
    initialLevel: null,
    roundingFunction: null,
    roundingPrecision: null,
    ...changes,
  })
}

/** `add seat-1`, `remove seat-1` or a number as an event's properties. */
function propertiesOf(text: string): Record<string, string> {
  const [, operation, value] = /^(add|remove) (.+)$/.exec(text) ?? []
  return operation === undefined
    ? { n: text.replace('−', '-') }
    : { n: value ?? '', operation_type: operation }
}

/** Units of the events of a period, and of those before it when the metric is recurring. */
export function usageFigures({ rows, settings }: FigureTable): Row[] {
  const period = periodOf(settings)
  return rows.map((row) => {
    const { aggregation, recurring = false, rounding } = settings
    const before = list(row['Before the period']).map((text, k) => ({
      at: addMs(period.from, (k - 1000) * SECOND_MS),
      properties: propertiesOf(text),
    }))
    const within = list(row['In the period']).map((text, k) => ({
      at: addMs(period.from, k * SECOND_MS),
      properties: propertiesOf(text),
    }))
    const group = groupOf(aggregation, recurring, period, [...before, ...within])
    const [roundingFunction = null, roundingPrecision = null] = rounding ?? []
    const context = { recurring, roundingFunction, roundingPrecision }
    return { Units: shown(measured(aggregation, period, group, context).units) }
  })
}

/** `+2,500 on 5` as an event at the start of a day of the period. */
function datedEvents(text: string | undefined, { from }: Period): Sent[] {
  return list(text).map((each) => {
    const [, what = '', day] = /^(.+) on (\d+)$/.exec(each) ?? []
    const properties = propertiesOf(what.replace('+', '').replaceAll(',', ''))
    return { at: addMs(from, (Number(day) - 1) * DAY_MS), properties }
  })
}

export function weightedFigures({ rows, settings }: FigureTable): Row[] {
  const period = periodOf(settings)
  return rows.map((row) => {
    const before = {
      at: addMs(period.from, -DAY_MS),
      properties: { n: decimal(row['Level before']).toString() },
    }
    const group = groupOf('weighted_sum_agg', true, period, [before, ...datedEvents(row.Changes, period)])
    const found = measured('weighted_sum_agg', period, group, {
      recurring: true,
      initialLevel: group.carried,
    })
    return { Units: shown(found.units.round(5)), 'Level at the end': shown(found.totalAggregatedUnits) }
  })
}

export function proratedFigures({ rows, settings }: FigureTable): Row[] {
  const period = periodOf(settings)
  return rows.map((row) => {
    const before = list(row['Before the period']).map((text, k) => ({
      at: addMs(period.from, (k - 1000) * SECOND_MS),
      properties: propertiesOf(text),
    }))
    const group = groupOf(settings.aggregation, true, period, [
      ...before,
      ...datedEvents(row.Changes, period),
    ])
    const { units, pricedUnits } = measured(settings.aggregation, period, group, {
      recurring: true,
      prorated: true,
    })
    return { Units: shown(units), 'Priced units': shown(pricedUnits) }
  })
}

/** The fees of consecutive events; each row is the next event in one period. */
export function advanceFigures({ rows, settings }: FigureTable): Row[] {
  const { aggregation, model, recurring = false, prorated = false, properties } = settings
  const period = periodOf(settings)
  const charge = ratedCharge({
    model: model as ChargeModelName,
    properties: properties as ChargeProperties,
    payInAdvance: true,
    prorated,
    metric: { aggregation, recurring, fieldName: aggregation === 'count_agg' ? null : 'n' },
  })
  const events: RawEvent[] = []
  let state: AdvanceState | null = null
  return rows.map((row) => {
    const moment = row.Day === undefined ? addMs(period.from, events.length * SECOND_MS) : at(row.Day)
    const [event] = rawEvents([{ at: moment, properties: propertiesOf(row.Event ?? '') }])
    if (!event) throw new Error('an event for each row')
    const sent = { ...event, id: String(events.length) }
    events.push(sent)
    const plan = planEvent(charge, sent, period.from)
    if (!plan) throw new Error(`the event ${row.Event} does not count`)
    const one = (query: UsageQuery) => usageOf(events, query)[0] ?? summarizeEvents({}, [], query)
    const answer = { withEvent: one(plan.withEvent), before: plan.before && one(plan.before) }
    const window = { from: period.from, to: period.to }
    const context = { window, durationDays: period.days, zone: 'UTC', exponent: 2, isRenewed: false }
    const step = stepOfEvent(plan, answer, state, context)
    state = step.state
    const { fee } = rateEvent(plan, answer, step, context)
    return { Units: shown(fee.units), Fee: shown(fee.amountCents) }
  })
}
