import { type RawBuilder, sql } from 'kysely'
import { BUYER, FEE, FEE_JOINS, object, SELLER, SUBSCRIPTION } from './model-parts.ts'
import { anyOf } from './values.ts'

const NUMBER = sql`i.number || '-CN' ||
  lpad(n.sequential_id::text, greatest(3, length(n.sequential_id::text)), '0')`

const CENTS = object`
  round(n.precise_coupons_adjustment_amount_cents)::bigint::text as "coupons",
  n.sub_total_excluding_taxes_amount_cents::text as "subtotalExcl", n.taxes_amount_cents::text as "taxes",
  n.offset_amount_cents::text as "offset", n.credit_amount_cents::text as "credited",
  n.refund_amount_cents::text as "refunded", n.total_amount_cents::text as "total"`

const SUBSCRIPTIONS = sql`(select coalesce(json_agg(${SUBSCRIPTION} order by s.id), '[]'::json)
  from subscriptions s join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  where s.organization_id = n.organization_id and s.id in (
    select f.subscription_id from credit_note_items ci
    join fees f on f.organization_id = ci.organization_id and f.id = ci.fee_id
    where ci.organization_id = n.organization_id and ci.credit_note_id = n.id))`

const TAXES = sql`(select coalesce(json_agg(${object`
  t.tax_code as "code", t.tax_name as "name", t.tax_rate::text as "rate",
  t.amount_cents::text as "amountCents", t.base_amount_cents::text as "baseCents"`}
    order by t.created_at, t.id), '[]'::json)
  from credit_note_taxes t where t.organization_id = n.organization_id and t.credit_note_id = n.id)`

/**
 * A query for the frozen models of credit notes in the form of `FrozenCreditNote`, with their `subject_id`, `number`
 * and `billing_entity_id`.
 */
export function creditNoteModels(creditNoteIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    select n.id as subject_id, ${NUMBER} as number, i.billing_entity_id, ${object`
  'credit_note' as "kind", coalesce(c.document_locale, b.document_locale) as "locale",
  o.is_sandbox as "isSandbox", n.currency as "currency", i.timezone as "timezone", ${NUMBER} as "number",
  n.issuing_date as "issuedOn", i.purchase_order_number as "purchaseOrder", i.self_billed as "isSelfBilled",
  ${SELLER} as "seller", ${BUYER} as "buyer", i.number as "invoiceNumber",
  i.issuing_date as "invoiceIssuedOn", i.invoice_type as "invoiceType", n.description as "description",
  ${CENTS} as "cents", ${SUBSCRIPTIONS} as "subscriptions", ${TAXES} as "taxes",
  coalesce(items.list, '[]'::json) as "items"`} as model
    from credit_notes n
    join invoices i on i.organization_id = n.organization_id and i.id = n.invoice_id
    join customers c on c.organization_id = n.organization_id and c.id = n.customer_id
    join billing_entities b on b.organization_id = i.organization_id and b.id = i.billing_entity_id
    join organizations o on o.id = n.organization_id
    left join lateral (
      select json_agg(${object`
  ${FEE} as "fee", ci.amount_cents::text as "amountCents", ci.precise_amount_cents::text as "preciseCents"`}
        order by ci.created_at, ci.id) as list
      from credit_note_items ci
      join fees f on f.organization_id = ci.organization_id and f.id = ci.fee_id
      ${FEE_JOINS}
      where ci.organization_id = n.organization_id and ci.credit_note_id = n.id
    ) items on true
    where n.id = ${anyOf(creditNoteIds)}`
}
