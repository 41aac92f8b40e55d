import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { allocateUsage, depletion, type UsageAmount, type UsageWallet } from './ongoing-balance.ts'

function walletOf(id: string, balanceCents: number, more: Partial<UsageWallet> = {}): UsageWallet {
  return {
    id,
    code: id,
    currency: 'EUR',
    priority: 50,
    createdAt: instant(0),
    balanceCents: BigInt(balanceCents),
    isRefilled: false,
    targets: { feeTypes: new Set(), metricIds: new Set() },
    ...more,
  }
}

const limitedTo = (feeTypes: readonly string[], metricIds: readonly string[] = []) => ({
  targets: { feeTypes: new Set(feeTypes), metricIds: new Set(metricIds) },
})

function amountOf(cents: number | string, more: Partial<UsageAmount> = {}): UsageAmount {
  return {
    feeType: 'charge',
    metricId: 'api_calls',
    targetWalletCode: null,
    currency: 'EUR',
    cents: Decimal.of(String(cents)),
    ...more,
  }
}

const shares = (amounts: readonly UsageAmount[], wallets: readonly UsageWallet[]) =>
  Object.fromEntries([...allocateUsage(amounts, wallets)].map(([id, cents]) => [id, Number(cents)]))

describe('allocateUsage', () => {
  it('follows usage into a draft and out of it', () => {
    const wallet = [walletOf('w', 1000)]
    const draft = [amountOf(500), amountOf(100, { feeType: 'subscription', metricId: null })]
    expect(shares([amountOf(500)], wallet)).toEqual({ w: 500 })
    expect(shares(draft, wallet)).toEqual({ w: 600 })
    expect(shares([...draft, amountOf(300)], wallet)).toEqual({ w: 900 })
    expect(shares([amountOf(300)], [walletOf('w', 400)])).toEqual({ w: 300 })
  })

  it('counts nothing that is billed already', () => {
    const billed = [amountOf(5500), amountOf(-5500)]
    expect(shares(billed, [walletOf('w', 4500)])).toEqual({ w: 0 })
    const drafted = [...billed, amountOf(110, { feeType: 'subscription', metricId: null })]
    expect(shares(drafted, [walletOf('w', 4500)])).toEqual({ w: 110 })
  })

  it('adds the usage of several charges', () => {
    const usage = [amountOf(1100), amountOf(11_000, { metricId: 'storage' })]
    expect(shares(usage, [walletOf('w', 97_800)])).toEqual({ w: 12_100 })
  })

  it('lets the last wallet go below zero, and the others not', () => {
    const wallets = [walletOf('first', 300, { priority: 1 }), walletOf('last', 200)]
    expect(shares([amountOf(1000)], wallets)).toEqual({ first: 300, last: 700 })
    expect(shares([amountOf(250)], wallets)).toEqual({ first: 250, last: 0 })
  })

  it('lets a wallet that is refilled take everything', () => {
    const wallets = [walletOf('refilled', 300, { priority: 1, isRefilled: true }), walletOf('last', 9000)]
    expect(shares([amountOf(1000)], wallets)).toEqual({ refilled: 1000, last: 0 })
  })

  it('goes by priority, then by age', () => {
    const wallets = [
      walletOf('young', 100, { createdAt: instant(2) }),
      walletOf('old', 100, { createdAt: instant(1) }),
      walletOf('urgent', 100, { createdAt: instant(3), priority: 2 }),
    ]
    expect(shares([amountOf(150)], wallets)).toEqual({ urgent: 100, old: 50, young: 0 })
  })

  it('respects limits, and lets an empty wallet be passed over', () => {
    const wallets = [
      walletOf('empty', 0, { priority: 1 }),
      walletOf('metric', 100, { priority: 2, ...limitedTo([], ['api_calls']) }),
      walletOf('fees', 100, { priority: 3, ...limitedTo(['subscription']) }),
    ]
    const amounts = [amountOf(70), amountOf(500, { feeType: 'subscription', metricId: null })]
    expect(shares(amounts, wallets)).toEqual({ empty: 0, metric: 70, fees: 500 })
    expect(shares([amountOf(70, { metricId: 'storage' })], wallets)).toEqual({
      empty: 70,
      metric: 0,
      fees: 0,
    })
  })

  it('gives usage that names a wallet to that one only', () => {
    const wallets = [walletOf('main', 1000, { priority: 1 }), walletOf('team', 10, limitedTo(['add_on']))]
    const named = (code: string) => [amountOf(300, { targetWalletCode: code })]
    expect(shares(named('team'), wallets)).toEqual({ main: 0, team: 300 })
    expect(shares(named('unknown'), wallets)).toEqual({ main: 0, team: 0 })
  })

  it('leaves other currencies alone', () => {
    const wallets = [walletOf('usd', 1000, { currency: 'USD', priority: 1 }), walletOf('eur', 10)]
    expect(shares([amountOf(300)], wallets)).toEqual({ usd: 0, eur: 300 })
    expect(shares([amountOf(300), amountOf(-300, { currency: 'USD' })], wallets)).toEqual({
      usd: 0,
      eur: 300,
    })
  })

  it('never gives out more than is due, though one kind was overbilled', () => {
    const amounts = [amountOf(500), amountOf(-200, { metricId: 'storage' })]
    expect(shares(amounts, [walletOf('w', 1000)])).toEqual({ w: 300 })
    expect(shares([amountOf(100), amountOf(-200, { metricId: 'storage' })], [walletOf('w', 9)])).toEqual({
      w: 0,
    })
  })

  it('rounds what coupons left of each kind', () => {
    expect(shares([amountOf('99.5')], [walletOf('w', 1000)])).toEqual({ w: 100 })
    expect(shares([amountOf('99.4'), amountOf('0.05')], [walletOf('w', 1000)])).toEqual({ w: 99 })
  })
})

const currencies = fc.constantFrom('EUR', 'USD')
const amounts = fc.array(
  fc.record({
    feeType: fc.constantFrom('charge', 'subscription'),
    metricId: fc.constantFrom('a', 'b', null),
    targetWalletCode: fc.constantFrom(null, null, null, 'w1'),
    currency: currencies,
    cents: fc.integer({ min: -2000, max: 5000 }).map((tenths) => Decimal.of(tenths).times(Decimal.of('0.1'))),
  }),
  { maxLength: 12 },
)
const wallets = fc
  .array(
    fc.record({
      balanceCents: fc.bigInt({ min: 0n, max: 400n }),
      priority: fc.integer({ min: 1, max: 3 }),
      createdAt: fc.integer({ min: 0, max: 2 }).map(instant),
      currency: currencies,
      isRefilled: fc.boolean(),
      targets: fc.constantFrom(
        ...[[], ['charge']].flatMap((f) => [[], ['a']].map((m) => limitedTo(f, m).targets)),
      ),
    }),
    { maxLength: 5 },
  )
  .map((list) => list.map((each, n): UsageWallet => ({ ...each, id: `w${n}`, code: `w${n}` })))

describe('any allocation', () => {
  it('is within the budget of each currency, and at most the last and the refilled go below zero', () => {
    fc.assert(
      fc.property(amounts, wallets, (list, owned) => {
        const taken = allocateUsage(list, owned)
        for (const currency of ['EUR', 'USD']) {
          const due = Decimal.sum(list.filter((each) => each.currency === currency).map(({ cents }) => cents))
          const given = owned
            .filter((each) => each.currency === currency)
            .reduce((sum, { id }) => sum + (taken.get(id) ?? 0n), 0n)
          // Each kind is rounded to a cent.
          const most = Decimal.max(due, Decimal.zero).plus(Decimal.of(list.length))
          expect(Decimal.of(given).compare(most)).toBeLessThanOrEqual(0)
        }
        for (const [, cents] of taken) expect(cents >= 0n).toBe(true)
      }),
    )
  })

  it('does not depend on the order of amounts or wallets', () => {
    const shuffled = fc
      .tuple(amounts, wallets)
      .chain(([list, owned]) =>
        fc.tuple(
          fc.constant(list),
          fc.constant(owned),
          fc.shuffledSubarray(list, { minLength: list.length }),
          fc.shuffledSubarray(owned, { minLength: owned.length }),
        ),
      )
    fc.assert(
      fc.property(shuffled, ([list, owned, otherList, otherOwned]) => {
        expect(shares(otherList, otherOwned)).toEqual(shares(list, owned))
      }),
    )
  })

  it('leaves nothing ungiven that a wallet for everything could take', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 })), wallets, (cents, others) => {
        const open = walletOf('open', 0, { priority: 50, createdAt: instant(9) })
        const owned = [...others.filter(({ currency }) => currency === 'EUR'), open]
        const taken = allocateUsage(
          cents.map((each, n) => amountOf(each, { metricId: `m${n % 3}` })),
          owned,
        )
        const given = [...taken.values()].reduce((sum, each) => sum + each, 0n)
        expect(given).toBe(BigInt(cents.reduce((sum, each) => sum + each, 0)))
      }),
    )
  })
})

describe('depletion', () => {
  it.each<[number, boolean, boolean, boolean]>([
    [1, false, false, false],
    [0, false, true, true],
    [-5, false, true, true],
    [-5, true, true, false],
    [1, true, false, false],
  ])('at %i cents, depleted before: %s', (cents, before, isDepleted, isNews) => {
    expect(depletion(BigInt(cents), before)).toEqual({ isDepleted, isNews })
  })
})
