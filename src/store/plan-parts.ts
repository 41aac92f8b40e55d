import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { ThresholdSettings } from '../core/plans/plan-parts.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { MinimumCommitments, PricingUnits, UsageThresholds } from './rows.ts'
import { inParts, ts } from './values.ts'

/** A row has eight parameters, and a statement allows 65,535. */
const THRESHOLDS_AT_ONCE = 5000

export type MinimumCommitmentRow = Selectable<MinimumCommitments>
export type UsageThresholdRow = Selectable<UsageThresholds>
export type PricingUnitRow = Selectable<PricingUnits>

export async function commitmentsOfPlans(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, MinimumCommitmentRow>> {
  if (planIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('minimumCommitments')
    .selectAll()
    .where('planId', 'in', [...planIds])
    .where('deletedAt', 'is', null)
    .execute()
  return new Map(rows.map((row) => [row.planId, row]))
}

/** Creates or updates the single commitment of a plan. */
export async function saveCommitment(
  tx: Tx,
  row: {
    readonly organizationId: string
    readonly planId: string
    readonly amountCents: bigint
    readonly invoiceDisplayName: string | null
    readonly now: Instant
  },
): Promise<MinimumCommitmentRow> {
  const { now, ...values } = row
  return tx
    .insertInto('minimumCommitments')
    .values({ ...values, id: newId(), createdAt: ts(now), updatedAt: ts(now) })
    .onConflict((oc) =>
      oc
        .columns(['organizationId', 'planId'])
        .where('deletedAt', 'is', null)
        .doUpdateSet({
          amountCents: values.amountCents,
          invoiceDisplayName: values.invoiceDisplayName,
          updatedAt: ts(now),
        }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Removes a plan's commitment; existing fees still show it. */
export async function deleteCommitment(tx: Tx, planId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('minimumCommitments')
    .set({ deletedAt: ts(now) })
    .where('planId', '=', planId)
    .where('deletedAt', 'is', null)
    .execute()
}

/** Thresholds by plan id, each list by amount with the recurring one last. */
export async function thresholdsOfPlans(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, readonly UsageThresholdRow[]>> {
  const byPlan = new Map<string, UsageThresholdRow[]>()
  if (planIds.length === 0) return byPlan
  const rows = await reads
    .selectFrom('usageThresholds')
    .selectAll()
    .where('planId', 'in', [...planIds])
    .where('deletedAt', 'is', null)
    .orderBy('isRecurring')
    .orderBy('amountCents')
    .execute()
  for (const row of rows) {
    const planId = row.planId ?? ''
    byPlan.set(planId, [...(byPlan.get(planId) ?? []), row])
  }
  return byPlan
}

/**
 * Replaces a plan's thresholds. One with the same amount and recurrence is kept and renamed, so that its progress is
 * not lost.
 */
export async function replaceThresholds(
  tx: Tx,
  plan: { readonly organizationId: string; readonly id: string },
  thresholds: readonly ThresholdSettings[],
  now: Instant,
): Promise<void> {
  const stored = (await thresholdsOfPlans(tx, [plan.id])).get(plan.id) ?? []
  const isSame = (a: ThresholdSettings, b: ThresholdSettings) =>
    a.amountCents === b.amountCents && a.isRecurring === b.isRecurring
  for (const row of stored) {
    const wanted = thresholds.find((threshold) => isSame(threshold, row))
    const set = wanted ? { thresholdDisplayName: wanted.thresholdDisplayName } : { deletedAt: ts(now) }
    await tx
      .updateTable('usageThresholds')
      .set({ ...set, updatedAt: ts(now) })
      .where('id', '=', row.id)
      .execute()
  }
  const added = thresholds.filter((threshold) => !stored.some((row) => isSame(threshold, row)))
  for (const some of inParts(added, THRESHOLDS_AT_ONCE)) {
    await tx
      .insertInto('usageThresholds')
      .values(
        some.map((threshold) => ({
          organizationId: plan.organizationId,
          id: newId(),
          planId: plan.id,
          ...threshold,
          createdAt: ts(now),
          updatedAt: ts(now),
        })),
      )
      .execute()
  }
}

export async function pricingUnitsByIds(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PricingUnitRow>> {
  if (ids.length === 0) return new Map()
  const rows = await reads
    .selectFrom('pricingUnits')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

export async function findPricingUnit(reads: Reads, code: string): Promise<PricingUnitRow | undefined> {
  return reads.selectFrom('pricingUnits').selectAll().where('code', '=', code).executeTakeFirst()
}
