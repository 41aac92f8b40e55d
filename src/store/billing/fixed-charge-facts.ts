import { type Selectable, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type {
  BilledFixedFee,
  FixedChargeFacts,
  PlannedFixedCharge,
} from '../../core/billing/fixed-charges.ts'
import type { FixedChargeQuestion } from '../../core/billing/usage-questions.ts'
import { addMs, DAY_MS, type Instant } from '../../core/calendar/instant.ts'
import type { FixedChargeModel } from '../../core/fixed-charges/settings.ts'
import type { ChargeProperties } from '../../core/pricing/charge-model.ts'
import type { Reads } from '../database.ts'
import type { FixedCharges } from '../rows.ts'
import { anyOf, groupedBy, ts } from '../values.ts'

/** No window begins longer before its bill than this: a year, a change of zones, and room. */
const WINDOW_DAYS_MAX = 800

/** A fixed charge without its units, as it is stored. */
type StoredPricing = Pick<
  Selectable<FixedCharges>,
  'id' | 'parentId' | 'addOnId' | 'chargeModel' | 'properties' | 'payInAdvance' | 'prorated'
>

type Row = StoredPricing & {
  readonly subscriptionId: string
  readonly units: string | null
  readonly appliesAt: Instant | null
  readonly recordedAt: Instant | null
}

/**
 * The fixed charges of subscriptions with the units that were recorded for windows of bills since `at`, and the last
 * that were recorded for the time before; one statement.
 */
export async function readFixedCharges(
  reads: Reads,
  subscriptionIds: readonly string[],
  at: Instant,
): Promise<ReadonlyMap<string, readonly FixedChargeFacts[]>> {
  const facts = new Map<string, FixedChargeFacts[]>()
  if (subscriptionIds.length === 0) return facts
  const since = ts(addMs(at, -WINDOW_DAYS_MAX * DAY_MS))
  const { rows } = await sql<Row>`
    select s.id as subscription_id, f.id, f.parent_id, f.add_on_id, f.charge_model, f.properties, f.pay_in_advance,
      f.prorated, u.units, u.applies_at, u.created_at as recorded_at
    from subscriptions s
    join fixed_charges f on f.organization_id = s.organization_id and f.plan_id = s.plan_id and f.deleted_at is null
    left join lateral (
      select o.* from (
        select r.units, r.applies_at, r.created_at, r.id
        from fixed_charge_units r
        where r.organization_id = s.organization_id and r.subscription_id = s.id
          and r.fixed_charge_id in (f.id, f.parent_id) and r.applies_at >= ${since}
        union all
        (
          select r.units, r.applies_at, r.created_at, r.id
          from fixed_charge_units r
          where r.organization_id = s.organization_id and r.subscription_id = s.id
            and r.fixed_charge_id in (f.id, f.parent_id) and r.applies_at < ${since}
          order by r.created_at desc, r.id desc
          limit 1
        )
      ) as o
    ) as u on true
    where s.id = any (${[...subscriptionIds]}::uuid[])
    order by s.id, f.created_at, f.id, u.created_at, u.id`.execute(reads)
  for (const row of rows) addRow(facts, row)
  return facts
}

/** The fixed charges of plans with the units that subscriptions start with, by the ids of the plans. */
export async function readPlannedFixedCharges(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PlannedFixedCharge[]>> {
  const rows = await reads
    .selectFrom('fixedCharges')
    .selectAll()
    .where('planId', '=', anyOf(planIds))
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const byPlan = groupedBy(rows, ({ planId }) => planId)
  return new Map(
    [...byPlan].map(([planId, own]) => [
      planId,
      own.map((row) => ({
        ...pricingOf(row),
        units: Decimal.of(row.units),
      })),
    ]),
  )
}

/** A fixed charge that fees refer to, as far as the price of units goes. */
export type FixedPricingRow = Pick<FixedChargeFacts, 'id' | 'model' | 'properties' | 'prorated'>

/** Fixed charges by id, including deleted ones, to which existing fees refer. */
export async function fixedPricingByIds(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FixedPricingRow>> {
  if (ids.length === 0) return new Map()
  const rows = await reads.selectFrom('fixedCharges').selectAll().where('id', '=', anyOf(ids)).execute()
  return new Map(rows.map((row) => [row.id, pricingOf(row)]))
}

function addRow(facts: Map<string, FixedChargeFacts[]>, row: Row): void {
  const own = facts.get(row.subscriptionId) ?? []
  facts.set(row.subscriptionId, own)
  const last = own.at(-1)
  const records =
    row.units === null || row.appliesAt === null || row.recordedAt === null
      ? []
      : [{ units: Decimal.of(row.units), appliesAt: row.appliesAt, createdAt: row.recordedAt }]
  if (last?.id === row.id) {
    own[own.length - 1] = { ...last, records: [...last.records, ...records] }
    return
  }
  own.push({ ...pricingOf(row), records })
}

function pricingOf(row: StoredPricing): Omit<FixedChargeFacts, 'records'> {
  return {
    id: row.id,
    rootId: row.parentId ?? row.id,
    addOnId: row.addOnId,
    model: row.chargeModel as FixedChargeModel,
    properties: row.properties as ChargeProperties,
    payInAdvance: row.payInAdvance,
    prorated: row.prorated,
  }
}

/**
 * The fees in advance that subscriptions, and those that they followed, have been billed for windows that end after an
 * instant; each list in the order of its question.
 */
export async function answerFixedCharges(
  reads: Reads,
  questions: readonly FixedChargeQuestion[],
): Promise<readonly (readonly BilledFixedFee[])[]> {
  if (questions.length === 0) return []
  const asked = questions.map(({ subscriptionId, from, exceptInvoiceId }, place) => ({
    place,
    subscription_id: subscriptionId,
    window_from: new Date(from).toISOString(),
    except_invoice_id: exceptInvoiceId,
  }))
  const { rows } = await sql<{
    place: number
    isOwn: boolean
    rootId: string
    addOnId: string
    units: string
    amountCents: bigint
    fromAt: Instant
    toAt: Instant
    billedAt: Instant
  }>`
    select q.place, f.subscription_id = s.id as is_own, coalesce(c.parent_id, c.id) as root_id, c.add_on_id, f.units,
      f.amount_cents, f.from_at, f.to_at, i.billing_at as billed_at
    from json_to_recordset(${JSON.stringify(asked)}::json)
      as q (place integer, subscription_id uuid, window_from timestamptz, except_invoice_id uuid)
    join subscriptions s on s.id = q.subscription_id
    join fees f on f.organization_id = s.organization_id and f.subscription_id in (s.id, s.previous_subscription_id)
    join fixed_charges c on c.organization_id = f.organization_id and c.id = f.fixed_charge_id
    join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
    where f.fee_type = 'fixed_charge' and f.pay_in_advance and f.deleted_at is null and f.to_at >= q.window_from
      and i.status not in ('deleted', 'voided') and i.id is distinct from q.except_invoice_id
    order by q.place, f.created_at, f.id`.execute(reads)
  const byPlace = groupedBy(rows, ({ place }) => place)
  return questions.map((_, place) =>
    (byPlace.get(place) ?? []).map(({ fromAt, toAt, units, ...row }) => ({
      ...row,
      units: Decimal.of(units),
      period: { from: fromAt, to: toAt },
    })),
  )
}
