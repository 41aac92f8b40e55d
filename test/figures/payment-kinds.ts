import { instant } from '../../src/core/calendar/instant.ts'
import { type DunningCampaign, type DunningState, dunningStep } from '../../src/core/dunning/steps.ts'
import { checkPayment, dueCents, type OwedInvoice } from '../../src/core/payments/payment-input.ts'
import { requestOf } from '../../src/core/payments/request-input.ts'
import { at, cents, type Row, shown } from './cells.ts'
import type { FigureTable } from './tables.ts'

const FINAL = { status: 'finalized', invoiceType: 'subscription', isRequestPaid: false } as const

/** A payment of an invoice with a total, part of which is paid and offset already. */
export function manualPaymentFigures(row: Row, totalAmountCents: bigint): Row {
  const invoice: OwedInvoice = {
    ...FINAL,
    totalAmountCents,
    totalPaidAmountCents: cents(row['Paid before']),
    offsetAmountCents: cents(row['Offset by credit notes']),
  }
  const amountCents = cents(row.Payment)
  const order = { invoiceId: 'i', amountCents }
  const checked = checkPayment({ reference: 'r' }, order, invoice, instant(0))
  const refusal = checked.ok ? '' : JSON.stringify(checked.problem)
  const due = dueCents(invoice)
  return {
    Answer: checked.ok ? '200' : (/value_is_out_of_range/.exec(refusal)?.[0] ?? refusal),
    'Still due': shown(checked.ok ? due - amountCents : due),
  }
}

/** A request for invoices, each written `total, paid, offset`. */
export function paymentRequestFigures(row: Row): Row {
  const invoices = (row['Invoices: total, paid, offset'] ?? '').split('; ').map((text) => {
    const [total, paid, offset] = text.split(', ').map(cents)
    return {
      ...FINAL,
      totalAmountCents: total ?? 0n,
      totalPaidAmountCents: paid ?? 0n,
      offsetAmountCents: offset ?? 0n,
      paymentOverdue: true,
      currency: 'EUR',
      billingEntityId: 'e',
    }
  })
  const request = requestOf(invoices)
  return { 'Asked for': request.ok ? shown(request.value.amountCents) : 'refused' }
}

/** A customer that is looked at again and again; each row continues from the one before. */
export function dunningFigures({ rows, settings }: FigureTable): readonly Row[] {
  const campaign: DunningCampaign = {
    maxAttempts: settings.maxAttempts,
    daysBetweenAttempts: settings.days,
    thresholds: Object.entries<number>(settings.thresholds).map(([currency, amount]) => ({
      currency,
      amountCents: BigInt(amount),
    })),
  }
  let state: DunningState = { lastAttemptAt: null, attempts: new Map() }
  return rows.map((row) => {
    const now = at(row['Looked at'])
    const balances = new Map([
      ['EUR', cents(row['Overdue EUR'])],
      ['USD', cents(row['Overdue USD'])],
    ])
    const step = dunningStep(campaign, state, balances, now)
    if (step.kind === 'attempt') state = { lastAttemptAt: now, attempts: step.attempts }
    const attempts = [...state.attempts].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      'Asked for': askedFor(step),
      Attempts: attempts.map(([currency, count]) => `${currency} ${count}`).join(', '),
      Finished: step.kind === 'attempt' && step.isFinished ? 'yes' : 'no',
    }
  })
}

function askedFor(step: ReturnType<typeof dunningStep>): string {
  if (step.kind === 'attempt') return step.currencies.join(', ')
  if (step.kind === 'nothing') return 'nothing'
  return `nothing until ${new Date(step.until).toISOString().slice(0, 16).replace('T', ' ')}`
}
