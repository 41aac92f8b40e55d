import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { Problems } from '../problems.ts'
import { applyMovement, type CreditMovement, checkMovement, type WalletState } from './movement.ts'

const NOW = at('2024-05-01T00:00:00Z')
const wallet = (cents: number, changes: Partial<WalletState> = {}): WalletState => ({
  unit: { currency: 'EUR', rate: Decimal.one },
  limits: { minCents: null, maxCents: null },
  balanceCents: BigInt(cents),
  credits: Decimal.of(cents).dividedBy(Decimal.hundred),
  unpaidCents: 0n,
  fundings:
    cents === 0
      ? []
      : [
          {
            id: 'old',
            priority: 50,
            kind: 'granted',
            createdAt: at('2024-01-01T00:00:00Z'),
            remainingCents: BigInt(cents),
          },
        ],
  ...changes,
})
const movement = (changes: Partial<CreditMovement>): CreditMovement => ({
  paidCredits: Decimal.zero,
  grantedCredits: Decimal.zero,
  voidedCredits: null,
  voidedTransactionId: null,
  ignoreLimits: false,
  priority: 50,
  ...changes,
})
const IDS = { purchased: 'p', granted: 'g', voided: 'v' }

function wrong(state: WalletState, changes: Partial<CreditMovement>) {
  const problems = new Problems()
  checkMovement(state, movement(changes), new Set(['old', 'spent']), problems)
  return problems.details()
}

describe('a movement of credits', () => {
  it('sells, grants and voids in this order, and a void may take what was just granted', () => {
    const asked = movement({
      paidCredits: Decimal.of('7'),
      grantedCredits: Decimal.of('3'),
      voidedCredits: Decimal.of('4'),
      priority: 1,
    })
    const applied = applyMovement(wallet(500), asked, IDS, NOW)
    expect(
      applied.ok && applied.value.moved.map(({ id, kind, amountCents }) => [id, kind, amountCents]),
    ).toEqual([
      ['p', 'purchased', 700n],
      ['g', 'granted', 300n],
      ['v', 'voided', 400n],
    ])
    expect(applied.ok && applied.value.moved[2]?.consumptions).toEqual([
      { inboundId: 'g', amountCents: 300n },
      { inboundId: 'old', amountCents: 100n },
    ])
    expect(applied.ok && applied.value.state).toMatchObject({ balanceCents: 400n, unpaidCents: 700n })
  })

  it('lets the credits of a wallet drift from its cents', () => {
    const applied = applyMovement(
      wallet(10_000),
      movement({ voidedCredits: Decimal.of('14.28444999') }),
      IDS,
      NOW,
    )
    expect(applied.ok && [applied.value.state.balanceCents, applied.value.state.credits.toString()]).toEqual([
      8572n,
      '85.71556',
    ])
  })

  it('voids all that is left of a transaction when no amount is given', () => {
    const applied = applyMovement(wallet(500), movement({ voidedTransactionId: 'old' }), IDS, NOW)
    expect(applied.ok && applied.value.moved).toMatchObject([{ amountCents: 500n, kind: 'voided' }])
  })

  it.each<[string, WalletState, Partial<CreditMovement>, object]>([
    [
      'more than there is',
      wallet(3000),
      { voidedCredits: Decimal.of('50') },
      { voided_credits: ['insufficient_credits'] },
    ],
    [
      'less than a cent',
      wallet(3000),
      { grantedCredits: Decimal.of('0.001') },
      { granted_credits: ['amount_rounds_to_zero'] },
    ],
    [
      'a purchase below the limit',
      wallet(0, { limits: { minCents: 500n, maxCents: null } }),
      { paidCredits: Decimal.one },
      { paid_credits: ['amount_below_minimum'] },
    ],
    [
      'an unknown transaction',
      wallet(1),
      { voidedTransactionId: 'x' },
      { voided_transaction_id: ['wallet_transaction_not_found'] },
    ],
    [
      'a transaction that is used up',
      wallet(1),
      { voidedTransactionId: 'spent' },
      { voided_transaction_id: ['no_remaining_amount'] },
    ],
    [
      'more than a wallet can hold, with what is pending',
      wallet(100, { unpaidCents: 3_999_999_999_999_999_900n }),
      { grantedCredits: Decimal.one },
      { granted_credits: ['value_is_out_of_range'] },
    ],
    [
      'nothing, when the limits are ignored',
      wallet(0, { limits: { minCents: 500n, maxCents: null } }),
      { paidCredits: Decimal.one, ignoreLimits: true },
      {},
    ],
  ])('refuses %s', (_, state, changes, details) => {
    expect(wrong(state, changes)).toEqual(details)
  })

  it('refuses more than a transaction holds', () => {
    const asked = movement({ voidedTransactionId: 'old', voidedCredits: Decimal.of('6') })
    const applied = applyMovement(wallet(500), asked, IDS, NOW)
    expect(applied).toMatchObject({
      ok: false,
      problem: { details: { amount_cents: ['exceeds_remaining_transaction_amount'] } },
    })
  })

  it('always leaves a balance that is the sum of what remains', () => {
    const credits = fc.integer({ min: 0, max: 90_000 }).map((n) => Decimal.of(n).dividedBy(Decimal.of(1000)))
    const steps = fc.array(fc.record({ paid: credits, granted: credits, voided: fc.option(credits) }), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(steps, (list) => {
        let state = wallet(0)
        for (const [n, { paid, granted, voided }] of list.entries()) {
          const asked = movement({ paidCredits: paid, grantedCredits: granted, voidedCredits: voided })
          const ids = { purchased: `p${n}`, granted: `g${n}`, voided: `v${n}` }
          const applied = applyMovement(state, asked, ids, NOW)
          if (applied.ok) state = applied.value.state
          const left = state.fundings.reduce((sum, { remainingCents }) => sum + remainingCents, 0n)
          expect(left).toBe(state.balanceCents)
          expect(state.balanceCents >= 0n).toBe(true)
        }
      }),
    )
  })
})
