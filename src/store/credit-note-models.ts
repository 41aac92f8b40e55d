import { type RawBuilder, sql } from 'kysely'
import { BUYER, FEE, FEE_JOINS, SELLER, SUBSCRIPTION } from './model-parts.ts'

const NUMBER = sql`i.number || '-CN' ||
  lpad(n.sequential_id::text, greatest(3, length(n.sequential_id::text)), '0')`

const CENTS = sql`json_build_object('coupons', round(n.precise_coupons_adjustment_amount_cents)::bigint::text,
  'subtotalExcl', n.sub_total_excluding_taxes_amount_cents::text, 'taxes', n.taxes_amount_cents::text,
  'offset', n.offset_amount_cents::text, 'credited', n.credit_amount_cents::text,
  'refunded', n.refund_amount_cents::text, 'total', n.total_amount_cents::text)`

const SUBSCRIPTIONS = sql`(select coalesce(json_agg(${SUBSCRIPTION} order by s.id), '[]'::json)
  from subscriptions s join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  where s.organization_id = n.organization_id and s.id in (
    select f.subscription_id from credit_note_items ci
    join fees f on f.organization_id = ci.organization_id and f.id = ci.fee_id
    where ci.organization_id = n.organization_id and ci.credit_note_id = n.id))`

const TAXES = sql`(select coalesce(json_agg(json_build_object('code', t.tax_code, 'name', t.tax_name,
    'rate', t.tax_rate::text, 'amountCents', t.amount_cents::text, 'baseCents', t.base_amount_cents::text)
    order by t.created_at, t.id), '[]'::json)
  from credit_note_taxes t where t.organization_id = n.organization_id and t.credit_note_id = n.id)`

/**
 * A query for the frozen models of credit notes in the form of `FrozenCreditNote`, with their `subject_id`, `number`
 * and `billing_entity_id`.
 */
export function creditNoteModels(creditNoteIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    select n.id as subject_id, ${NUMBER} as number, i.billing_entity_id, json_build_object('kind', 'credit_note',
      'locale', coalesce(c.document_locale, b.document_locale), 'isSandbox', o.is_sandbox, 'currency', n.currency,
      'timezone', i.timezone, 'number', ${NUMBER}, 'issuedOn', n.issuing_date,
      'purchaseOrder', i.purchase_order_number, 'isSelfBilled', i.self_billed,
      'seller', ${SELLER}, 'buyer', ${BUYER}, 'invoiceNumber', i.number,
      'invoiceIssuedOn', i.issuing_date, 'invoiceType', i.invoice_type,
      'description', n.description, 'cents', ${CENTS}, 'subscriptions', ${SUBSCRIPTIONS}, 'taxes', ${TAXES},
      'items', coalesce(items.list, '[]'::json)) as model
    from credit_notes n
    join invoices i on i.organization_id = n.organization_id and i.id = n.invoice_id
    join customers c on c.organization_id = n.organization_id and c.id = n.customer_id
    join billing_entities b on b.organization_id = i.organization_id and b.id = i.billing_entity_id
    join organizations o on o.id = n.organization_id
    left join lateral (
      select json_agg(json_build_object('fee', ${FEE}, 'amountCents', ci.amount_cents::text,
        'preciseCents', ci.precise_amount_cents::text)
        order by ci.created_at, ci.id) as list
      from credit_note_items ci
      join fees f on f.organization_id = ci.organization_id and f.id = ci.fee_id
      ${FEE_JOINS}
      where ci.organization_id = n.organization_id and ci.credit_note_id = n.id
    ) items on true
    where n.id = any(${[...creditNoteIds]}::uuid[])`
}
