import { type RawBuilder, sql } from 'kysely'
import { invoiceModels } from './invoice-models.ts'
import { BUYER, ms, object, SELLER } from './model-parts.ts'
import { anyOf } from './values.ts'

/** The invoice that was paid as its own document shows it, with what has been paid of it since. */
const PAID_INVOICE = object`
  coalesce(shown.model, fresh.model) as "invoice", i.total_paid_amount_cents::text as "paidCents",
  i.offset_amount_cents::text as "offsetCents"`

const PAID_REQUEST = object`
  (
  select coalesce(json_agg(${object`
  ri.number as "number", ri.total_amount_cents::text as "totalCents", ri.issuing_date as "issuedOn",
  ri.invoice_type as "invoiceType"`}
    order by ri.issuing_date, ri.created_at, ri.id), '[]'::json)
  from payment_request_invoices pri
  join invoices ri on ri.organization_id = pri.organization_id and ri.id = pri.invoice_id
  where pri.organization_id = p.organization_id and pri.payment_request_id = p.payment_request_id) as "invoices"`

/** How it was paid: by hand with a reference, or by a provider that may have told the card or the account. */
const METHOD = object`
  p.payment_type as "kind", p.reference as "reference", pp.provider_type as "provider",
  pm.provider_method_type as "type", pm.details->>'brand' as "brand", pm.details->>'last4' as "last4"`

/** What is left to pay of the invoices of a request, which may be less than was asked for when it was made. */
const DUE_OF_REQUEST = sql`(
  select coalesce(sum(ri.total_amount_cents - ri.total_paid_amount_cents - ri.offset_amount_cents), 0)::bigint
  from payment_request_invoices pri
  join invoices ri on ri.organization_id = pri.organization_id and ri.id = pri.invoice_id
  where pri.organization_id = p.organization_id and pri.payment_request_id = p.payment_request_id
    and ri.status <> 'voided')`

/**
 * A query for the frozen models of payment receipts in the form of `FrozenReceipt`, with their `subject_id`, `number`
 * and `billing_entity_id`.
 */
export function receiptModels(receiptIds: readonly string[]): RawBuilder<unknown> {
  // An invoice has no document where PDFs were switched off when it became final, or if it is still open.
  const unshown = sql`(select array_agg(rp.invoice_id) from payment_receipts rr
    join payments rp on rp.organization_id = rr.organization_id and rp.id = rr.payment_id
    where rr.id = ${anyOf(receiptIds)} and rp.invoice_id is not null
      and not exists (select from documents d where d.organization_id = rp.organization_id
        and d.invoice_id = rp.invoice_id and d.kind = 'invoice_pdf'))::uuid[]`
  return sql`
    select r.id as subject_id, r.number, b.id as billing_entity_id, ${object`
  'receipt' as "kind", coalesce(c.document_locale, b.document_locale) as "locale",
  o.is_sandbox as "isSandbox", p.amount_currency as "currency", zone.name as "timezone", r.number as "number",
  (p.paid_at at time zone zone.name)::date as "issuedOn", null as "purchaseOrder", false as "isSelfBilled",
  ${SELLER} as "seller", ${BUYER} as "buyer", ${ms('p.paid_at')} as "paidAt", ${METHOD} as "method",
  p.amount_cents::text as "amountCents",
  (case when p.invoice_id is null then ${DUE_OF_REQUEST}
        else i.total_amount_cents - i.total_paid_amount_cents - i.offset_amount_cents end)::text as "dueCents",
  case when p.invoice_id is null then ${PAID_REQUEST} else ${PAID_INVOICE} end as "paid"`} as model
    from payment_receipts r
    join payments p on p.organization_id = r.organization_id and p.id = r.payment_id
    join customers c on c.organization_id = p.organization_id and c.id = p.customer_id
    left join payment_providers pp on pp.organization_id = p.organization_id and pp.id = p.payment_provider_id
    left join payment_methods pm on pm.organization_id = p.organization_id and pm.id = p.payment_method_id
    left join invoices i on i.organization_id = p.organization_id and i.id = p.invoice_id
    join billing_entities b on b.organization_id = p.organization_id
      and b.id = coalesce(i.billing_entity_id, c.billing_entity_id)
    join organizations o on o.id = p.organization_id
    cross join lateral (select coalesce(c.timezone, b.timezone) as name) zone
    left join lateral (
      select d.model from documents d
      where d.organization_id = i.organization_id and d.invoice_id = i.id and d.kind = 'invoice_pdf'
      order by d.version desc limit 1
    ) shown on true
    left join (${invoiceModels(unshown)}) fresh on fresh.subject_id = i.id
    where r.id = ${anyOf(receiptIds)}`
}
