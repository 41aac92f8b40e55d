import { allot } from '../../amounts/allot.ts'
import { Decimal } from '../../amounts/decimal.ts'
import type { FrozenFee, FrozenHead, FrozenTax } from '../frozen.ts'
import { say } from '../words.ts'
import type { EVatLine, Nation, VatCategory } from './e-invoice.ts'
import type { VatCode } from './vat-code.ts'

const EXEMPT = 'lago_eu_tax_exempt'
/** The second is what tax providers say. */
const REVERSE_CHARGE: readonly string[] = ['lago_eu_reverse_charge', 'reverse_charge']

/** Codes that say no more than their categories. */
const USUAL_CODES = {
  E: null,
  AE: 'VATEX-EU-AE',
  K: 'VATEX-EU-IC',
  G: 'VATEX-EU-G',
  O: 'VATEX-EU-O',
} as const

/** What a line is taxed on: whole cents, and the same before rounding; its share of the reductions. */
export type TaxedCents = {
  readonly category: VatCategory
  readonly cents: bigint
  readonly exactCents: Decimal
  readonly reductionCents: Decimal
}

/**
 * The VAT category of each fee (docs/rules/e-invoices.md#vat-categories): one for each, because a line of an e-invoice
 * has one rate, the sum of its taxes.
 */
export function categoriesOf(
  fees: readonly Pick<FrozenFee, 'type' | 'taxes'>[],
  head: Pick<FrozenHead, 'locale' | 'seller'>,
): VatCategory[] {
  const isAllOutside = fees.every(isOutsideVat)
  return fees.map((fee) => categoryOf(fee, isAllOutside, head))
}

/** Equal for categories that share a line of VAT. */
export function keyOf({ code, rate }: VatCategory): string {
  return `${code} ${rate ?? ''}`
}

/**
 * The lines of VAT, highest rate first, and what each gets of the reductions before taxes. Reductions and taxes are
 * allotted so that they sum to the figures of the bill to the cent (docs/rules/e-invoices.md#rounding).
 */
export function vatOf(
  lines: readonly TaxedCents[],
  bill: { readonly reductionsCents: bigint; readonly taxesCents: bigint; readonly nation: Nation },
): { readonly vat: EVatLine[]; readonly reductions: { category: VatCategory; cents: bigint }[] } {
  const groups = [...grouped(lines).values()].sort(
    ([a], [b]) =>
      rateOf(b.category).compare(rateOf(a.category)) || (keyOf(a.category) < keyOf(b.category) ? -1 : 1),
  )
  const sums = groups.map((group) => ({
    category: group[0].category,
    cents: group.reduce((sum, { cents }) => sum + cents, 0n),
    reduction: Decimal.sum(group.map(({ reductionCents }) => reductionCents)),
    net: Decimal.sum(group.map(({ exactCents, reductionCents }) => exactCents.minus(reductionCents))),
  }))
  const reduced = reductionsOf(sums, bill.reductionsCents)
  const taxable = sums.map((sum, k) => ({ sum, k })).filter(({ sum }) => rateOf(sum.category).isPositive())
  const taxes = allot(
    taxable.map(({ sum }) => sum.net.times(rateOf(sum.category)).dividedBy(Decimal.hundred)),
    bill.taxesCents,
  )
  const taxOf = new Map(taxable.map(({ k }, index) => [k, taxes[index] ?? 0n]))
  return {
    vat: sums.map(({ category, cents }, k) => ({
      category,
      rate: category.rate ?? (bill.nation === 'DE' ? '0' : null),
      baseCents: cents - (reduced[k] ?? 0n),
      taxCents: taxOf.get(k) ?? 0n,
    })),
    reductions: sums
      .map(({ category }, k) => ({ category, cents: reduced[k] ?? 0n }))
      .filter(({ cents }) => cents !== 0n),
  }
}

type Sums = { readonly cents: bigint; readonly reduction: Decimal }

/** By what the fees say; in proportion to them when they say nothing. */
function reductionsOf(sums: readonly Sums[], totalCents: bigint): bigint[] {
  if (totalCents === 0n) return sums.map(() => 0n)
  const known = Decimal.sum(sums.map(({ reduction }) => reduction))
  if (!known.isZero())
    return allot(
      sums.map(({ reduction }) => reduction),
      totalCents,
    )
  const whole = Decimal.of(sums.reduce((sum, { cents }) => sum + cents, 0n))
  if (whole.isZero())
    return allot(
      sums.map(() => Decimal.zero),
      totalCents,
    )
  return allot(
    sums.map(({ cents }) => Decimal.of(cents).times(Decimal.of(totalCents)).dividedBy(whole)),
    totalCents,
  )
}

function grouped(lines: readonly TaxedCents[]): Map<string, [TaxedCents, ...TaxedCents[]]> {
  const groups = new Map<string, [TaxedCents, ...TaxedCents[]]>()
  for (const line of lines) {
    const key = keyOf(line.category)
    const group = groups.get(key)
    if (group) group.push(line)
    else groups.set(key, [line])
  }
  return groups
}

function categoryOf(
  fee: Pick<FrozenFee, 'type' | 'taxes'>,
  isAllOutside: boolean,
  head: Pick<FrozenHead, 'locale' | 'seller'>,
): VatCategory {
  const rate = Decimal.sum(fee.taxes.map((tax) => Decimal.of(tax.rate)))
  if (rate.isPositive())
    return { code: 'S', rate: rate.toString(), exemptionCode: null, exemptionReason: null }
  const told = fee.taxes.find(({ category }) => category)
  // What is outside of VAT may not stand beside anything else; there it is exempt.
  if (isOutsideVat(fee)) return exempted(isAllOutside ? 'O' : 'E', told, head)
  if (told?.category) return exempted(told.category, told, head)
  return exempted(hasCode(fee.taxes, REVERSE_CHARGE) ? 'AE' : 'Z', undefined, head)
}

/** A category without tax, with the reason that was given for it, or the usual one. */
function exempted(
  code: VatCode,
  told: FrozenTax | undefined,
  { locale, seller }: Pick<FrozenHead, 'locale' | 'seller'>,
): VatCategory {
  const rate = code === 'O' ? null : '0'
  if (code === 'S' || code === 'Z')
    return { code: 'Z', rate: '0', exemptionCode: null, exemptionReason: null }
  const { exemptionCode = null, exemptionReason = null } = told ?? {}
  if (exemptionCode ?? exemptionReason) return { code, rate, exemptionCode, exemptionReason }
  const exempt = seller.address.country === 'FR' ? 'note.exempt_fr' : 'note.exempt'
  const reason = say(locale, code === 'AE' ? 'note.reverse_charge' : exempt)
  return { code, rate, exemptionCode: USUAL_CODES[code], exemptionReason: reason }
}

function isOutsideVat({ type, taxes }: Pick<FrozenFee, 'type' | 'taxes'>): boolean {
  if (taxes.some((tax) => Decimal.of(tax.rate).isPositive())) return false
  const told = taxes.find(({ category }) => category)
  return told ? told.category === 'O' : type === 'credit' || hasCode(taxes, [EXEMPT])
}

function hasCode(taxes: readonly FrozenTax[], codes: readonly string[]): boolean {
  return taxes.some(({ code }) => codes.includes(code))
}

function rateOf({ rate }: VatCategory): Decimal {
  return Decimal.of(rate ?? '0')
}
