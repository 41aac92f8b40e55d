import { Decimal } from '../../../src/core/amounts/decimal.ts'
import type { Book, Fault, Wire } from '../book.ts'

/**
 * Money neither appears nor vanishes: a wallet holds what came in less what went out, a credit note what it was worth
 * less what invoices took of it, and an invoice is paid by its payments.
 */
export function validateLedgers(book: Book): Fault[] {
  return [
    ...book.wallets.flatMap(wrongWallet),
    ...book.creditNotes.flatMap((note) => wrongNote(book, note)),
    ...[...book.invoices, ...book.voided].flatMap((invoice) => wrongInvoice(book, invoice)),
  ]
}

const sum = (list: readonly Wire[], of: (each: Wire) => number) =>
  list.reduce((all: number, each) => all + of(each), 0)
const exact = (list: readonly Wire[]) =>
  Decimal.sum(list.map(({ credit_amount: credits }) => Decimal.of(credits)))

type Sum = readonly [says: string, told: number | string, found: number | string]

function faults(where: string, sums: readonly Sum[]): Fault[] {
  return sums
    .filter(([, told, found]) => told !== found)
    .map(([says, told, found]) => ({
      validator: 'ledgers',
      where,
      says: `${says} is ${told}, and its parts come to ${found}`,
    }))
}

function wrongWallet({ wallet, transactions }: Book['wallets'][number]): Fault[] {
  const settled = transactions.filter(({ status }) => status === 'settled')
  const inbound = settled.filter(({ transaction_type: type }) => type === 'inbound')
  const outbound = settled.filter(({ transaction_type: type }) => type === 'outbound')
  const held = exact(inbound).minus(exact(outbound))
  const left = sum(inbound, ({ remaining_amount_cents: cents }) => cents ?? 0)
  return faults(`wallet ${wallet.code} of ${wallet.external_customer_id}`, [
    ['credits_balance', Decimal.of(wallet.credits_balance).toString(), held.toString()],
    ['balance_cents', wallet.balance_cents, left],
    ['a balance below zero', Math.min(0, wallet.balance_cents), 0],
    [
      'an ongoing balance above the balance',
      Math.max(0, wallet.ongoing_balance_cents - wallet.balance_cents),
      0,
    ],
  ])
}

function wrongNote({ invoices }: Book, note: Wire): Fault[] {
  if (note.credit_status === 'voided') return []
  const used = invoices
    .flatMap(({ credits }): Wire[] => credits)
    .filter(({ item }) => item.type === 'credit_note' && item.lago_item_id === note.lago_id)
  return faults(`credit note ${note.number}`, [
    [
      'balance_amount_cents',
      note.balance_amount_cents,
      note.credit_amount_cents - sum(used, (each) => each.amount_cents),
    ],
    ['a balance below zero', Math.min(0, note.balance_amount_cents), 0],
    ['total_amount_cents', note.total_amount_cents, note.credit_amount_cents + note.refund_amount_cents],
  ])
}

function wrongInvoice({ wallets, payments }: Book, invoice: Wire): Fault[] {
  const taken = wallets
    .flatMap(({ wallet, transactions }) =>
      transactions.map((each) => ({ ...each, cents: centsOf(wallet, each) })),
    )
    .filter(
      (each: Wire) => each.transaction_status === 'invoiced' && each.lago_invoice_id === invoice.lago_id,
    )
  const paid = payments.filter(({ invoice_ids: ids }) => ids.includes(invoice.lago_id))
  const isPaidElsewhere = invoice.invoice_type === 'advance_charges'
  return faults(`invoice ${invoice.number}`, [
    ['prepaid_credit_amount_cents', invoice.prepaid_credit_amount_cents, sum(taken, ({ cents }) => cents)],
    ...(isPaidElsewhere
      ? []
      : ([
          [
            'total_paid_amount_cents',
            invoice.total_paid_amount_cents,
            sum(paid, (each) => each.amount_cents),
          ],
        ] as const)),
  ])
}

/** The amount of a transaction in cents: it is told in units of the currency. */
function centsOf({ currency }: Wire, { amount }: Wire): number {
  return Math.round(Number(amount) * (currency === 'JPY' ? 1 : 100))
}
