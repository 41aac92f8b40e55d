import { Decimal } from '../../src/core/amounts/decimal.ts'
import type { CalendarDate } from '../../src/core/calendar/calendar-date.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { localDate } from '../../src/core/calendar/zone.ts'
import { allocateUsage, type UsageAmount, type UsageWallet } from '../../src/core/wallets/ongoing-balance.ts'
import type { RULE_INTERVALS } from '../../src/core/wallets/recurring-rule.ts'
import { thresholdTopUp } from '../../src/core/wallets/threshold-top-up.ts'
import { type TopUpTerms, topUpCredits } from '../../src/core/wallets/top-up-amounts.ts'
import { nextTopUpAt } from '../../src/core/wallets/top-up-days.ts'
import { at, cents, decimal, list, type Row, shown } from './cells.ts'
import type { FigureTable } from './tables.ts'

/** What a rule adds; empty cells are no limit, or no credits. */
export function topUpFigures({ rows, settings }: FigureTable): readonly Row[] {
  return rows.map((row) => {
    const of = (column: string) => decimal(row[column] || '0')
    const limit = (column: string) => (row[column] ? of(column) : null)
    const [target, granted] = list(row.Target)
    const terms: TopUpTerms = {
      trigger: row.Trigger === 'interval' ? 'interval' : 'threshold',
      method: target === undefined ? 'fixed' : 'target',
      thresholdCredits: Decimal.of(settings.threshold ?? '0'),
      paidCredits: of('Pack'),
      grantedCredits: of('Granted pack'),
      targetOngoingBalance: target === undefined ? null : decimal(target),
      grantsTargetTopUp: granted === 'granted',
      ignorePaidTopUpLimits: false,
    }
    const wallet = {
      ongoingCredits: of('Ongoing'),
      pendingCredits: of('Pending'),
      minCredits: limit('Minimum'),
      maxCredits: limit('Maximum'),
    }
    const credits =
      terms.trigger === 'interval'
        ? topUpCredits(terms, wallet)
        : thresholdTopUp(terms, wallet, null, instant(0))
    const none = { paid: Decimal.zero, granted: Decimal.zero }
    return { Sold: shown((credits ?? none).paid), Granted: shown((credits ?? none).granted) }
  })
}

/** The first day from a date on which a rule fires, in UTC; its wallet was made on the day it started. */
export function topUpDays(row: Row): Row {
  const startedAt = at(row.Started)
  const interval = row.Interval as (typeof RULE_INTERVALS)[number]
  const schedule = { interval, startedAt, walletCreatedAt: startedAt, zone: 'UTC' }
  return { Fires: localDate(nextTopUpAt(schedule, row.From as CalendarDate), 'UTC') }
}

/**
 * What is expected of wallets. Usage is `charge 500`, a type and cents, each on a metric of its own; wallets are
 * `A 300`, a name and cents, and may be `refilled` or `for` one type of fee.
 */
export function ongoingFigures(row: Row): Row {
  const amounts = list(row.Usage).map(amountOf)
  const wallets = (row.Wallets ?? '').split('; ').map(walletOf)
  const taken = allocateUsage(amounts, wallets)
  return { 'Expected of each': wallets.map(({ id }) => `${id} ${shown(taken.get(id) ?? 0n)}`).join('; ') }
}

function amountOf(text: string, n: number): UsageAmount {
  const [feeType = '', amount] = text.split(' ')
  return {
    feeType,
    metricId: String(n),
    targetWalletCode: null,
    currency: 'EUR',
    cents: Decimal.of(cents(amount)),
  }
}

function walletOf(text: string, n: number): UsageWallet {
  const parts = /^(\w+) ([\d,]+)( refilled)?(?: for (\w+))?$/.exec(text)
  if (!parts) throw new Error(`no wallet: ${text}`)
  const [, id = '', balance, refilled, feeType] = parts
  return {
    id,
    code: id,
    currency: 'EUR',
    priority: n + 1,
    createdAt: instant(0),
    balanceCents: cents(balance),
    isRefilled: refilled !== undefined,
    targets: { feeTypes: new Set(feeType === undefined ? [] : [feeType]), metricIds: new Set() },
  }
}
