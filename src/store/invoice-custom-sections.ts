import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { type SectionFacts, sectionsOfCustomer } from '../core/invoice-custom-sections/invoice-sections.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { AppliedCustomSections, InvoiceCustomSections } from './rows.ts'
import { anyOf, groupedBy, ts } from './values.ts'

export type CustomSectionRow = Selectable<InvoiceCustomSections>

/** A section as it was when an invoice was made. */
export type AppliedSectionRow = Selectable<AppliedCustomSections>

/** Whose selection it is: the column of its id. */
export type SectionOwner =
  | 'billingEntityId'
  | 'customerId'
  | 'subscriptionId'
  | 'walletId'
  | 'walletTransactionId'
  | 'recurringTransactionRuleId'

export async function findCustomSection(reads: Reads, code: string): Promise<CustomSectionRow | undefined> {
  const [section] = await findCustomSections(reads, [code])
  return section
}

/** The sections with these codes, in the order of their creation; unknown codes are simply not among them. */
export async function findCustomSections(
  reads: Reads,
  codes: readonly string[],
): Promise<CustomSectionRow[]> {
  if (codes.length === 0) return []
  return reads
    .selectFrom('invoiceCustomSections')
    .selectAll()
    .where('code', 'in', [...codes])
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** One page of sections, newest first, and their total number. */
export async function listCustomSections(reads: Reads, slice: Slice): Promise<Listed<CustomSectionRow>> {
  const all = reads.selectFrom('invoiceCustomSections').selectAll().where('deletedAt', 'is', null)
  return pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/** 422 `code: value_already_exist` when another section has the code. */
export async function insertCustomSection(
  tx: Tx,
  row: Insertable<InvoiceCustomSections>,
): Promise<CustomSectionRow> {
  const insert = tx.insertInto('invoiceCustomSections').values(row).returningAll()
  return refusingDuplicates(insert.executeTakeFirstOrThrow(), 'invoice_custom_sections_code', 'code')
}

/** Changes the section with a code; undefined when there is none. 422 as `insertCustomSection`. */
export async function updateCustomSection(
  tx: Tx,
  code: string,
  set: Updateable<InvoiceCustomSections>,
): Promise<CustomSectionRow | undefined> {
  const update = tx
    .updateTable('invoiceCustomSections')
    .set(set)
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .returningAll()
  return refusingDuplicates(update.executeTakeFirst(), 'invoice_custom_sections_code', 'code')
}

/** Takes a section out of every selection. */
export async function unselectSection(tx: Tx, sectionId: string): Promise<void> {
  await tx.deleteFrom('selectedCustomSections').where('sectionId', '=', sectionId).execute()
}

/** Replaces a selection. */
export async function replaceSelection(
  tx: Tx,
  organizationId: string,
  owner: { readonly column: SectionOwner; readonly id: string },
  sectionIds: readonly string[],
  now: Instant,
): Promise<void> {
  const column = sql.ref(owner.column)
  const ids = sectionIds.map(() => newId())
  // What is deleted and what is added are different rows.
  await sql`
    with gone as (
      delete from selected_custom_sections
      where ${column} = ${owner.id}::uuid and section_id <> all (${[...sectionIds]}::uuid[])
    )
    insert into selected_custom_sections (organization_id, id, section_id, ${column}, created_at)
    select ${organizationId}::uuid, s.id, s.section_id, ${owner.id}::uuid, ${ts(now)}
    from unnest(${ids}::uuid[], ${[...sectionIds]}::uuid[]) as s (id, section_id)
    on conflict do nothing`.execute(tx)
}

/** A section with the owner that selected it, and since when. */
export type SelectedSection = CustomSectionRow & {
  readonly ownerId: string
  readonly selectionId: string
  readonly selectedAt: Instant
}

/** What billing entities, customers and subscriptions selected, in the order of the sections' creation. */
export async function selectedSections(
  reads: Reads,
  ownerIds: readonly string[],
): Promise<SelectedSection[]> {
  const meant = anyOf(ownerIds)
  return selectedWhere(
    reads,
    sql`(l.billing_entity_id = ${meant} or l.customer_id = ${meant} or l.subscription_id = ${meant})`,
  )
}

async function selectedWhere(reads: Reads, condition: RawBuilder<unknown>): Promise<SelectedSection[]> {
  const { rows } = await sql<SelectedSection>`
    select s.*, coalesce(l.subscription_id, l.customer_id, l.billing_entity_id) as owner_id, l.id as selection_id,
      l.created_at as selected_at
    from selected_custom_sections l
    join invoice_custom_sections s on s.organization_id = l.organization_id and s.id = l.section_id
    where s.deleted_at is null and ${condition}
    order by s.created_at, s.id`.execute(reads)
  return rows
}

/** What wallets, their transactions and their rules selected, in the order of the sections' creation. */
export async function sectionsOfWallets(
  reads: Reads,
  ownerIds: readonly string[],
): Promise<SelectedSection[]> {
  const { rows } = await sql<SelectedSection>`
    select s.*, coalesce(l.wallet_id, l.wallet_transaction_id, l.recurring_transaction_rule_id) as owner_id,
      l.id as selection_id, l.created_at as selected_at
    from selected_custom_sections l
    join invoice_custom_sections s on s.organization_id = l.organization_id and s.id = l.section_id
    where s.deleted_at is null and (l.wallet_id = ${anyOf(ownerIds)}
      or l.wallet_transaction_id = ${anyOf(ownerIds)}
      or l.recurring_transaction_rule_id = ${anyOf(ownerIds)})
    order by s.created_at, s.id`.execute(reads)
  return rows
}

/** The sections that a customer's invoices print unless something more specific decides. */
export async function applicableSections(
  reads: Reads,
  customer: {
    readonly id: string
    readonly billingEntityId: string
    readonly skipInvoiceCustomSections: boolean
  },
): Promise<readonly SelectedSection[]> {
  return applicableOf(customer, await selectedSections(reads, [customer.id, customer.billingEntityId]))
}

/** The same from what was read before. */
export function applicableOf<Section extends CustomSectionRow & { readonly ownerId: string }>(
  customer: SectionedCustomer,
  selected: readonly Section[],
): readonly Section[] {
  const skipping = new Set(customer.skipInvoiceCustomSections ? [customer.id] : [])
  return sectionsOfCustomer(customer, { skipping, selected: groupedBy(selected, ({ ownerId }) => ownerId) })
}

type SectionedCustomer = {
  readonly id: string
  readonly billingEntityId: string
  readonly skipInvoiceCustomSections: boolean
}

/** What decides the sections of invoices of somebody who is no customer yet: the selection of the billing entity. */
export async function readSectionFactsOfEntity(reads: Reads, billingEntityId: string): Promise<SectionFacts> {
  const selected = await selectedSections(reads, [billingEntityId])
  return { skipping: new Set(), selected: groupedBy(selected, ({ ownerId }) => ownerId) }
}

/** Everything that decides the sections of some customers' invoices: two statements, which travel together. */
export async function readSectionFacts(reads: Reads, customerIds: readonly string[]): Promise<SectionFacts> {
  const meant = sql`(${[...customerIds]}::uuid[])`
  const [selected, skipping] = await Promise.all([
    selectedWhere(
      reads,
      sql`(l.customer_id = any ${meant}
        or l.billing_entity_id in (select billing_entity_id from customers where id = any ${meant})
        or l.subscription_id in (select id from subscriptions where customer_id = any ${meant}))`,
    ),
    sql<{ id: string }>`
      select id from customers where id = any ${meant} and skip_invoice_custom_sections
      union all
      select id from subscriptions where customer_id = any ${meant} and skip_invoice_custom_sections`.execute(
      reads,
    ),
  ])
  return {
    skipping: new Set(skipping.rows.map(({ id }) => id)),
    selected: groupedBy(selected, ({ ownerId }) => ownerId),
  }
}
