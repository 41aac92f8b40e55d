import type { MadeUpUsage } from '../../core/billing/made-up-usage.ts'
import { type PreviewedPlan, previewPlan } from '../../core/billing/plan-preview.ts'
import { type CurvePoint, priceCurve } from '../../core/billing/price-curve.ts'
import type { TaxesByOwner } from '../../core/billing/snapshot.ts'
import { Fields, type Input } from '../../core/input/fields.ts'
import { type PreviewedUsage, readPlanPreview } from '../../core/plans/preview-input.ts'
import {
  COMMITMENT_ID,
  chargeIdAt,
  filterIdAt,
  namedInPlan,
  PREVIEWED_PLAN_ID,
  readUnstoredPlan,
  type UnstoredPlan,
} from '../../core/plans/previewed-plan.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound, refuseIfAny } from '../../core/refusal.ts'
import { addOnsByIds } from '../../store/add-ons.ts'
import { billableMetricsByIds } from '../../store/billable-metrics.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import type { Reads } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { findTaxes, taxOf } from '../../store/taxes.ts'
import type { Caller, Context } from '../context.ts'
import { previewCustomer } from '../invoices/preview-customer.ts'

/** A previewed plan with the names that its JSON shows. */
export type ShownPlanPreview = PreviewedPlan & {
  readonly unstored: UnstoredPlan
  /** Names of add-ons by their ids. */
  readonly addOnNames: ReadonlyMap<string, string>
  /** By the place of the charge; null when no curves were asked for. */
  readonly curves: readonly (readonly CurvePoint[])[] | null
}

/**
 * What a plan that need not be stored would bill for made-up usage (docs/rules/plans.md#previews). Nothing is written.
 * 422 for invalid fields, 404 `billable_metrics_not_found`, `add_ons_not_found`, `tax_not_found`, `customer_not_found`
 * and `billing_entity_not_found`.
 */
export async function previewPlanBill(
  { database }: Context,
  caller: Caller,
  body: Input,
  planInput: Input,
): Promise<ShownPlanPreview> {
  const asked = accepted(readPlanPreview(body, planInput))
  const who = readWho(body)
  return database.read(caller, async (reads) => {
    const { metricIds, addOnIds } = namedInPlan(asked.plan)
    const [metrics, addOns, customer] = await Promise.all([
      billableMetricsByIds(reads, metricIds.filter(isId)),
      addOnsByIds(reads, addOnIds.filter(isId)),
      previewCustomer(reads, who),
    ])
    if (metricIds.some((id) => !metrics.has(id))) throw notFound('billable_metrics')
    if (addOnIds.some((id) => !addOns.has(id))) throw notFound('add_ons')
    const unstored = accepted(readUnstoredPlan(asked.plan, metrics, caller.now))
    const customers = new Map([[customer.facts.id, customer.facts]])
    const known = await readTaxesOfBills(reads, customers, [])
    const own = await taxesOfParts(reads, unstored)
    const { imaginedTaxes } = customer
    const taxes: TaxesByOwner = {
      ...known,
      ...own,
      ...(imaginedTaxes ? { customers: new Map([[customer.facts.id, imaginedTaxes]]) } : {}),
    }
    const usage = usageOf(asked.usage)
    const facts = { ...unstored, customer: { ...customer, customers }, taxes, usage }
    const previewed = previewPlan(facts, caller.now)
    const addOnNames = new Map([...addOns].map(([id, addOn]) => [id, addOn.invoiceDisplayName ?? addOn.name]))
    const curves = asked.withCurves ? curvesOf(unstored, usage, caller) : null
    return { ...previewed, unstored, addOnNames, curves }
  })
}

/** Who the bill is for: a customer, or somebody with taxes. */
function readWho(body: Input) {
  const problems = new Problems()
  const fields = new Fields(body, problems)
  const externalCustomerId = fields.id('external_customer_id') || null
  const billingEntityCode = fields.id('billing_entity_code') || null
  const taxCodes = fields.ids('customer_tax_codes') ?? []
  refuseIfAny(problems)
  return { externalCustomerId, billingEntityCode, customer: { tax_codes: taxCodes } }
}

function usageOf(usage: readonly PreviewedUsage[]): readonly MadeUpUsage[] {
  return usage.map(({ charge, filter, ...rest }) => ({
    ...rest,
    chargeId: chargeIdAt(charge),
    filterId: filter === null ? null : filterIdAt(charge, filter),
  }))
}

/** The taxes that the parts of the plan name, by owner. */
async function taxesOfParts(
  reads: Reads,
  { taxCodes }: UnstoredPlan,
): Promise<Pick<TaxesByOwner, 'plans' | 'charges' | 'fixedCharges' | 'minimumCommitments'>> {
  const codes = [...new Set([...taxCodes.values()].flat())]
  const rows = await findTaxes(reads, codes)
  if (rows.length < codes.length) throw notFound('tax')
  const named = [...taxCodes].map(
    ([id, own]) => [id, rows.filter(({ code }) => own.includes(code)).map(taxOf)] as const,
  )
  const only = (fits: (id: string) => boolean) => new Map(named.filter(([id]) => fits(id)))
  return {
    plans: only((id) => id === PREVIEWED_PLAN_ID),
    charges: only((id) => id.startsWith('charge ')),
    fixedCharges: only((id) => id.startsWith('fixed charge ')),
    minimumCommitments: only((id) => id === COMMITMENT_ID),
  }
}

function curvesOf({ charges, plan }: UnstoredPlan, usage: readonly MadeUpUsage[], { now }: Caller) {
  return charges.map((charge) => {
    const own = usage.find(({ chargeId, filterId }) => chargeId === charge.id && filterId === null)
    return own ? priceCurve(charge, own, plan.currency, now) : []
  })
}
