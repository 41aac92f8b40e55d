import { Decimal } from '../../src/core/amounts/decimal.ts'
import type { Instant } from '../../src/core/calendar/instant.ts'
import { consume } from '../../src/core/wallets/consume.ts'
import { inboundAmount, voidedAmount } from '../../src/core/wallets/credits.ts'
import { type SpendableWallet, spendWallets } from '../../src/core/wallets/spend.ts'
import type { Funding } from '../../src/core/wallets/transaction.ts'
import { cents, decimal, list, type Row, shown } from './cells.ts'

/** Credits as money, and back. */
export function walletCreditFigures(row: Row): Row {
  const unit = { currency: row.Currency ?? '', rate: decimal(row.Rate) }
  const amountOf = row.Way === 'in' ? inboundAmount : voidedAmount
  const { amountCents, credits } = amountOf(decimal(row.Asked), unit)
  return { Cents: shown(amountCents), Credits: shown(credits) }
}

/** Which credits are spent: `3,000 granted`, `7,000 bought`, the older first; `first` has a priority of its own. */
export function consumptionFigures(row: Row): Row {
  const fundings = list(row['Credits in the wallet']).map((text, n): Funding => {
    const [amount, kind, priority] = text.split(' ')
    return {
      id: String(n),
      priority: priority === 'first' ? 1 : 50,
      kind: kind === 'bought' ? 'purchased' : 'granted',
      createdAt: n as Instant,
      remainingCents: cents(amount),
    }
  })
  const result = consume(fundings, cents(row.Spent))
  if (!result.ok) throw new Error(`${row.Case}: there is less`)
  const taken = new Map(result.value.consumptions.map((each) => [each.inboundId, each.amountCents]))
  const left = new Map(result.value.left.map((each) => [each.id, each.remainingCents]))
  return {
    Taken: fundings.map(({ id }) => shown(taken.get(id) ?? 0n)).join('; '),
    Left: fundings.map(({ id }) => shown(left.get(id) ?? 0n)).join('; '),
  }
}

/** Wallets on an invoice: `1,000`, `1,000 for charge`, `1,000 for charge at 49`, the older first. */
export function prepaidFigures(row: Row): Row {
  const wallets = list(row.Wallets).map(walletOf)
  const fees = list(row['Fees with taxes']).map((text, n) => {
    const [amount, feeType = ''] = text.split(' ')
    return { feeType, metricId: String(n), targetWalletCode: null, capCents: decimal(amount) }
  })
  const totalCents = cents(row.Total)
  const spent = spendWallets(wallets, { currency: 'EUR', totalCents, fees })
  const paid = new Map(spent.map(({ walletId, amountCents }) => [walletId, amountCents]))
  return {
    Paid: wallets.map(({ id }) => shown(paid.get(id) ?? 0n)).join('; '),
    'To pay': shown(spent.reduce((left, { amountCents }) => left - amountCents, totalCents)),
  }
}

function walletOf(text: string, n: number): SpendableWallet {
  const [, amount, feeType, priority] = /^([\d,]+)(?: for (\w+))?(?: at (\d+))?$/.exec(text) ?? []
  const createdAt = n as Instant
  const balanceCents = cents(amount)
  return {
    id: String(n),
    code: String(n),
    currency: 'EUR',
    rate: Decimal.one,
    priority: Number(priority ?? 50),
    createdAt,
    balanceCents,
    targets: { feeTypes: new Set(feeType === undefined ? [] : [feeType]), metricIds: new Set() },
    fundings: [{ id: `${n}/1`, priority: 50, kind: 'granted', createdAt, remainingCents: balanceCents }],
  }
}
