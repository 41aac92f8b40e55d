import { Decimal } from '../amounts/decimal.ts'
import type { PlannedFixedCharge } from '../billing/fixed-charges.ts'
import type { CommitmentFacts, PlanFacts } from '../billing/snapshot.ts'
import type { Instant } from '../calendar/instant.ts'
import { type FixedChargePayload, readNewFixedCharge } from '../fixed-charges/settings.ts'
import type { Input } from '../input/fields.ts'
import { Fields } from '../input/fields.ts'
import { declaredValues, type MetricSettings } from '../metrics/metric.ts'
import { type Outcome, Problems } from '../problems.ts'
import type { RatedCharge } from '../rating/charge.ts'
import { type ChargePayload, readNewCharge } from './charge-settings.ts'
import { readCommitment, readEntries } from './plan-parts.ts'
import { type PlanSettings, readNewPlan } from './plan-settings.ts'

/** A metric that charges of a previewed plan are on. */
export type PreviewedMetric = MetricSettings & { readonly id: string }

/** A plan that is not stored, in the form that billing uses; ids are places in the request, such as `charge 0`. */
export type UnstoredPlan = {
  readonly settings: PlanSettings
  readonly plan: PlanFacts
  readonly charges: readonly RatedCharge[]
  readonly fixedCharges: readonly (PlannedFixedCharge & { readonly invoiceDisplayName: string | null })[]
  readonly commitment: CommitmentFacts | null
  /** Codes of the taxes of each part by its id; the plan's own is `plan`. */
  readonly taxCodes: ReadonlyMap<string, readonly string[]>
}

export const PREVIEWED_PLAN_ID = 'plan'
export const COMMITMENT_ID = 'commitment'
export const chargeIdAt = (place: number): string => `charge ${place}`
export const filterIdAt = (chargePlace: number, place: number): string =>
  `charge ${chargePlace} filter ${place}`

/** The ids of metrics and add-ons that the entries of a plan name. */
export function namedInPlan(input: Input): { readonly metricIds: string[]; readonly addOnIds: string[] } {
  const idsIn = (key: string, name: string) =>
    (readEntries(input, key, new Problems()) ?? []).flatMap((each) => {
      const id = each[name]
      return typeof id === 'string' ? [id.toLowerCase()] : []
    })
  return { metricIds: idsIn('charges', 'billable_metric_id'), addOnIds: idsIn('fixed_charges', 'add_on_id') }
}

/**
 * Reads a plan as `POST /plans` does, without storing it. Refuses with a 422; errors of a charge are under
 * `charges.<place>.<field>`.
 */
export function readUnstoredPlan(
  input: Input,
  metrics: ReadonlyMap<string, PreviewedMetric>,
  now: Instant,
): Outcome<UnstoredPlan> {
  const problems = new Problems()
  const settings = readNewPlan(input, problems)
  const commitment = readCommitment(input.minimum_commitment, true, problems)
  const taxCodes = new Map<string, readonly string[]>()
  const keep = (id: string, codes: readonly string[] | undefined) => codes && taxCodes.set(id, codes)
  keep(PREVIEWED_PLAN_ID, new Fields(input, problems).ids('tax_codes'))
  keep(COMMITMENT_ID, commitment?.taxCodes)
  const charges = (readEntries(input, 'charges', problems) ?? []).flatMap((entry, place): RatedCharge[] => {
    const metric = metrics.get(String(entry.billable_metric_id).toLowerCase())
    if (!metric) {
      problems.add(`charges.${place}.billable_metric_id`, 'value_is_invalid')
      return []
    }
    const payload = problems.absorb(readNewCharge(entry, metric, { needsCode: false }), `charges.${place}.`)
    if (!payload) return []
    keep(chargeIdAt(place), payload.taxCodes)
    return [ratedCharge(place, payload, metric, now)]
  })
  const fixedCharges = (readEntries(input, 'fixed_charges', problems) ?? []).flatMap((entry, place) => {
    const payload = problems.absorb(readNewFixedCharge(entry), `fixed_charges.${place}.`)
    if (!payload) return []
    keep(`fixed charge ${place}`, payload.taxCodes)
    return [plannedFixedCharge(place, payload, String(entry.add_on_id).toLowerCase())]
  })
  const hasPayInAdvanceFixedCharges = fixedCharges.some(({ payInAdvance }) => payInAdvance)
  return problems.outcome({
    settings,
    plan: planFacts(settings, hasPayInAdvanceFixedCharges),
    charges,
    fixedCharges,
    commitment:
      commitment?.amountCents === undefined
        ? null
        : {
            id: COMMITMENT_ID,
            amountCents: commitment.amountCents,
            invoiceDisplayName: commitment.invoiceDisplayName ?? null,
          },
    taxCodes,
  })
}

function planFacts(settings: PlanSettings, hasPayInAdvanceFixedCharges: boolean): PlanFacts {
  return {
    id: PREVIEWED_PLAN_ID,
    currency: settings.amountCurrency,
    interval: settings.interval,
    payInAdvance: settings.payInAdvance,
    amountCents: settings.amountCents,
    trialPeriodDays: null,
    billChargesMonthly: settings.billChargesMonthly ?? false,
    billFixedChargesMonthly: settings.billFixedChargesMonthly ?? false,
    hasPayInAdvanceFixedCharges,
  }
}

function ratedCharge(
  place: number,
  { settings, filters }: ChargePayload,
  metric: PreviewedMetric,
  createdAt: Instant,
): RatedCharge {
  const id = chargeIdAt(place)
  return {
    id,
    rootId: id,
    code: settings.code ?? metric.code,
    invoiceDisplayName: settings.invoiceDisplayName,
    model: settings.chargeModel,
    properties: settings.properties,
    payInAdvance: settings.payInAdvance,
    prorated: settings.prorated,
    invoiceable: settings.invoiceable,
    regroupPaidFees: settings.regroupPaidFees,
    minAmountCents: settings.minAmountCents,
    acceptsTargetWallet: settings.acceptsTargetWallet,
    pricingUnit: null,
    createdAt,
    metric: {
      id: metric.id,
      code: metric.code,
      name: metric.name,
      aggregation: metric.aggregationType,
      fieldName: metric.fieldName,
      recurring: metric.isRecurring,
      roundingFunction: metric.roundingFunction,
      roundingPrecision: metric.roundingPrecision,
      filters: declaredValues(metric.filters),
    },
    filters: (filters ?? []).map((filter, n) => ({ ...filter, id: filterIdAt(place, n), createdAt })),
  }
}

function plannedFixedCharge(
  place: number,
  { settings }: FixedChargePayload,
  addOnId: string,
): UnstoredPlan['fixedCharges'][number] {
  const id = `fixed charge ${place}`
  return {
    id,
    rootId: id,
    addOnId,
    model: settings.chargeModel,
    properties: settings.properties,
    payInAdvance: settings.payInAdvance,
    prorated: settings.prorated,
    units: Decimal.of(settings.units),
    invoiceDisplayName: settings.invoiceDisplayName,
  }
}
