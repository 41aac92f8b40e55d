import { each, get, post, put } from './calls.ts'
import { fateOf } from './company.ts'
import type { SampleDates } from './dates.ts'

/** What becomes of the sample company's invoices: payments, failures, credit notes, a void. */

const DAY_MS = 86_400_000
/** Most customers pay within so many days. */
const PAYS_WITHIN = 8

type Invoice = {
  readonly lago_id: string
  readonly number: string
  readonly issuing_date: string
  readonly total_due_amount_cents: number
  readonly total_paid_amount_cents: number
  readonly customer: { readonly external_id: string }
}

type Fee = {
  readonly lago_id: string
  readonly amount_cents: number
  readonly item: { readonly type: string; readonly code: string }
}

/** The month of a date, counted from the company's first. */
function monthOf(date: string, { firsts }: SampleDates): number {
  return firsts.findIndex((firstMs) => new Date(firstMs).toISOString().slice(0, 7) === date.slice(0, 7))
}

async function invoicesOf(query: string): Promise<readonly Invoice[]> {
  const { invoices } = await get(`/invoices?per_page=100&${query}`)
  return invoices
}

/** Pays what is open, by bank transfer some days after its issue, as far as its customer pays. */
export async function settle(dates: SampleDates): Promise<void> {
  const open = await invoicesOf('status=finalized&payment_status=pending')
  const due = open.filter(
    ({ total_due_amount_cents, total_paid_amount_cents }) =>
      total_due_amount_cents > 0 && total_paid_amount_cents === 0,
  )
  await each(due, async ({ lago_id, number, issuing_date, total_due_amount_cents, customer }, place) => {
    const fate = fateOf(customer.external_id, monthOf(issuing_date, dates))
    if (fate === 'unpaid') return
    if (fate === 'failed') {
      await put(`/invoices/${lago_id}`, { invoice: { payment_status: 'failed' } })
      return
    }
    const paidMs = Date.parse(issuing_date) + (1 + (place % PAYS_WITHIN)) * DAY_MS
    await post('/payments', {
      payment: {
        invoice_id: lago_id,
        amount_cents: fate === 'partly' ? Math.floor(total_due_amount_cents / 2) : total_due_amount_cents,
        reference: number,
        paid_at: new Date(Math.min(paidMs, dates.presentMs)).toISOString(),
      },
    })
  })
}

/** The invoice of a customer for its subscription that was issued in a month, with its fees. */
async function invoiceOf(
  dates: SampleDates,
  customer: string,
  month: number,
): Promise<Invoice & { readonly fees: readonly Fee[] }> {
  const all = await invoicesOf(`external_customer_id=${customer}&invoice_type=subscription`)
  const found = all.find(({ issuing_date }) => monthOf(issuing_date, dates) === month)
  if (!found) throw new Error(`${customer} has no invoice of month ${month}`)
  const { invoice } = await get(`/invoices/${found.lago_id}`)
  return invoice
}

/** A month of Grove Foods is taken back because of an outage: nothing is due of it any more. */
export async function offsetAnOutage(dates: SampleDates): Promise<void> {
  const { lago_id, total_due_amount_cents, fees } = await invoiceOf(dates, 'grove-foods', 2)
  await post('/credit_notes', {
    credit_note: {
      invoice_id: lago_id,
      reason: 'product_unsatisfactory',
      description: 'Payouts were down for two days.',
      offset_amount_cents: total_due_amount_cents,
      items: fees
        .filter(({ amount_cents }) => amount_cents > 0)
        .map(({ lago_id: fee_id, amount_cents }) => ({ fee_id, amount_cents })),
    },
  })
}

const CREDIT_CENTS = 2500

/** A part of a price as a credit for later invoices, and a whole one paid back. */
export async function creditAndRefund(dates: SampleDates): Promise<void> {
  const [fjord, atelier] = await Promise.all([
    invoiceOf(dates, 'fjord-analytics', 2),
    invoiceOf(dates, 'atelier-lumiere', 2),
  ])
  const price = fjord.fees.find(({ item }) => item.type === 'subscription')
  await post('/credit_notes', {
    credit_note: {
      invoice_id: fjord.lago_id,
      reason: 'order_change',
      description: 'Fewer workspaces than agreed.',
      credit_amount_cents: CREDIT_CENTS,
      items: [{ fee_id: price?.lago_id, amount_cents: CREDIT_CENTS }],
    },
  })
  const starter = atelier.fees.find(({ item }) => item.type === 'subscription' && item.code === 'starter')
  await post('/credit_notes', {
    credit_note: {
      invoice_id: atelier.lago_id,
      reason: 'duplicated_charge',
      description: 'The showroom was closed.',
      refund_amount_cents: starter?.amount_cents,
      items: [{ fee_id: starter?.lago_id, amount_cents: starter?.amount_cents }],
    },
  })
}

/** A payment of Cedar Health that its bank took back, in a dispute that is lost. */
export async function loseADispute(dates: SampleDates): Promise<void> {
  const { lago_id } = await invoiceOf(dates, 'cedar-health', 1)
  await post(`/invoices/${lago_id}/lose_dispute`, {})
}

/** One-off invoices: one that is kept, and one that was a mistake. */
export const sellOnboarding = (): Promise<unknown> => sell('fjord-analytics', 'onboarding')

export async function sellAndVoid(): Promise<void> {
  const { invoice } = await sell('harbour-freight-data', 'premium_support')
  await post(`/invoices/${invoice.lago_id}/void`, {})
}

const sell = (external_customer_id: string, add_on_code: string) =>
  post('/invoices', { invoice: { external_customer_id, fees: [{ add_on_code, units: 1 }] } })
