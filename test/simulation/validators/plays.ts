import { isDeepStrictEqual } from 'node:util'
import type { Book, Fault, Wire } from '../book.ts'

/** Two plays of one life have the same figures, whatever the workers did and whenever the server crashed. */
export function comparePlays(first: Book, second: Book): Fault[] {
  const parts: readonly [string, unknown, unknown][] = [
    ['answers', first.answers, second.answers],
    ['invoices', invoicesOf(first), invoicesOf(second)],
    ['fees without an invoice', feesOf(first.looseFees), feesOf(second.looseFees)],
    ['subscriptions', subscriptionsOf(first), subscriptionsOf(second)],
    ['wallets', walletsOf(first), walletsOf(second)],
    ['credit notes', notesOf(first), notesOf(second)],
    ['payments', sorted(first.payments.map(plain)), sorted(second.payments.map(plain))],
    ['current usage', looksOf(first), looksOf(second)],
  ]
  return parts.flatMap(([where, one, other]) =>
    differences(one, other).map((says) => ({ validator: 'plays', where, says })),
  )
}

/** Members whose values are ids, or name one. */
const IDS =
  /^(lago_.*|id|number|sequential_id|updated_at|web_url|file_url|created_at|(voided|regenerated)_invoice_id|invoice_ids)$/
/** A progressive credit is called by the number of its invoice, which begins with a part of an id. */
const NUMBER = /^[A-Z0-9]+-[A-Z0-9]{4}-[\d-]+(-CN\d+)?$/

function plain(value: Wire): Wire {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'string' && NUMBER.test(value)) return 'a number'
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([key]) => !IDS.test(key))
  return Object.fromEntries(kept.map(([key, member]) => [key, plain(member)]))
}

function sorted(list: readonly Wire[]): Wire[] {
  return list
    .map((each) => [JSON.stringify(each), each] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => each)
}

function feesOf(fees: readonly Wire[]): Wire[] {
  return sorted(fees.map((fee) => plain({ ...fee, applied_taxes: sorted(fee.applied_taxes.map(plain)) })))
}

function invoicesOf(book: Book): Wire[] {
  return sorted(
    book.invoices.map(({ customer, subscriptions, billing_periods, fees, applied_taxes, ...invoice }) => ({
      customer: customer.external_id,
      ...plain(invoice),
      made: invoice.created_at,
      subscriptions: subscriptions.map((each: Wire) => each.external_id).sort(),
      periods: sorted(billing_periods.map(plain)),
      fees: feesOf(fees),
      taxes: sorted(applied_taxes.map(plain)),
    })),
  )
}

function notesOf(book: Book): Wire[] {
  return sorted(book.creditNotes.map(({ customer, ...note }) => plain({ ...note, to: customer.external_id })))
}

function walletsOf(book: Book): Wire[] {
  return book.wallets.map(({ wallet, transactions }) => ({
    credits: wallet.credits_balance,
    ongoing: wallet.credits_ongoing_balance,
    transactions: sorted(transactions.map(plain)),
  }))
}

function subscriptionsOf(book: Book): Wire[] {
  return sorted(book.subscriptions.map(plain))
}

function looksOf(book: Book): Wire[] {
  return book.looks.map(({ step, now, usage }) => ({ step, now, usage: plain(usage) }))
}

const DIFFERENCES_MAX = 12
const SHOWN_MAX = 160

/** Where two values differ, by path. */
export function differences(one: Wire, other: Wire, path = '', found: string[] = []): string[] {
  if (found.length >= DIFFERENCES_MAX || isDeepStrictEqual(one, other)) return found
  const isOpen = (value: Wire) => typeof value === 'object' && value !== null
  if (!isOpen(one) || !isOpen(other)) {
    found.push(`${path}: ${shown(one)} in the one, ${shown(other)} in the other`)
    return found
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) {
    found.push(`${path}: ${one.length} in the one, ${other.length} in the other`)
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    differences((one as Wire)[key], (other as Wire)[key], `${path}.${key}`, found)
  }
  return found
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, SHOWN_MAX)
}
