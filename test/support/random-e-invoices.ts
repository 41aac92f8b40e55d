import fc from 'fast-check'
import { allot } from '../../src/core/amounts/allot.ts'
import { subunitFactor } from '../../src/core/amounts/currency.ts'
import { Decimal } from '../../src/core/amounts/decimal.ts'
import type {
  FrozenBuyer,
  FrozenCreditNote,
  FrozenFee,
  FrozenInvoice,
  FrozenTax,
} from '../../src/core/documents/frozen.ts'
import type { VatCode } from '../../src/core/documents/xml/vat-code.ts'
import { ACCOUNT, plainCents, planFee, sampleFee, VAT } from './document-samples.ts'
import {
  BRUSSELS,
  EXEMPT,
  FRENCH,
  frenchInvoice,
  frenchNote,
  GERMAN,
  LYON,
  MUNICH,
  REVERSE,
  TEN,
} from './e-invoice-samples.ts'

const told = (category: VatCode, exemptionCode: string | null = null): FrozenTax => ({
  code: `zero_${category.toLowerCase()}`,
  name: 'Zero',
  rate: '0',
  category,
  exemptionCode,
})

/** What a fee may be taxed with: one tax, several, none, or one of zero for a reason. */
const TAXES: readonly (readonly FrozenTax[])[] = [
  [VAT],
  [TEN],
  [{ code: 'vat_55', name: 'VAT', rate: '5.5' }],
  [VAT, TEN],
  [],
  [EXEMPT],
  [REVERSE],
  [told('E', 'VATEX-EU-132-1I')],
  [told('Z')],
  [told('G')],
  [told('K')],
  [told('O')],
]

const line = fc.record({
  cents: fc.bigInt({ min: 0n, max: 50_000_000n }),
  units: fc.oneof(
    fc.integer({ min: 0, max: 5_000_000 }).map(String),
    fc.integer({ min: 1, max: 9_999_999 }).map((n) => Decimal.of(n).dividedBy(Decimal.of(10_000)).toString()),
  ),
  taxes: fc.constantFrom(...TAXES),
})

const drawn = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 40 }),
  share: fc.integer({ min: 0, max: 100 }),
  currency: fc.constantFrom('EUR', 'EUR', 'USD', 'JPY', 'HUF'),
  isGerman: fc.boolean(),
  buyer: fc.constantFrom(LYON, MUNICH, BRUSSELS),
  prepaid: fc.oneof(fc.constantFrom(0, 100), fc.integer({ min: 0, max: 100 })),
  invoiceType: fc.constantFrom('subscription', 'one_off', 'credit', 'advance_charges', 'progressive_billing'),
  hasBankAccount: fc.boolean(),
  isNote: fc.boolean(),
  isProgressive: fc.boolean(),
})

type Drawn = typeof drawn extends fc.Arbitrary<infer D> ? D : never

/** Any bill that the engine makes, with all that its parties have to tell: its e-invoice breaks no rule. */
export const anyBill: fc.Arbitrary<FrozenInvoice | FrozenCreditNote> = drawn.map((each) =>
  each.isNote ? noteOf(each) : invoiceOf(each),
)

/** Figures as the engine computes them: reductions shared out with five decimals, taxes rounded once. */
function figuresOf({ lines, share, currency, invoiceType, isNote }: Drawn) {
  const sum = lines.reduce((total, { cents }) => total + cents, 0n)
  const reduction = Decimal.of(sum).times(Decimal.of(share)).dividedBy(Decimal.hundred).round().toBigInt()
  const precise = lines.map(({ cents }) =>
    sum === 0n ? Decimal.zero : Decimal.of(cents * reduction).dividedBy(Decimal.of(sum), 5),
  )
  const taxes = Decimal.sum(
    lines.flatMap((each, k) =>
      each.taxes.map(({ rate }) =>
        Decimal.of(each.cents)
          .minus(precise[k] ?? Decimal.zero)
          .times(Decimal.of(rate))
          .dividedBy(Decimal.hundred),
      ),
    ),
  )
    .round()
    .toBigInt()
  const undated = invoiceType === 'one_off' && !isNote ? { from: null, to: null } : {}
  const fees = lines.map(({ cents, units, taxes: own }, k): FrozenFee => {
    const major = Decimal.of(cents).dividedBy(subunitFactor(currency))
    const price = Decimal.of(units).isZero() ? Decimal.zero : major.dividedBy(Decimal.of(units), 15)
    return sampleFee({
      id: `fee-${String(k).padStart(3, '0')}`,
      name: `Fee ${k}`,
      units,
      unitPrice: price.toString(),
      amountCents: String(cents),
      taxes: own,
      reductionCents: precise[k]?.toString() ?? '0',
      ...undated,
    })
  })
  return { sum, reduction, taxes, fees, including: sum - reduction + taxes }
}

function headOf({ isGerman, buyer, currency, lines, hasBankAccount }: Drawn) {
  const seller = { ...(isGerman ? GERMAN : FRENCH), bankAccount: hasBankAccount ? ACCOUNT : null }
  return { seller, currency, buyer: isGerman ? buyer : allowed(buyer, currency, lines) }
}

/** Between French companies there are euros and French rates only. */
function allowed(buyer: FrozenBuyer, currency: string, lines: Drawn['lines']): FrozenBuyer {
  const isFrench = currency === 'EUR' && lines.every(({ taxes }) => taxes.length < 2)
  return buyer === LYON && !isFrench ? MUNICH : buyer
}

function invoiceOf(each: Drawn): FrozenInvoice {
  const { sum, reduction, taxes, fees, including } = figuresOf(each)
  const used = (including * BigInt(each.prepaid)) / 100n
  const [progressive, coupons] = each.isProgressive ? [reduction, 0n] : [0n, reduction]
  const total = including - used
  return frenchInvoice({
    ...headOf(each),
    fees: [...fees, planFee({ amountCents: '0', units: '0', taxes: each.lines[0]?.taxes ?? [] })],
    invoiceType: each.invoiceType,
    cents: {
      ...plainCents(fees),
      fees: String(sum),
      coupons: String(coupons),
      progressive: String(progressive),
      subtotalExcl: String(sum - reduction),
      taxes: String(taxes),
      subtotalIncl: String(including),
      prepaid: String(used),
      total: String(total),
      paid: each.invoiceType === 'advance_charges' ? String(total) : '0',
    },
  })
}

function noteOf(each: Drawn): FrozenCreditNote {
  const { sum, reduction, taxes, fees, including } = figuresOf(each)
  const [credited = 0n, refunded = 0n, offset = 0n] = allot(
    [each.prepaid, 100 - each.prepaid, 0].map((part) =>
      Decimal.of(including).times(Decimal.of(part)).dividedBy(Decimal.hundred),
    ),
    including,
  )
  return frenchNote({
    ...headOf(each),
    items: fees.map((fee) => ({ fee, amountCents: fee.amountCents })),
    cents: {
      coupons: String(reduction),
      subtotalExcl: String(sum - reduction),
      taxes: String(taxes),
      offset: String(offset),
      credited: String(credited),
      refunded: String(refunded),
      total: String(including),
    },
  })
}
