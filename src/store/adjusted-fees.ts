import { type Insertable, type Selectable, sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { AdjustedFee, BilledItem } from '../core/invoicing/adjusted-fee.ts'
import type { FeeTarget } from '../core/invoicing/adjusted-fee-input.ts'
import type { FeeType } from '../core/invoicing/fee-draft.ts'
import { emptyGroup, pricingGroupKeys } from '../core/metering/grouping.ts'
import type { GroupedBy, PropertyValues } from '../core/metering/usage.ts'
import type { ChargeModelName } from '../core/pricing/models.ts'
import { windowOrNull } from './billing/windows.ts'
import type { Reads, Tx } from './database.ts'
import { isId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import { ratedChargesOfPlans } from './rated-charges.ts'
import type { AdjustedFees } from './rows.ts'
import { anyOf } from './values.ts'

export type AdjustedFeeRow = Selectable<AdjustedFees>

/** The adjusted fees of drafts by invoice, each by its key. */
export async function adjustedFeesOfDrafts(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, AdjustedFee>>> {
  const rows = await reads
    .selectFrom('adjustedFees')
    .selectAll()
    .where('invoiceId', '=', anyOf(invoiceIds))
    .execute()
  const byInvoice = new Map<string, Map<string, AdjustedFee>>()
  for (const row of rows) {
    const own = byInvoice.get(row.invoiceId) ?? new Map<string, AdjustedFee>()
    byInvoice.set(row.invoiceId, own.set(row.feeKey, adjustedFeeOf(row)))
  }
  return byInvoice
}

function adjustedFeeOf(row: AdjustedFeeRow): AdjustedFee {
  return {
    id: row.id,
    key: row.feeKey,
    period: windowOrNull(row.fromAt, row.toAt),
    units: row.units === null ? null : Decimal.of(row.units),
    unitAmount: row.unitPreciseAmount === null ? null : Decimal.of(row.unitPreciseAmount),
    invoiceDisplayName: row.invoiceDisplayName,
  }
}

export async function insertAdjustedFee(tx: Tx, row: Insertable<AdjustedFees>): Promise<void> {
  await tx.insertInto('adjustedFees').values(row).execute()
}

/** Removes the adjustment of an invoice's fee, and returns what it was; undefined when the invoice has no such one. */
export async function deleteAdjustedFee(
  tx: Tx,
  invoiceId: string,
  id: string,
): Promise<AdjustedFeeRow | undefined> {
  return tx
    .deleteFrom('adjustedFees')
    .where('invoiceId', '=', invoiceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function isAdjusted(reads: Reads, invoiceId: string, feeKey: string): Promise<boolean> {
  const row = await reads
    .selectFrom('adjustedFees')
    .select('id')
    .where('invoiceId', '=', invoiceId)
    .where('feeKey', '=', feeKey)
    .executeTakeFirst()
  return row !== undefined
}

export async function readAdjustedFee(reads: Reads, id: string): Promise<AdjustedFeeRow> {
  return reads.selectFrom('adjustedFees').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** A page of the adjusted fees of an invoice, oldest first. */
export async function listAdjustedFees(
  reads: Reads,
  invoiceId: string,
  slice: Slice,
): Promise<Listed<AdjustedFeeRow>> {
  const own = reads.selectFrom('adjustedFees').selectAll().where('invoiceId', '=', invoiceId)
  return pageOf(own.orderBy('createdAt').orderBy('id'), slice)
}

/** Notes the fees that rebuilt drafts have for their adjustments, and the windows for which these hold from now on. */
export async function linkAdjustedFees(
  tx: Tx,
  links: readonly { readonly id: string; readonly feeId: string }[],
): Promise<void> {
  if (links.length === 0) return
  await sql`
    update adjusted_fees a set fee_id = f.id, from_at = f.from_at, to_at = f.to_at
    from unnest(${links.map(({ id }) => id)}::uuid[], ${links.map(({ feeId }) => feeId)}::uuid[]) as l (id, fee_id)
    join fees f on f.id = l.fee_id
    where a.id = l.id`.execute(tx)
}

/** What a fee bills, and what its charge is like; null for a fee that has no charge. */
export type BilledTarget = {
  readonly subscriptionId: string
  readonly item: BilledItem
  readonly pricing: { readonly model: ChargeModelName; readonly prorated: boolean } | null
}

/** What a request to adjust a fee of an invoice means; undefined when the invoice has no such fee or subscription. */
export async function findBilledTarget(
  reads: Reads,
  invoiceId: string,
  target: FeeTarget,
): Promise<BilledTarget | undefined> {
  if (target.by === 'fee') return targetOfFee(reads, invoiceId, target.feeId)
  if (!isId(target.subscriptionId)) return undefined
  const subscription = await reads
    .selectFrom('invoiceSubscriptions as l')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .select(['s.id', 's.planId'])
    .where('l.invoiceId', '=', invoiceId)
    .where('s.id', '=', target.subscriptionId)
    .executeTakeFirst()
  if (!subscription) return undefined
  return target.by === 'charge'
    ? targetOfCharge(reads, subscription, target)
    : targetOfFixedCharge(reads, subscription, target.fixedChargeId)
}

async function targetOfFee(
  reads: Reads,
  invoiceId: string,
  feeId: string,
): Promise<BilledTarget | undefined> {
  if (!isId(feeId)) return undefined
  const fee = await reads
    .selectFrom('fees as f')
    .leftJoin('charges as c', 'c.id', 'f.chargeId')
    .leftJoin('chargeFilters as v', 'v.id', 'f.chargeFilterId')
    .leftJoin('fixedCharges as x', 'x.id', 'f.fixedChargeId')
    .select([
      'f.feeType',
      'f.subscriptionId',
      'f.groupedBy',
      'f.trueUpParentFeeId',
      'v.values as filterValues',
    ])
    .select(['c.chargeModel', 'c.prorated', 'x.chargeModel as fixedModel', 'x.prorated as isFixedProrated'])
    .select((eb) => [
      eb.fn.coalesce('c.parentId', 'c.id').as('rootChargeId'),
      eb.fn.coalesce('x.parentId', 'x.id').as('rootFixedChargeId'),
    ])
    .where('f.invoiceId', '=', invoiceId)
    .where('f.id', '=', feeId)
    .executeTakeFirst()
  if (!fee || fee.subscriptionId === null) return undefined
  const { subscriptionId, rootChargeId, rootFixedChargeId } = fee
  if (rootFixedChargeId !== null) {
    const pricing = { model: fee.fixedModel as ChargeModelName, prorated: fee.isFixedProrated ?? false }
    return { subscriptionId, item: { kind: 'fixed_charge', rootFixedChargeId }, pricing }
  }
  if (rootChargeId === null) {
    const kind = (fee.feeType as FeeType) === 'commitment' ? 'commitment' : 'subscription'
    return { subscriptionId, item: { kind }, pricing: null }
  }
  if (fee.trueUpParentFeeId !== null) {
    return { subscriptionId, item: { kind: 'true_up', rootChargeId }, pricing: null }
  }
  const filterValues = fee.filterValues as PropertyValues | null
  const groupedBy = fee.groupedBy as GroupedBy
  const pricing = { model: fee.chargeModel as ChargeModelName, prorated: fee.prorated ?? false }
  return { subscriptionId, item: { kind: 'charge', rootChargeId, filterValues, groupedBy }, pricing }
}

type OnInvoice = { readonly id: string; readonly planId: string }

async function targetOfCharge(
  reads: Reads,
  { id: subscriptionId, planId }: OnInvoice,
  { chargeId, chargeFilterId }: Extract<FeeTarget, { by: 'charge' }>,
): Promise<BilledTarget | undefined> {
  if (!isId(chargeId)) return undefined
  const charge = (await ratedChargesOfPlans(reads, [planId])).get(planId)?.find(({ id }) => id === chargeId)
  const filter = charge?.filters.find(({ id }) => id === chargeFilterId) ?? null
  if (!charge || (chargeFilterId !== null && filter === null)) return undefined
  const properties = filter?.properties ?? charge.properties
  return {
    subscriptionId,
    item: {
      kind: 'charge',
      rootChargeId: charge.rootId,
      filterValues: filter?.values ?? null,
      groupedBy: emptyGroup(pricingGroupKeys(properties, charge.acceptsTargetWallet)),
    },
    pricing: charge,
  }
}

async function targetOfFixedCharge(
  reads: Reads,
  { id: subscriptionId, planId }: OnInvoice,
  fixedChargeId: string,
): Promise<BilledTarget | undefined> {
  if (!isId(fixedChargeId)) return undefined
  const row = await reads
    .selectFrom('fixedCharges')
    .select(['id', 'parentId', 'chargeModel', 'prorated'])
    .where('planId', '=', planId)
    .where('id', '=', fixedChargeId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    subscriptionId,
    item: { kind: 'fixed_charge', rootFixedChargeId: row.parentId ?? row.id },
    pricing: { model: row.chargeModel as ChargeModelName, prorated: row.prorated },
  }
}
