import { isSameValue } from '../../core/input/same-value.ts'
import { type FilterSettings, valuesKey } from '../../core/plans/charge-filters.ts'
import type { ChargePayload } from '../../core/plans/charge-settings.ts'
import { normalizeProperties } from '../../core/pricing/charge-rules.ts'
import { notFound } from '../../core/refusal.ts'
import {
  type ChargeFilterRow,
  type ChargeRow,
  deleteFilters,
  insertCharge,
  insertFilters,
  type NewFilter,
  updateCharge,
  updateFilters,
} from '../../store/charges.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { findPricingUnit } from '../../store/plan-parts.ts'
import { chargesWithParts, type PlanCharge } from '../../store/plans.ts'
import { findTaxes, replaceTaxes } from '../../store/taxes.ts'
import type { Caller } from '../context.ts'

/** The ids of the taxes with these codes; 404 `tax_not_found` when one is unknown. */
export async function taxIdsOf(reads: Reads, codes: readonly string[]): Promise<string[]> {
  const taxes = await findTaxes(reads, codes)
  if (taxes.length < new Set(codes).size) throw notFound('tax')
  return taxes.map((tax) => tax.id)
}

/** Where a new charge goes; `parentId` is the charge of the original plan when the plan is a copy. */
export type NewChargePlace = {
  readonly planId: string
  readonly parentId: string | null
  readonly billableMetricId: string
}

/**
 * Writes a new charge with its filters, taxes and pricing unit. 404 for an unknown tax or pricing unit, 422 for a
 * code already used on the plan.
 */
export async function writeNewCharge(
  tx: Tx,
  caller: Caller,
  place: NewChargePlace,
  payload: ChargePayload,
  code: string,
): Promise<ChargeRow> {
  const { organizationId, now } = caller
  const taxIds = await taxIdsOf(tx, payload.taxCodes ?? [])
  const pricingUnitId = await pricingUnitIdOf(tx, payload)
  const settings = { ...payload.settings, code }
  const row = { organizationId, id: newId(), ...place, pricingUnitId }
  const charge = await insertCharge(tx, row, settings, now)
  await insertFilters(tx, organizationId, newFilters(charge.id, payload.filters ?? []), now)
  if (taxIds.length > 0) await replaceTaxes(tx, organizationId, 'charge', charge.id, taxIds)
  return charge
}

/**
 * Writes a copy of a charge into a copy of its plan: without taxes, with its filters and pricing unit
 * (docs/rules/events.md).
 */
export async function writeChargeCopy(
  tx: Tx,
  caller: Caller,
  parent: PlanCharge,
  planId: string,
  payload: ChargePayload | undefined,
): Promise<ChargeRow> {
  const { organizationId, now } = caller
  const charge = await insertCharge(
    tx,
    {
      organizationId,
      id: newId(),
      planId,
      parentId: parent.id,
      billableMetricId: parent.billableMetricId,
      pricingUnitId: parent.pricingUnitId,
    },
    { ...(payload?.settings ?? parent), code: parent.code },
    now,
  )
  await insertFilters(tx, organizationId, newFilters(charge.id, payload?.filters ?? parent.filters), now)
  const taxIds = await taxIdsOf(tx, payload?.taxCodes ?? [])
  if (taxIds.length > 0) await replaceTaxes(tx, organizationId, 'charge', charge.id, taxIds)
  return charge
}

/** Writes an update of a charge; filters and taxes not in the payload stay. Errors as for a new charge. */
export async function writeChargeChange(
  tx: Tx,
  caller: Caller,
  stored: PlanCharge,
  payload: ChargePayload,
): Promise<void> {
  const { settings } = payload
  await updateCharge(tx, stored.id, { ...settings, code: settings.code ?? stored.code }, caller.now)
  if (payload.taxCodes) {
    const taxIds = await taxIdsOf(tx, payload.taxCodes)
    await replaceTaxes(tx, caller.organizationId, 'charge', stored.id, taxIds)
  }
  if (payload.filters) await writeFilters(tx, caller, [{ charge: stored, wanted: payload.filters }])
  else if (settings.chargeModel !== stored.chargeModel) {
    // The prices of another model do not apply to the new one.
    const properties = normalizeProperties(settings.chargeModel, null, { isFilter: true })
    const filters = stored.filters.map((filter) => ({ ...filter, properties }))
    await updateFilters(tx, filters, caller.now)
  }
}

/** A charge and its complete new list of filters. */
export type WantedFilters = {
  readonly charge: Pick<PlanCharge, 'id'> & { readonly filters: readonly ChargeFilterRow[] }
  readonly wanted: readonly FilterSettings[]
}

/**
 * Replaces the filters of charges, in the given order, in three statements for any number of charges. A filter is
 * matched by its values and keeps its id; unchanged ones are not touched (docs/rules/filters-and-groups.md#filters).
 */
export async function writeFilters(tx: Tx, caller: Caller, charges: readonly WantedFilters[]): Promise<void> {
  const { organizationId, now } = caller
  const changes = charges.map(filterChanges)
  await deleteFilters(
    tx,
    changes.flatMap(({ gone }) => gone),
    now,
  )
  await updateFilters(
    tx,
    changes.flatMap(({ changed }) => changed),
    now,
  )
  await insertFilters(
    tx,
    organizationId,
    changes.flatMap(({ added }) => added),
    now,
  )
}

function filterChanges({ charge, wanted }: WantedFilters) {
  // Trimming a metric may have left two filters with the same values: keep the first, delete the other.
  const stored = new Map(charge.filters.toReversed().map((filter) => [valuesKey(filter.values), filter]))
  const keys = new Set(wanted.map((filter) => valuesKey(filter.values)))
  const gone = charge.filters.filter((filter) => {
    const key = valuesKey(filter.values)
    return !keys.has(key) || stored.get(key) !== filter
  })
  const added: NewFilter[] = []
  const changed: ChargeFilterRow[] = []
  for (const [position, filter] of wanted.entries()) {
    const before = stored.get(valuesKey(filter.values))
    if (!before) added.push({ ...filter, chargeId: charge.id, position })
    else if (before.position !== position || !isSameFilter(before, filter)) {
      changed.push({ ...before, ...filter, id: before.id, position })
    }
  }
  return { gone: gone.map((filter) => filter.id), added, changed }
}

/** The filters of a new charge, in order. */
export function newFilters(chargeId: string, filters: readonly FilterSettings[]): NewFilter[] {
  return filters.map((filter, position) => ({ ...filter, chargeId, position }))
}

/** Whether two filters have the same prices and name. */
export function isSameFilter(a: FilterSettings, b: FilterSettings): boolean {
  return a.invoiceDisplayName === b.invoiceDisplayName && isSameValue(a.properties, b.properties)
}

/** The charge of a row, with its current parts. */
export async function withItsParts(reads: Reads, row: ChargeRow): Promise<PlanCharge> {
  const [charge] = await chargesWithParts(reads, [row])
  if (!charge) throw notFound('charge')
  return charge
}

async function pricingUnitIdOf(tx: Tx, payload: ChargePayload): Promise<string | null> {
  const code = payload.pricingUnitCode
  if (code === undefined) return null
  const unit = code === null ? undefined : await findPricingUnit(tx, code)
  if (!unit) throw notFound('pricing_unit')
  return unit.id
}
