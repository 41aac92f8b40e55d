import {
  type FixedChargePayload,
  readFixedChargeChange,
  readNewFixedCharge,
} from '../fixed-charges/settings.ts'
import { Fields, type Input } from '../input/fields.ts'
import { readMetadata } from '../input/metadata.ts'
import type { MetricSettings } from '../metrics/metric.ts'
import { type Outcome, Problems } from '../problems.ts'
import { type ChargePayload, readChargeChange, readNewCharge } from './charge-settings.ts'
import type { DefinedCharge, DefinedFixedCharge, DefinedPlan } from './plan-definition.ts'
import { readCommitment, readEntries, readThresholds, type ThresholdSettings } from './plan-parts.ts'
import { readPlanChange } from './plan-settings.ts'

type Metric = MetricSettings & { readonly code: string }
type WithMetric = DefinedCharge & { readonly metric: Metric }

/** A stored plan with the metrics of its charges. */
export type ChangeablePlan = Omit<DefinedPlan, 'charges'> & { readonly charges: readonly WithMetric[] }

/** What a change of a plan depends on besides the plan. */
export type ChangeFacts = {
  /** Whether the plan ever had a subscription. */
  readonly isFrozen: boolean
  /** Those that charges name, by id. */
  readonly metrics: ReadonlyMap<string, Metric>
  /** Those that new fixed charges name, by id or by code. */
  readonly addOns: readonly { readonly id: string; readonly code: string }[]
}

const coded = (codes: readonly string[]) => codes.map((code) => ({ code }))

/**
 * A plan as an update with `input` would leave it, by the rules of the update (docs/rules/plans.md#changing-a-plan);
 * new charges have their place as an id. Refuses with a 422; errors of a charge are under `charges.<place>.<field>`.
 */
export function planAfter(plan: ChangeablePlan, input: Input, facts: ChangeFacts): Outcome<DefinedPlan> {
  const problems = new Problems()
  const settings = readPlanChange(input, plan, facts.isFrozen, problems)
  const taxCodes = new Fields(input, problems).ids('tax_codes')
  const charges = readEntries(input, 'charges', problems)?.flatMap((entry, place) =>
    chargeAfter(plan, entry, place, facts, problems),
  )
  const fixedCharges = readEntries(input, 'fixed_charges', problems)?.flatMap((entry, place) =>
    fixedChargeAfter(plan, entry, place, facts, problems),
  )
  const thresholds = readThresholds(input.usage_thresholds, problems)
  const metadata = input.metadata === undefined ? undefined : problems.absorb(readMetadata(input.metadata))
  return problems.outcome({
    ...settings,
    metadata: metadata === undefined ? plan.metadata : metadata,
    taxes: taxCodes ? coded(taxCodes) : plan.taxes,
    thresholds: thresholds ? [...thresholds].sort(byKindAndAmount) : plan.thresholds,
    minimumCommitment: commitmentAfter(plan, input, problems),
    charges: charges ?? plan.charges,
    fixedCharges: fixedCharges ?? plan.fixedCharges,
  })
}

/** The order in which thresholds are stored. */
function byKindAndAmount(a: ThresholdSettings, b: ThresholdSettings): number {
  return Number(a.isRecurring) - Number(b.isRecurring) || Number(a.amountCents - b.amountCents)
}

function commitmentAfter(
  { minimumCommitment: stored }: ChangeablePlan,
  input: Input,
  problems: Problems,
): DefinedPlan['minimumCommitment'] {
  const given = readCommitment(input.minimum_commitment, stored === null, problems)
  if (given === undefined || given === null) return given === null ? null : stored
  const amountCents = given.amountCents ?? stored?.amountCents
  if (amountCents === undefined) return stored
  const { invoiceDisplayName: name, taxCodes } = given
  return {
    amountCents,
    invoiceDisplayName: name === undefined ? (stored?.invoiceDisplayName ?? null) : name,
    taxes: taxCodes ? coded(taxCodes) : (stored?.taxes ?? []),
  }
}

function chargeAfter(
  plan: ChangeablePlan,
  entry: Input,
  place: number,
  { isFrozen, metrics }: ChangeFacts,
  problems: Problems,
): DefinedCharge[] {
  const stored = plan.charges.find(({ id }) => id === idIn(entry, 'id'))
  const metricId = idIn(entry, 'billable_metric_id')
  const named = metrics.get(metricId)
  if (stored) {
    const metric = (isFrozen ? undefined : named) ?? stored.metric
    const billableMetricId = metric === stored.metric ? stored.billableMetricId : metricId
    const payload = problems.absorb(
      readChargeChange(entry, stored, metric, { isFrozen }),
      `charges.${place}.`,
    )
    return payload ? [{ ...stored, billableMetricId, metric, ...partsAfter(payload, stored) }] : []
  }
  if (!named) {
    problems.add(`charges.${place}.billable_metric_id`, 'value_is_invalid')
    return []
  }
  const payload = problems.absorb(readNewCharge(entry, named, { needsCode: false }), `charges.${place}.`)
  if (!payload) return []
  const unit = typeof payload.pricingUnitCode === 'string' ? { code: payload.pricingUnitCode } : null
  const none = { filters: [], taxes: [], pricingUnit: unit }
  const parts = partsAfter(payload, none)
  const code = payload.settings.code ?? named.code
  return [{ ...none, ...parts, id: `charge ${place}`, code, billableMetricId: metricId, metric: named }]
}

function partsAfter(
  { settings, filters, taxCodes }: ChargePayload,
  stored: Pick<DefinedCharge, 'filters' | 'taxes'>,
) {
  return {
    ...settings,
    filters: filters ?? stored.filters,
    taxes: taxCodes ? coded(taxCodes) : stored.taxes,
  }
}

function fixedChargeAfter(
  plan: ChangeablePlan,
  entry: Input,
  place: number,
  { isFrozen, addOns }: ChangeFacts,
  problems: Problems,
): DefinedFixedCharge[] {
  const stored = plan.fixedCharges.find(({ id }) => id === idIn(entry, 'id'))
  const outcome = stored
    ? readFixedChargeChange(entry, stored, { isFrozen, isWhole: false })
    : readNewFixedCharge(entry)
  const payload: FixedChargePayload | undefined = problems.absorb(outcome, `fixed_charges.${place}.`)
  if (!payload) return []
  const taxes = payload.taxCodes ? coded(payload.taxCodes) : (stored?.taxes ?? [])
  if (stored) return [{ ...stored, ...payload.settings, taxes }]
  const addOn = addOnOf(entry, addOns)
  if (!addOn) {
    problems.add(`fixed_charges.${place}.add_on_id`, 'value_is_invalid')
    return []
  }
  const { id: addOnId, code: addOnCode } = addOn
  const code = payload.settings.code ?? addOnCode
  return [{ ...payload.settings, id: `fixed charge ${place}`, code, addOnId, addOnCode, taxes }]
}

function idIn(entry: Input, key: string): string {
  const id = entry[key]
  return typeof id === 'string' ? id.toLowerCase() : ''
}

/** The add-on that an entry names by id, otherwise by code. */
export function addOnOf<T extends { readonly id: string; readonly code: string }>(
  entry: Input,
  addOns: readonly T[],
): T | undefined {
  const id = idIn(entry, 'add_on_id')
  const code = typeof entry.add_on_code === 'string' ? entry.add_on_code.trim() : ''
  return addOns.find((addOn) => (id === '' ? addOn.code === code : addOn.id === id))
}
