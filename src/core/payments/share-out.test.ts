import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lesserCents } from '../amounts/cents.ts'
import { dueCents } from './payment-input.ts'
import { shareOut } from './share-out.ts'

const owing = (id: string, total: bigint, others: object = {}) => ({
  id,
  status: 'finalized',
  totalAmountCents: total,
  totalPaidAmountCents: 0n,
  offsetAmountCents: 0n,
  ...others,
})

describe('a payment that is shared out', () => {
  it('pays each invoice what it owes, and leaves the rest', () => {
    const invoices = [
      owing('a', 1000n),
      owing('b', 2000n, { totalPaidAmountCents: 2000n }),
      owing('c', 3000n),
    ]
    expect(shareOut(6000n, invoices)).toEqual({
      shares: [
        { invoiceId: 'a', amountCents: 1000n },
        { invoiceId: 'c', amountCents: 3000n },
      ],
      excessCents: 2000n,
    })
  })

  it.each(['voided', 'closed'])('is all too much for an invoice that is %s', (status) => {
    expect(shareOut(1000n, [owing('a', 1000n, { status })])).toEqual({ shares: [], excessCents: 1000n })
  })

  it('is neither lost nor more than anybody owes', () => {
    const invoice = fc.record({ total: fc.bigInt(0n, 5000n), paid: fc.bigInt(0n, 5000n) })
    fc.assert(
      fc.property(fc.bigInt(1n, 20_000n), fc.array(invoice, { maxLength: 6 }), (amount, made) => {
        const invoices = made.map(({ total, paid }, n) =>
          owing(String(n), total, { totalPaidAmountCents: lesserCents(paid, total) }),
        )
        const { shares, excessCents } = shareOut(amount, invoices)
        expect(shares.reduce((sum, each) => sum + each.amountCents, excessCents)).toBe(amount)
        for (const { invoiceId, amountCents } of shares) {
          const [owed] = invoices.filter(({ id }) => id === invoiceId)
          expect(owed && amountCents <= dueCents(owed)).toBe(true)
        }
      }),
    )
  })
})
