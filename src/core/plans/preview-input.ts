import { Decimal } from '../amounts/decimal.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { readEntries } from './plan-parts.ts'

/** What a preview takes as used of one charge; `filter` is the place of one of its filters, null for the rest. */
export type PreviewedUsage = {
  /** The place of the charge in the plan of the request. */
  readonly charge: number
  readonly filter: number | null
  readonly units: Decimal
  readonly eventsCount: number
  /** Sum of the prices that events carry, in currency units; for the dynamic model. */
  readonly preciseTotalAmount: Decimal
}

/** A preview of a plan: the plan is read like that of a new plan. */
export type PlanPreviewInput = {
  readonly plan: Input
  readonly usage: readonly PreviewedUsage[]
  readonly withCurves: boolean
}

/** More events are not made up one by one. */
const EVENTS_MAX = 10_000
const UNITS_MAX = Decimal.of('1e15')
/** What somebody who is still typing has not written yet. */
const UNTITLED = { name: 'Preview', code: 'preview', amount_cents: 0 }

/** Reads the body of a preview; `plan` is the object under that key. Refuses with a 422. */
export function readPlanPreview(body: Input, plan: Input): Outcome<PlanPreviewInput> {
  const problems = new Problems()
  const fields = new Fields(body, problems)
  const usage = (readEntries(body, 'usage', problems) ?? []).map((each) => readUsage(each, problems))
  const given = Object.entries(plan).filter(([, value]) => value !== null && value !== '')
  return problems.outcome({
    plan: { ...UNTITLED, ...Object.fromEntries(given) },
    usage,
    withCurves: fields.boolean('with_curves') ?? false,
  })
}

function readUsage(input: Input, problems: Problems): PreviewedUsage {
  const fields = new Fields(input, problems, 'usage.')
  const units = fields.decimal('units') ?? Decimal.zero
  if (units.isNegative() || units.compare(UNITS_MAX) > 0) fields.refuse('units', 'value_is_out_of_range')
  const eventsCount = fields.integer('events_count') ?? 1
  if (eventsCount > EVENTS_MAX) fields.refuse('events_count', 'value_is_out_of_range')
  const total = fields.decimal('precise_total_amount') ?? Decimal.zero
  if (total.isNegative() || total.compare(UNITS_MAX) > 0) {
    fields.refuse('precise_total_amount', 'value_is_out_of_range')
  }
  return {
    charge: fields.integer('charge') ?? 0,
    filter: fields.integer('filter') ?? null,
    units,
    eventsCount: Math.min(eventsCount, EVENTS_MAX),
    preciseTotalAmount: total,
  }
}
