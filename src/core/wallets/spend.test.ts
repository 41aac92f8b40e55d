import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import {
  type PayableInvoice,
  type SpendableWallet,
  spendWallets,
  spentByKind,
  walletsAfter,
} from './spend.ts'

let made = 0
const wallet = (
  id: string,
  cents: number,
  changes: Partial<SpendableWallet> & Limits = {},
): SpendableWallet => {
  made += 1
  const { feeTypes = [], metricIds = [], ...others } = changes
  const createdAt = at(`2024-01-01T00:${String(made % 60).padStart(2, '0')}:00Z`)
  return {
    id,
    code: id,
    currency: 'EUR',
    rate: Decimal.one,
    priority: 50,
    createdAt,
    balanceCents: BigInt(cents),
    targets: { feeTypes: new Set(feeTypes), metricIds: new Set(metricIds) },
    fundings: [{ id: `${id}/1`, priority: 50, kind: 'granted', createdAt, remainingCents: BigInt(cents) }],
    ...others,
  }
}
type Limits = { feeTypes?: readonly string[]; metricIds?: readonly string[] }

const fee = (
  feeType: string,
  cap: string,
  metricId: string | null = null,
  targetWalletCode: string | null = null,
) => ({
  feeType,
  metricId,
  targetWalletCode,
  capCents: Decimal.of(cap),
})
const invoice = (totalCents: number, fees: PayableInvoice['fees']): PayableInvoice => ({
  currency: 'EUR',
  totalCents: BigInt(totalCents),
  fees,
})
const paid = (wallets: readonly SpendableWallet[], bill: PayableInvoice) =>
  Object.fromEntries(spendWallets(wallets, bill).map(({ walletId, amountCents }) => [walletId, amountCents]))

describe('prepaid credits on an invoice', () => {
  it('are taken from wallets by their limits and priorities', () => {
    const limited = (feeType: string) => ({ feeTypes: [feeType] })
    const wallets = [
      wallet('A', 1000, { priority: 49 }),
      wallet('B', 1000, { ...limited('charge'), priority: 49 }),
      wallet('C', 1000, { ...limited('subscription'), priority: 49 }),
      wallet('D', 1000),
      wallet('E', 1000, limited('charge')),
      wallet('F', 1000, limited('subscription')),
    ]
    const bill = invoice(5150, [fee('subscription', '3600'), fee('charge', '1550', 'm')])
    expect(paid(wallets, bill)).toEqual({ A: 1000n, B: 1000n, C: 1000n, D: 1000n, E: 550n, F: 600n })
  })

  it('leave free wallets alone while limited ones of a higher priority pay', () => {
    const wallets = [
      wallet('C', 1000, { priority: 49, feeTypes: ['subscription'] }),
      wallet('G', 1000, { priority: 49, metricIds: ['M'] }),
      wallet('free', 1000),
    ]
    const bill = invoice(110, [fee('subscription', '66'), fee('charge', '44', 'M')])
    expect(paid(wallets, bill)).toEqual({ C: 66n, G: 44n })
  })

  it('pay the cent that the rounding of the taxes adds', () => {
    const bill = invoice(106826, [fee('charge', '53412.7', 'a'), fee('charge', '53412.7', 'b')])
    expect(paid([wallet('w', 200_000)], bill)).toEqual({ w: 106826n })
  })

  it('pay what a limited wallet holds, whatever the order of the fees', () => {
    const fees = Array.from({ length: 10 }, (_, n) => fee('charge', '68.456', `m${n}`))
    expect(paid([wallet('w', 66, { metricIds: ['m3'] })], invoice(680, fees))).toEqual({ w: 66n })
    expect(paid([wallet('w', 66, { metricIds: ['m3'] })], invoice(680, [...fees].reverse()))).toEqual({
      w: 66n,
    })
  })

  it('are not taken from a wallet in another currency', () => {
    const bill = invoice(100, [fee('charge', '100', 'm')])
    const wallets = [wallet('usd', 1000, { priority: 1, currency: 'USD' }), wallet('eur', 1000)]
    expect(paid(wallets, bill)).toEqual({ eur: 100n })
  })

  it('of usage that names a wallet are taken from that wallet alone', () => {
    const bill = invoice(150, [fee('charge', '100', 'm', 'b'), fee('charge', '50', 'm')])
    const wallets = [wallet('a', 1000, { priority: 1 }), wallet('b', 60, { feeTypes: ['subscription'] })]
    expect(paid(wallets, bill)).toEqual({ a: 50n, b: 60n })
  })

  it('leave a fraction of a cent to the next wallet', () => {
    const bill = invoice(100, [fee('charge', '65.4', 'm'), fee('subscription', '34.6')])
    const wallets = [wallet('m', 1000, { priority: 1, metricIds: ['m'] }), wallet('free', 1000)]
    expect(paid(wallets, bill)).toEqual({ m: 65n, free: 35n })
  })

  it('tell what was granted and what was purchased', () => {
    const createdAt = at('2024-01-01T00:00:00Z')
    const fundings = [
      { id: 'g', priority: 50, kind: 'granted' as const, createdAt, remainingCents: 3000n },
      { id: 'p', priority: 50, kind: 'purchased' as const, createdAt, remainingCents: 7000n },
    ]
    const wallets = [wallet('w', 10_000, { fundings })]
    const spent = spendWallets(wallets, invoice(8000, [fee('charge', '8000', 'm')]))
    expect(spentByKind(spent)).toEqual({ granted: 3000n, purchased: 5000n })
    expect(spent[0]?.consumptions.map(({ inboundId, amountCents }) => [inboundId, amountCents])).toEqual([
      ['g', 3000n],
      ['p', 5000n],
    ])
    const [left] = walletsAfter(wallets, spent)
    expect([left?.balanceCents, left?.fundings.map(({ remainingCents }) => remainingCents)]).toEqual([
      2000n,
      [2000n],
    ])
  })

  it('are never more than the total or the balance, and do not depend on the order of wallets and fees', () => {
    const wallets = fc
      .array(
        fc.record({
          cents: fc.integer({ min: 1, max: 5000 }),
          priority: fc.integer({ min: 1, max: 3 }),
          feeTypes: fc.subarray(['charge', 'subscription']),
          metricIds: fc.subarray(['a', 'b']),
        }),
        { maxLength: 5 },
      )
      .map((list) => list.map(({ cents, ...others }, n) => wallet(`w${n}`, cents, others)))
    const fees = fc.array(
      fc.record({
        type: fc.constantFrom('charge', 'subscription'),
        metric: fc.constantFrom('a', 'b', 'c'),
        thousandths: fc.integer({ min: 1, max: 3_000_000 }),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(wallets, fees, (own, list) => {
        const caps = list.map(({ type, metric, thousandths }) =>
          fee(type, `${thousandths / 1000}`, type === 'charge' ? metric : null),
        )
        const total = Decimal.sum(caps.map(({ capCents }) => capCents)).round()
        const bill = { currency: 'EUR', totalCents: total.toBigInt(), fees: caps }
        const spent = spendWallets(own, bill)
        const sum = spent.reduce((all, { amountCents }) => all + amountCents, 0n)
        expect(sum <= bill.totalCents).toBe(true)
        for (const { walletId, amountCents, consumptions } of spent) {
          const held = own.find(({ id }) => id === walletId)?.balanceCents ?? 0n
          expect(amountCents > 0n && amountCents <= held).toBe(true)
          expect(consumptions.reduce((all, each) => all + each.amountCents, 0n)).toBe(amountCents)
        }
        expect(spendWallets([...own].reverse(), bill)).toEqual(spent)
        const isFree = own.some(({ targets }) => targets.feeTypes.size + targets.metricIds.size === 0)
        const held = own.reduce((all, { balanceCents }) => all + balanceCents, 0n)
        if (isFree && held > bill.totalCents * 2n + 5000n * BigInt(own.length))
          expect(sum).toBe(bill.totalCents)
      }),
    )
  })
})
