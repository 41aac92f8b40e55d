import { type Selectable, sql } from 'kysely'
import { creditNoteNumber } from '../core/credit-notes/number.ts'
import type { Reads } from './database.ts'
import type { InvoiceReductions, Invoices } from './rows.ts'
import { anyOf } from './values.ts'

/** A reduction of an invoice as the API shows it: what was credited, and from what. */
export type InvoiceCreditView = {
  readonly id: string
  readonly invoiceId: string
  /** The progressive invoice, the applied coupon or the credit note. */
  readonly sourceId: string
  readonly amountCents: bigint
  readonly currency: string
  readonly beforeTaxes: boolean
  readonly item: {
    /** A coupon is named by its own id and not by that of its application; null for one that a preview describes. */
    readonly id: string | null
    readonly type: 'coupon' | 'invoice' | 'credit_note'
    readonly code: string
    readonly name: string
    readonly description: string | null
  }
  /** The invoice shown with the credit: the reduced one, or the progressive invoice that is credited. */
  readonly shownInvoice: { readonly id: string; readonly paymentStatus: string }
  /** False on invoices that are voided, closed or deleted. */
  readonly isValid: boolean
}

/** The credits of invoices, in the order in which they were applied. */
export async function creditsOf(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<readonly InvoiceCreditView[]> {
  return readCredits(reads, { invoiceIds })
}

/** The uses of applied coupons, oldest first. */
export async function usesOfCoupons(
  reads: Reads,
  appliedIds: readonly string[],
): Promise<readonly InvoiceCreditView[]> {
  return appliedIds.length === 0 ? [] : readCredits(reads, { appliedIds })
}

/** The credits of an invoice that is not written, from the rows that it would have; some notes are not written either. */
export async function creditsOfRows(
  reads: Reads,
  rows: readonly Pick<
    Selectable<InvoiceReductions>,
    'id' | 'kind' | 'sourceId' | 'amountCents' | 'beforeTaxes'
  >[],
  invoice: Pick<Selectable<Invoices>, 'id' | 'currency' | 'paymentStatus'>,
  notesAhead: readonly { readonly id: string; readonly invoiceNumber: string; readonly sequence: number }[],
): Promise<readonly InvoiceCreditView[]> {
  if (rows.length === 0) return []
  const { rows: named } = await sql<CreditNames>`
    select s.id as source_id, ${CREDIT_NAMES}
    from unnest(${rows.map(({ sourceId }) => sourceId)}::uuid[],
      ${rows.map(({ kind }) => kind)}::text[]) as s (id, kind)
    left join applied_coupons a on s.kind = 'coupon' and a.id = s.id
    left join coupons c on c.organization_id = a.organization_id and c.id = a.coupon_id
    left join invoices p on s.kind = 'progressive_billing' and p.id = s.id
    left join credit_notes n on s.kind = 'credit_note' and n.id = s.id
    left join invoices ni on ni.organization_id = n.organization_id and ni.id = n.invoice_id`.execute(reads)
  const names = new Map(named.map((each) => [each.sourceId, each]))
  for (const { id, invoiceNumber, sequence } of notesAhead) {
    const own = names.get(id)
    if (own) names.set(id, { ...own, notedNumber: invoiceNumber, noteSequence: sequence })
  }
  return rows.flatMap(({ id, kind, sourceId, amountCents, beforeTaxes }) => {
    const own = names.get(sourceId)
    if (!own || !isShown(kind)) return []
    const { currency, paymentStatus } = invoice
    const shared = { id, kind, amountCents, beforeTaxes, currency, paymentStatus, isValid: true } as const
    return [viewOf({ ...own, ...shared, invoiceId: invoice.id })]
  })
}

/** The kinds of reductions that `credits` shows. */
const SHOWN = ['progressive_billing', 'coupon', 'credit_note'] as const
type ShownKind = (typeof SHOWN)[number]

function isShown(kind: string): kind is ShownKind {
  return SHOWN.some((each) => each === kind)
}

const CREDIT_NAMES = sql`c.id as coupon_id, c.code as coupon_code, c.name as coupon_name,
  c.description as coupon_description, p.number as progressive_number,
  p.payment_status as progressive_payment_status, ni.number as noted_number, n.sequential_id as note_sequence,
  n.description as note_description`

async function readCredits(
  reads: Reads,
  of: { readonly invoiceIds: readonly string[] } | { readonly appliedIds: readonly string[] },
): Promise<readonly InvoiceCreditView[]> {
  const isMeant =
    'invoiceIds' in of
      ? sql`r.invoice_id = ${anyOf(of.invoiceIds)} and r.kind = any (${[...SHOWN]}::text[])`
      : sql`r.kind = 'coupon' and r.source_id = ${anyOf(of.appliedIds)}`
  const { rows } = await sql<CreditRow>`
    select r.id, r.invoice_id, r.source_id, r.amount_cents, r.before_taxes, r.kind, i.currency,
      i.payment_status, i.status not in ('voided', 'closed', 'deleted') as is_valid,
      ${CREDIT_NAMES}
    from invoice_reductions r
    join invoices i on i.organization_id = r.organization_id and i.id = r.invoice_id
    left join applied_coupons a on r.kind = 'coupon' and a.organization_id = r.organization_id and a.id = r.source_id
    left join coupons c on c.organization_id = a.organization_id and c.id = a.coupon_id
    left join invoices p on r.kind = 'progressive_billing' and p.organization_id = r.organization_id
      and p.id = r.source_id
    left join credit_notes n on r.kind = 'credit_note' and n.organization_id = r.organization_id
      and n.id = r.source_id
    left join invoices ni on ni.organization_id = n.organization_id and ni.id = n.invoice_id
    where ${isMeant}
    order by r.created_at, r.id`.execute(reads)
  return rows.map(viewOf)
}

type CreditRow = CreditNames & {
  readonly id: string
  readonly invoiceId: string
  readonly amountCents: bigint
  readonly beforeTaxes: boolean
  readonly kind: ShownKind
  readonly currency: string
  readonly paymentStatus: string
  readonly isValid: boolean
}

type CreditNames = {
  readonly sourceId: string
  readonly couponId: string | null
  readonly couponCode: string | null
  readonly couponName: string | null
  readonly couponDescription: string | null
  readonly progressiveNumber: string | null
  readonly progressivePaymentStatus: string | null
  readonly notedNumber: string | null
  readonly noteSequence: number | null
  readonly noteDescription: string | null
}

function viewOf(row: CreditRow): InvoiceCreditView {
  const { id, invoiceId, sourceId, amountCents, currency, beforeTaxes, isValid } = row
  const shared = { id, invoiceId, sourceId, amountCents, currency, beforeTaxes, isValid }
  if (row.kind === 'coupon') {
    return {
      ...shared,
      item: {
        id: row.couponId ?? '',
        type: 'coupon',
        code: row.couponCode ?? '',
        name: row.couponName ?? '',
        description: row.couponDescription,
      },
      shownInvoice: { id: invoiceId, paymentStatus: row.paymentStatus },
    }
  }
  if (row.kind === 'credit_note') {
    const name = row.notedNumber ?? ''
    const code = creditNoteNumber(name, row.noteSequence ?? 0)
    return {
      ...shared,
      item: { id: sourceId, type: 'credit_note', code, name, description: row.noteDescription },
      shownInvoice: { id: invoiceId, paymentStatus: row.paymentStatus },
    }
  }
  const number = row.progressiveNumber ?? ''
  return {
    ...shared,
    item: { id: sourceId, type: 'invoice', code: number, name: number, description: null },
    shownInvoice: { id: sourceId, paymentStatus: row.progressivePaymentStatus ?? '' },
  }
}
