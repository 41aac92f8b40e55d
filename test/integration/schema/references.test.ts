import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALERT_KINDS } from '../../../src/core/alerts/check-alert.ts'
import { REDUCTION_KINDS } from '../../../src/core/billing/reductions/reduction.ts'
import { BILLING_TIMES } from '../../../src/core/calendar/boundaries.ts'
import {
  CREDIT_NOTE_REASONS,
  CREDIT_STATUSES,
  REFUND_STATUSES,
} from '../../../src/core/credit-notes/credit-note.ts'
import {
  ACCOUNT_TYPES,
  CUSTOMER_TYPES,
  ISSUING_DATE_ADJUSTMENTS,
  ISSUING_DATE_ANCHORS,
} from '../../../src/core/customers/customer-change.ts'
import { DUE_KINDS } from '../../../src/core/due/kinds.ts'
import { PRIVILEGE_TYPES } from '../../../src/core/entitlements/privilege-value.ts'
import { FEE_TYPES } from '../../../src/core/invoicing/fee-draft.ts'
import { INVOICE_PAYMENT_STATUSES } from '../../../src/core/invoicing/payment-status.ts'
import { AGGREGATIONS } from '../../../src/core/metering/usage.ts'
import { ROUNDING_FUNCTIONS } from '../../../src/core/metrics/metric.ts'
import { PLAN_INTERVALS } from '../../../src/core/plans/plan-settings.ts'
import { CHARGE_MODELS } from '../../../src/core/pricing/models.ts'
import { FEE_PAYMENT_STATUSES } from '../../../src/store/fees.ts'
import { WEBHOOK_STATUSES } from '../../../src/store/webhooks.ts'
import { type FreshDatabase, freshDatabase } from '../../support/database.ts'

let database: FreshDatabase
let owner: pg.Client

beforeAll(async () => {
  database = await freshDatabase()
  owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await database?.drop()
})

/** Foreign keys, besides those to the organization alone, that no index supports, and why that is right. */
const WITHOUT_INDEX: Readonly<Record<string, string>> = {
  'billing_entities (organization_id, applied_dunning_campaign_id)': 'an organization has few entities',
  'alerts (organization_id, billable_metric_id)': 'alerts are asked for by subscription; metrics stay',
  'deferred_events (organization_id, charge_id)': 'a handful of rows at any time',
  'deferred_events (organization_id, subscription_id)': 'a handful of rows at any time',
  'applied_usage_thresholds (organization_id, usage_threshold_id)': 'asked for by invoice; thresholds stay',
  'charges (organization_id, pricing_unit_id)': 'pricing units stay, and nothing asks who uses one',
  'customer_invoice_counters (organization_id, billing_entity_id)': 'asked for by customer; entities stay',
  'customers (organization_id, billing_entity_id)':
    'an organization has few entities: most customers have the same',
  'fees (organization_id, billing_entity_id)': 'an organization has few entities: most fees have the same',
  'fees (organization_id, charge_filter_id)': 'asked for by subscription and charge; filters stay',
  'fees (organization_id, charge_id)': 'asked for by subscription and charge; charges stay',
  'fees (organization_id, minimum_commitment_id)': 'asked for by invoice or subscription; commitments stay',
  'subscriptions (organization_id, billing_entity_id)': 'an organization has few entities',
  'triggered_alerts (organization_id, wallet_id)': 'written and never read by wallet; wallets stay',
  'unbilled_fees (organization_id, subscription_id)': 'a handful of rows at any time',
  'usage_trackers (organization_id, billable_metric_id)':
    'a few rows for each organization, asked for by code',
  'wallet_top_ups (organization_id, recurring_transaction_rule_id)': 'a handful of rows at any time',
  'wallet_transactions (organization_id, billing_entity_id)':
    'an organization has few entities; entities stay',
  'wallets (organization_id, billing_entity_id)': 'an organization has few entities',
}

/** Indexes that the planner can use for every row with a value in the column: whole, or without nulls or deleted rows. */
const FOREIGN_KEYS = `
  select format('%s (%s)', c.conrelid::regclass, string_agg(a.attname, ', ' order by k.place)) as key,
    exists (
      select from pg_index i
      where i.indrelid = c.conrelid and i.indisvalid
        and (select array_agg(x order by n) from unnest(i.indkey::int2[]) with ordinality as u (x, n)
          where n <= cardinality(c.conkey)) @> c.conkey
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$'
          or pg_get_expr(i.indpred, i.indrelid) = '(deleted_at IS NULL)')
    ) as supported
  from pg_constraint c
  cross join lateral unnest(c.conkey) with ordinality as k (number, place)
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number
  where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.confrelid <> 'organizations'::regclass
  group by c.oid, c.conrelid, c.conkey`

describe('foreign keys', () => {
  it('have an index, but for those with a reason', async () => {
    const { rows } = await owner.query<{ key: string; supported: boolean }>(FOREIGN_KEYS)
    expect(rows.length).toBeGreaterThan(60)
    const without = rows.filter((row) => !row.supported).map((row) => row.key)
    const excused = Object.keys(WITHOUT_INDEX)
    expect(without.filter((key) => !excused.includes(key)).sort()).toEqual([])
    // No exception remains for a key that now has an index or is gone.
    expect(excused.filter((key) => !without.includes(key)).sort()).toEqual([])
  })

  it('begin with the organization, so that no row refers to another one’s', async () => {
    const { rows } = await owner.query<{ key: string }>(FOREIGN_KEYS)
    const open = rows.map((row) => row.key).filter((key) => !key.includes('(organization_id'))
    // Users and their sessions are of no organization, and no tenant reads them.
    expect(open.sort()).toEqual([
      'mails (user_id)',
      'memberships (user_id)',
      'password_resets (user_id)',
      'sessions (user_id)',
    ])
  })

  it('tie a fee to everything that it names', async () => {
    const { rows } = await owner.query<{ key: string }>(FOREIGN_KEYS)
    const named = [
      'invoice_id',
      'subscription_id',
      'customer_id',
      'billing_entity_id',
      'charge_id',
      'charge_filter_id',
      'minimum_commitment_id',
      'add_on_id',
      'fixed_charge_id',
      'true_up_parent_fee_id',
      'original_fee_id',
    ]
    const keys = rows.map((row) => row.key).filter((key) => key.startsWith('fees '))
    expect(keys.sort()).toEqual(named.map((name) => `fees (organization_id, ${name})`).sort())
  })

  it('find the true-up of a fee by index, however many fees an invoice has', async () => {
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
      `explain select id from fees where organization_id = $1 and true_up_parent_fee_id = $1`.replaceAll(
        '$1',
        `'00000000-0000-7000-8000-000000000000'`,
      ),
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('fees_true_up')
  })
})

/** The closed lists of the core, and the columns that hold one word of each. */
const WORDS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [AGGREGATIONS, ['billable_metrics.aggregation_type', 'usage_trackers.aggregation_type']],
  [ROUNDING_FUNCTIONS, ['billable_metrics.rounding_function']],
  [CHARGE_MODELS, ['charges.charge_model']],
  [CREDIT_NOTE_REASONS, ['credit_notes.reason']],
  [CREDIT_STATUSES, ['credit_notes.credit_status']],
  [REFUND_STATUSES, ['credit_notes.refund_status']],
  [PLAN_INTERVALS, ['plans.interval']],
  [PRIVILEGE_TYPES, ['privileges.value_type']],
  [ACCOUNT_TYPES, ['customers.account_type']],
  [CUSTOMER_TYPES, ['customers.customer_type']],
  [
    ISSUING_DATE_ANCHORS,
    [
      'customers.subscription_invoice_issuing_date_anchor',
      'billing_entities.subscription_invoice_issuing_date_anchor',
    ],
  ],
  [
    ISSUING_DATE_ADJUSTMENTS,
    [
      'customers.subscription_invoice_issuing_date_adjustment',
      'billing_entities.subscription_invoice_issuing_date_adjustment',
    ],
  ],
  [BILLING_TIMES, ['subscriptions.billing_time']],
  [INVOICE_PAYMENT_STATUSES, ['invoices.payment_status', 'invoice_payments.status']],
  [REDUCTION_KINDS, ['invoice_reductions.kind']],
  [FEE_TYPES, ['fees.fee_type', 'unbilled_fees.fee_type']],
  [FEE_PAYMENT_STATUSES, ['fees.payment_status']],
  [WEBHOOK_STATUSES, ['webhooks.status']],
  [Object.keys(ALERT_KINDS), ['alerts.alert_type']],
  [DUE_KINDS, ['due_items.kind']],
]

describe('words', () => {
  it.each(WORDS.flatMap(([words, columns]) => columns.map((column) => [column, words] as const)))(
    'of %s are those of the core',
    async (column, words) => {
      const [table = '', name = ''] = column.split('.')
      const { rows } = await owner.query<{ definition: string }>(
        `select pg_get_constraintdef(c.oid) as definition
         from pg_constraint c
         join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
         where c.contype = 'c' and c.conrelid = $1::regclass and a.attname = $2`,
        [table, name],
      )
      const allowed = rows.flatMap((row) => [...row.definition.matchAll(/'([^']+)'::text/g)].map((m) => m[1]))
      expect(allowed.sort()).toEqual([...words].sort())
    },
  )

  it('are checked in every column that has a kind of thing', async () => {
    const { rows } = await owner.query<{ column: string }>(`
      select format('%s.%s', a.attrelid::regclass, a.attname) as column
      from pg_attribute a
      join pg_class t on t.oid = a.attrelid and t.relkind in ('r', 'p') and not t.relispartition
      where t.relnamespace = 'public'::regnamespace and a.atttypid = 'text'::regtype and not a.attisdropped
        and a.attname ~ '(_type|^kind|status|_model|interval|_algo|direction|_reason|_function|operation)$'
        and t.relname not like 'weir_%'
        and not exists (
          select from pg_constraint c
          where c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum])
      order by 1`)
    expect(rows.map((row) => row.column)).toEqual([
      // Both grow with every part of the product, like the webhooks below.
      'activity_logs.activity_type',
      'activity_logs.resource_type',
      // Any text of the client or of a browser.
      'billing_entities.logo_content_type',
      // What invoices and fees have, where it is checked.
      'fee_days.fee_type',
      'invoice_days.invoice_type',
      'invoice_days.payment_status',
      'invoice_days.status',
      // In the words of payment providers; payment_status is what a payment's means.
      'payment_methods.provider_method_type',
      'payments.status',
      'provider_messages.message_type',
      // Grows with what is logged, like the activities.
      'security_logs.log_type',
      'subscriptions.cancellation_reason',
      // A text of the user, printed on e-invoices.
      'taxes.einvoice_exemption_reason',
      // Both grow with every part of the product; the message itself has them too.
      'webhooks.object_type',
      'webhooks.webhook_type',
    ])
  })
})
