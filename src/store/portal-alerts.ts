import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { AlertRow } from './alerts.ts'
import type { Reads } from './database.ts'
import type { Listed, Slice } from './pages.ts'

/** An alert of a customer with what it is on, as the portal shows it. */
export type OwnAlertView = {
  readonly id: string
  readonly alertType: string
  readonly subscriptionId: string | null
  readonly walletId: string | null
  /** Of the subscription or of the wallet; null for a wallet without one. */
  readonly name: string | null
  readonly currency: string
  /** In cents, as is the figure of the last look; null before the first one. */
  readonly amount: string
  readonly figure: string | null
  readonly raisedAt: Instant | null
}

/**
 * The alerts of a customer on what it has: those on a subscription that is over, or on a wallet that is closed, are not
 * among them.
 */
const OWN_ALERTS = sql`
  from alerts a
  left join lateral (
    select s.id, coalesce(nullif(s.name, ''), nullif(p.invoice_display_name, ''), p.name) as name,
      p.amount_currency as currency
    from subscriptions s
    join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
    where s.organization_id = a.organization_id and s.external_id = a.external_subscription_id
      and s.customer_id = a.customer_id and s.status in ('active', 'pending')
    order by s.status = 'active' desc, s.created_at
    limit 1
  ) s on true
  left join wallets w on w.organization_id = a.organization_id and w.id = a.wallet_id and w.status = 'active'
  where a.deleted_at is null and (s.id is not null or w.id is not null)`

const SHOWN = sql`
  a.id, a.alert_type, s.id as subscription_id, w.id as wallet_id, coalesce(s.name, nullif(w.name, '')) as name,
  coalesce(s.currency, w.currency) as currency, a.thresholds->0->>'value' as amount,
  case when w.id is not null then w.balance_cents::text
    when a.last_processed_at is not null then a.previous_value::text end as figure,
  (select max(t.triggered_at) from triggered_alerts t where t.alert_id = a.id) as raised_at`

/** One page of the alerts of a customer of some types, the oldest first. */
export async function listOwnAlerts(
  reads: Reads,
  customerId: string,
  types: readonly string[],
  { perPage, offset }: Slice,
): Promise<Listed<OwnAlertView>> {
  const isMeant = sql`and a.customer_id = ${customerId} and a.alert_type = any (${[...types]}::text[])`
  const [{ rows }, counted] = await Promise.all([
    sql<OwnAlertView>`select ${SHOWN} ${OWN_ALERTS} ${isMeant}
      order by a.created_at, a.id limit ${perPage} offset ${offset}`.execute(reads),
    sql<{ total: number }>`select count(*)::int as total ${OWN_ALERTS} ${isMeant}`.execute(reads),
  ])
  return { rows, total: counted.rows[0]?.total ?? 0 }
}

/** An alert of a customer; undefined for one of anybody else, and for what is over. */
export async function findOwnAlert(
  reads: Reads,
  customerId: string,
  id: string,
): Promise<OwnAlertView | undefined> {
  const { rows } = await sql<OwnAlertView>`
    select ${SHOWN} ${OWN_ALERTS} and a.customer_id = ${customerId} and a.id = ${id}`.execute(reads)
  return rows[0]
}

/** The alerts that a customer has set, also on what is over. */
export async function everyOwnAlert(reads: Reads, customerId: string): Promise<readonly AlertRow[]> {
  return reads
    .selectFrom('alerts')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('deletedAt', 'is', null)
    .execute()
}

/** What the mail about an alert of a customer tells. */
export type RaisedAlert = {
  readonly customerId: string
  readonly email: string | null
  readonly alertType: string
  readonly name: string | null
  readonly currency: string
  readonly amount: string
  readonly figure: string
  readonly raisedAt: Instant
  readonly zone: string
}

/** An alert of a customer that was raised, with what it was on then; undefined for one of the organization. */
export async function findRaisedAlert(reads: Reads, triggeredId: string): Promise<RaisedAlert | undefined> {
  const { rows } = await sql<RaisedAlert>`
    select a.customer_id, c.email, a.alert_type,
      coalesce(nullif(s.name, ''), nullif(p.invoice_display_name, ''), p.name, nullif(w.name, '')) as name,
      coalesce(p.amount_currency, w.currency) as currency, t.crossed_thresholds->0->>'value' as amount,
      t.current_value::text as figure, t.triggered_at as raised_at, coalesce(c.timezone, b.timezone) as zone
    from triggered_alerts t
    join alerts a on a.organization_id = t.organization_id and a.id = t.alert_id
    join customers c on c.organization_id = a.organization_id and c.id = a.customer_id
    join billing_entities b on b.organization_id = c.organization_id and b.id = c.billing_entity_id
    left join subscriptions s on s.organization_id = t.organization_id and s.id = t.subscription_id
    left join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
    left join wallets w on w.organization_id = t.organization_id and w.id = t.wallet_id
    where t.id = ${triggeredId}`.execute(reads)
  return rows[0]
}
