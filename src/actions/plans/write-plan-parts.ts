import type { CommitmentPayload, ThresholdSettings } from '../../core/plans/plan-parts.ts'
import { scheduleActivity } from '../../store/activity-items.ts'
import type { Tx } from '../../store/database.ts'
import {
  commitmentsOfPlans,
  deleteCommitment,
  replaceThresholds,
  saveCommitment,
} from '../../store/plan-parts.ts'
import type { PlanRow } from '../../store/plans.ts'
import { replaceTaxes } from '../../store/taxes.ts'
import { taxIdsOf } from '../charges/write-charge.ts'
import type { Caller } from '../context.ts'

/** Parts of a plan besides its charges, as sent; undefined parts stay. */
export type PlanPartsPayload = {
  readonly taxCodes: readonly string[] | undefined
  readonly commitment: CommitmentPayload | null | undefined
  readonly thresholds: readonly ThresholdSettings[] | undefined
}

/**
 * Writes taxes, minimum commitment and thresholds of a plan; 404 `tax_not_found`. If thresholds are given, its
 * subscriptions are scheduled for a check (docs/rules/progressive-billing.md#when-a-threshold-is-passed).
 */
export async function writePlanParts(
  tx: Tx,
  caller: Caller,
  plan: Pick<PlanRow, 'id'>,
  parts: PlanPartsPayload,
): Promise<void> {
  const { organizationId, now } = caller
  if (parts.taxCodes) {
    const taxIds = await taxIdsOf(tx, parts.taxCodes)
    await replaceTaxes(tx, organizationId, 'plan', plan.id, taxIds)
  }
  if (parts.commitment === null) await deleteCommitment(tx, plan.id, now)
  else if (parts.commitment) await writeCommitment(tx, caller, plan.id, parts.commitment)
  if (parts.thresholds) {
    await replaceThresholds(tx, { organizationId, id: plan.id }, parts.thresholds, now)
    await scheduleActivity(tx, organizationId, { planId: plan.id }, now)
  }
}

/** Whether a plan already has a commitment, so that a payload may omit its amount. */
export async function hasCommitment(tx: Tx, planId: string): Promise<boolean> {
  return (await commitmentsOfPlans(tx, [planId])).has(planId)
}

async function writeCommitment(
  tx: Tx,
  caller: Caller,
  planId: string,
  payload: CommitmentPayload,
): Promise<void> {
  const { organizationId, now } = caller
  const stored = (await commitmentsOfPlans(tx, [planId])).get(planId)
  const amountCents = payload.amountCents ?? stored?.amountCents
  if (amountCents === undefined) return
  const { invoiceDisplayName } = payload
  const commitment = await saveCommitment(tx, {
    organizationId,
    planId,
    amountCents,
    invoiceDisplayName:
      invoiceDisplayName === undefined ? (stored?.invoiceDisplayName ?? null) : invoiceDisplayName,
    now,
  })
  if (payload.taxCodes) {
    const taxIds = await taxIdsOf(tx, payload.taxCodes)
    await replaceTaxes(tx, organizationId, 'minimumCommitment', commitment.id, taxIds)
  }
}
