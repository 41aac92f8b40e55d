import { type RawBuilder, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import { EU_TAX_PREFIX } from '../core/taxes/eu-rates.ts'
import type { CustomerMetadataRow } from './customers.ts'
import type { Reads } from './database.ts'
import type { SelectedSection } from './invoice-custom-sections.ts'
import type { TaxRow } from './taxes.ts'
import type { Listener } from './webhooks.ts'

/** A billing entity that a request can mean. */
export type MeantEntity = {
  readonly id: string
  readonly code: string
  readonly timezone: TimeZone
  readonly isDefault: boolean
  /** Where it is, if it manages the EU taxes of its customers; otherwise null. */
  readonly euCountry: string | null
}

/** A tax around customers, and which of them have it. */
export type TaxAround = TaxRow & { readonly customerIds: readonly string[] }

/** Everything besides the customers themselves that a request to create or change them depends on. */
export type CustomerSurroundings = {
  /** The external ids that customers have already. */
  readonly taken: readonly string[]
  readonly listeners: readonly Listener[]
  /** The default entity, those that the requests name and those of the customers; none that is archived. */
  readonly entities: readonly MeantEntity[]
  /** The taxes that the requests name, those of the customers and, where an entity manages them, the EU taxes. */
  readonly taxes: readonly TaxAround[]
  /** What the entities and the customers selected, and the sections that the requests name, in order of creation. */
  readonly sections: readonly SectionAround[]
  /** In order of creation. */
  readonly metadata: readonly CustomerMetadataRow[]
  /** The customers whose VAT numbers are being checked. */
  readonly checkedIds: readonly string[]
  /** The customers that have a connection to a payment provider. */
  readonly linkedIds: readonly string[]
}

/** A section with the selection that it is in; null when a request only names it. */
export type SectionAround = Omit<SelectedSection, 'ownerId' | 'selectionId' | 'selectedAt'> & {
  readonly ownerId: string | null
}

/** What requests name, to be read with their surroundings. */
export type NamedByRequests = {
  readonly externalIds: readonly string[]
  readonly entityCodes: readonly string[]
  readonly taxCodes: readonly string[]
  readonly sectionCodes: readonly string[]
}

/**
 * Reads the surroundings in one statement: each part is a few rows, and a statement of its own for each would cost more
 * than all of them. The caller holds the settings that customers inherit, and the customers that it is going to change.
 */
export async function readSurroundings(reads: Reads, named: NamedByRequests): Promise<CustomerSurroundings> {
  const { externalIds, entityCodes, taxCodes, sectionCodes } = named
  const { rows } = await sql<CustomerSurroundings>`
    with known as materialized (
      select id, external_id, billing_entity_id from customers
      where external_id = any (${[...externalIds]}::text[]) and deleted_at is null
    ), meant as materialized (
      select id, code, timezone, is_default, case when eu_tax_management then coalesce(country, '') end as eu_country
      from billing_entities
      where archived_at is null and (is_default or code = any (${[...entityCodes]}::text[])
        or id in (select billing_entity_id from known))
    )
    select
      (select coalesce(json_agg(external_id), '[]') from known) as taken,
      (select coalesce(json_agg(json_build_object('id', id, 'eventTypes', event_types) order by webhook_url, id), '[]')
        from webhook_endpoints) as listeners,
      (select coalesce(json_agg(json_build_object('id', id, 'code', code, 'timezone', timezone,
        'isDefault', is_default, 'euCountry', eu_country)), '[]') from meant) as entities,
      ${taxesAround(taxCodes)} as taxes,
      ${sectionsAround(sectionCodes)} as sections,
      (select coalesce(json_agg(json_build_object('organizationId', organization_id, 'id', id,
        'customerId', customer_id, 'key', key, 'value', value, 'displayInInvoice', display_in_invoice,
        'createdAt', ${milliseconds('created_at')}) order by created_at, id), '[]')
        from customer_metadata where customer_id in (select id from known)) as metadata,
      (select coalesce(json_agg(customer_id), '[]')
        from vies_checks where customer_id in (select id from known)) as checked_ids,
      (select coalesce(json_agg(distinct customer_id), '[]') from payment_provider_customers
        where customer_id in (select id from known) and deleted_at is null) as linked_ids`.execute(reads)
  const [found] = rows
  if (!found) throw new Error('a statement without a from clause gives one row')
  return found
}

/** An instant inside JSON, as it is read back: in milliseconds since the epoch. */
function milliseconds(column: string): RawBuilder<Instant> {
  return sql<Instant>`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`
}

function taxesAround(codes: readonly string[]): RawBuilder<unknown> {
  return sql`(select coalesce(json_agg(json_build_object('organizationId', t.organization_id, 'id', t.id,
      'code', t.code, 'name', t.name, 'description', t.description, 'rate', t.rate::text,
      'einvoiceCategory', t.einvoice_category, 'einvoiceExemptionCode', t.einvoice_exemption_code,
      'einvoiceExemptionReason', t.einvoice_exemption_reason, 'createdAt', ${milliseconds('t.created_at')}, 'updatedAt', ${milliseconds('t.updated_at')}, 'deletedAt', null,
      'isAppliedToOrganization', exists (
        select from billing_entity_taxes d
        where d.organization_id = t.organization_id and d.tax_id = t.id and d.billing_entity_id = t.organization_id),
      'customerIds', coalesce(o.customer_ids, '{}')) order by t.created_at, t.id), '[]')
    from taxes t
    left join (
      select tax_id, array_agg(customer_id) as customer_ids from customer_taxes
      where customer_id in (select id from known) group by tax_id
    ) o on o.tax_id = t.id
    where t.deleted_at is null and (t.code = any (${[...codes]}::text[]) or o.tax_id is not null
      or (starts_with(t.code, ${EU_TAX_PREFIX}) and exists (select from meant where eu_country is not null))))`
}

function sectionsAround(codes: readonly string[]): RawBuilder<unknown> {
  return sql`(select coalesce(json_agg(json_build_object('organizationId', s.organization_id, 'id', s.id,
      'code', s.code, 'name', s.name, 'description', s.description, 'details', s.details,
      'displayName', s.display_name, 'createdAt', ${milliseconds('s.created_at')},
      'updatedAt', ${milliseconds('s.updated_at')}, 'deletedAt', null, 'ownerId', l.owner_id)
      order by s.created_at, s.id), '[]')
    from (
      select section_id, coalesce(customer_id, billing_entity_id) as owner_id from selected_custom_sections
      where customer_id in (select id from known) or billing_entity_id in (select id from meant)
      union all
      select id, null from invoice_custom_sections where code = any (${[...codes]}::text[])
    ) l
    join invoice_custom_sections s on s.id = l.section_id
    where s.deleted_at is null)`
}
