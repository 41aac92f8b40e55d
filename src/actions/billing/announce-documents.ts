import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import type { WebhookType } from '../../core/webhooks/types.ts'
import type { WrittenDocument } from '../../store/billing/write-bills.ts'
import type { Tx } from '../../store/database.ts'
import { feeViews } from '../../store/fees.ts'
import { invoiceViews } from '../../store/invoice-views.ts'
import { toWireFee } from '../../wire/fees.ts'
import { toWireInvoice } from '../../wire/invoices.ts'
import type { Caller } from '../context.ts'
import { freezeDocuments } from '../documents/freeze-documents.ts'
import { queueCharges } from '../payments/queue-charges.ts'
import { announceAll, type Happening } from '../webhooks/announce.ts'

/** The webhook sent when an invoice of a type is finalized; types with other webhooks are absent. */
const FINAL: Readonly<Record<string, WebhookType>> = {
  subscription: 'invoice.created',
  progressive_billing: 'invoice.created',
  advance_charges: 'invoice.created',
  one_off: 'invoice.one_off_created',
  credit: 'invoice.paid_credit_added',
}

/**
 * Freezes the documents of written bills that are final, queues their charges, and sends the webhooks of all of them,
 * in order: invoices, uninvoiced fees, and fees caused by an event.
 */
export async function announceDocuments(
  tx: Tx,
  caller: Caller,
  documents: readonly WrittenDocument[],
): Promise<void> {
  await freezeDocuments(tx, caller, 'invoice_pdf', documents.flatMap(finalIdOf))
  await queueCharges(tx, caller, documents.flatMap(chargedIdOf))
  await announceAll(tx, caller, documents.flatMap(typesOf), async (wanted) => {
    const ids = (objectType: string) =>
      wanted.filter((each) => each.objectType === objectType).map(({ objectId }) => objectId)
    const [invoices, fees] = await Promise.all([
      invoiceViews(tx, ids('invoice'), caller.now),
      feeViews(tx, { feeIds: ids('fee') }),
    ])
    return new Map<string, object>([
      ...invoices.map((view) => [view.invoice.id, toWireInvoice(view, caller.webhookLinks)] as const),
      ...fees.map((view) => [view.id, toWireFee(view)] as const),
    ])
  })
}

function finalIdOf(document: WrittenDocument): string[] {
  return document.kind === 'invoice' && document.plan.outcome.status === 'finalized' ? [document.id] : []
}

/** Invoices that are open until they are paid are charged too. */
function chargedIdOf(document: WrittenDocument): string[] {
  const isCharged =
    document.kind === 'invoice' && ['finalized', 'open'].includes(document.plan.outcome.status)
  return isCharged ? [document.id] : []
}

function typesOf(document: WrittenDocument): Happening[] {
  const feeMessages = (ids: readonly string[]): Happening[] =>
    ids.map((objectId) => ({ type: 'fee.created', objectType: 'fee', objectId }))
  if (document.kind === 'fees') return feeMessages(document.ids)
  const type = typeOf(document.plan)
  return [
    ...(type ? [{ type, objectType: 'invoice', objectId: document.id }] : []),
    ...feeMessages(document.eventFeeIds),
  ]
}

function typeOf({ outcome, invoiceType, replaces }: InvoicePlan): WebhookType | undefined {
  if (outcome.status === 'draft') return replaces === null ? 'invoice.drafted' : undefined
  return outcome.status === 'finalized' ? FINAL[invoiceType] : undefined
}

/**
 * Freezes the documents of invoices that became final, queues their charges, and sends their webhooks in order, each by
 * its type.
 */
export async function announceFinalized(
  tx: Tx,
  caller: Caller,
  invoices: readonly { readonly id: string; readonly invoiceType: string }[],
): Promise<void> {
  const ids = invoices.map(({ id }) => id)
  await freezeDocuments(tx, caller, 'invoice_pdf', ids)
  await queueCharges(tx, caller, ids)
  const messages = invoices.flatMap(({ id, invoiceType }): Happening[] => {
    const type = FINAL[invoiceType]
    return type ? [{ type, objectType: 'invoice', objectId: id }] : []
  })
  await announceMessages(tx, caller, messages)
}

/** Sends a webhook with the full current invoice. */
export async function announceInvoice(
  tx: Tx,
  caller: Caller,
  invoiceId: string,
  type: WebhookType,
): Promise<void> {
  await announceInvoices(tx, caller, [invoiceId], type)
}

/** The same for many invoices with the same webhook type. */
export async function announceInvoices(
  tx: Tx,
  caller: Caller,
  invoiceIds: readonly string[],
  type: WebhookType,
): Promise<void> {
  await announceMessages(
    tx,
    caller,
    invoiceIds.map((objectId) => ({ type, objectType: 'invoice', objectId })),
  )
}

async function announceMessages(tx: Tx, caller: Caller, messages: readonly Happening[]): Promise<void> {
  await announceAll(tx, caller, messages, async (wanted) => {
    const ids = wanted.map(({ objectId }) => objectId)
    const views = await invoiceViews(tx, ids, caller.now)
    return new Map(views.map((view) => [view.invoice.id, toWireInvoice(view, caller.webhookLinks)]))
  })
}
