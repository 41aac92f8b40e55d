import { Decimal } from '../../../amounts/decimal.ts'
import type { EInvoice, EParty, VatCategory } from '../e-invoice.ts'
import { keyOf } from '../vat.ts'
import type { VatCode } from '../vat-code.ts'
import { isFilled, type Rule, sumOf } from './rule.ts'

/** A category and what the names of its rules begin with. */
const GROUPS: readonly (readonly [VatCode, string])[] = [
  ['S', 'BR-S'],
  ['Z', 'BR-Z'],
  ['E', 'BR-E'],
  ['AE', 'BR-AE'],
  ['K', 'BR-IC'],
  ['G', 'BR-G'],
  ['O', 'BR-O'],
]
const EXEMPT: readonly VatCode[] = ['E', 'AE', 'K', 'G', 'O']

/** The rules of the categories of VAT: the same for each, and what a few ask for besides. */
export const VAT_RULES: readonly Rule[] = [
  ...GROUPS.flatMap(([code, name]) => groupRules(code, name)),
  {
    id: 'BR-IC-11',
    holds: ({ vat, deliveredOn, period }) => !has(vat, 'K') || deliveredOn !== null || period !== null,
  },
  { id: 'BR-IC-12', holds: ({ vat, deliveredTo }) => !has(vat, 'K') || isFilled(deliveredTo?.country) },
  { id: 'BR-O-11', holds: ({ vat }) => !has(vat, 'O') || vat.length === 1 },
  { id: 'BR-O-12', holds: ({ vat, lines }) => !has(vat, 'O') || lines.every(isOf('O')) },
  { id: 'BR-O-13', holds: ({ vat, allowances }) => !has(vat, 'O') || allowances.every(isOf('O')) },
]

function groupRules(code: VatCode, name: string): Rule[] {
  return [
    { id: `${name}-01`, holds: (invoice) => isBrokenDown(invoice, code) },
    { id: `${name}-02`, holds: (invoice) => !has(invoice.lines, code) || isIdentified(invoice, code) },
    { id: `${name}-03`, holds: (invoice) => !has(invoice.allowances, code) || isIdentified(invoice, code) },
    { id: `${name}-05`, holds: ({ lines }) => lines.filter(isOf(code)).every(hasRateOfCode) },
    { id: `${name}-06`, holds: ({ allowances }) => allowances.filter(isOf(code)).every(hasRateOfCode) },
    { id: `${name}-08`, holds: (invoice) => isSummedUp(invoice, code) },
    // The taxes of S are held against their rates elsewhere.
    ...(code === 'S'
      ? []
      : [
          {
            id: `${name}-09`,
            holds: ({ vat }: EInvoice) => vat.filter(isOf(code)).every((e) => e.taxCents === 0n),
          },
        ]),
    {
      id: `${name}-10`,
      holds: ({ vat }) => vat.filter(isOf(code)).every(({ category }) => isReasoned(category)),
    },
  ]
}

type Categorized = { readonly category: VatCategory }

function isOf(code: VatCode): (each: Categorized) => boolean {
  return ({ category }) => category.code === code
}

function has(list: readonly Categorized[], code: VatCode): boolean {
  return list.some(isOf(code))
}

/** What is used on a line or an allowance has its line of VAT: one, or one for each rate of S. */
function isBrokenDown({ lines, allowances, vat }: EInvoice, code: VatCode): boolean {
  const used = new Set([...lines, ...allowances].filter(isOf(code)).map(({ category }) => keyOf(category)))
  const shown = vat.filter(isOf(code)).map(({ category }) => keyOf(category))
  return used.size === shown.length && shown.every((key) => used.has(key))
}

function isIdentified({ seller, buyer }: EInvoice, code: VatCode): boolean {
  if (code === 'O') return seller.vatId === null && buyer.vatId === null
  const sells = isFilled(seller.vatId) || (code !== 'K' && code !== 'G' && isFilled(seller.taxId))
  if (code === 'AE') return sells && (isFilled(buyer.vatId) || hasLegalId(buyer))
  return code === 'K' ? sells && isFilled(buyer.vatId) : sells
}

function hasLegalId({ legalId }: EParty): boolean {
  return isFilled(legalId?.id)
}

function hasRateOfCode({ category: { code, rate } }: Categorized): boolean {
  if (code === 'O') return rate === null
  if (rate === null) return false
  return code === 'S' ? Decimal.of(rate).isPositive() : Decimal.of(rate).isZero()
}

function isSummedUp({ lines, allowances, vat }: EInvoice, code: VatCode): boolean {
  return vat.filter(isOf(code)).every(({ category, baseCents }) => {
    const same = (each: Categorized) => keyOf(each.category) === keyOf(category)
    const cents = sumOf(lines.filter(same), (each) => each.cents)
    return baseCents === cents - sumOf(allowances.filter(same), (each) => each.cents)
  })
}

function isReasoned({ code, exemptionCode, exemptionReason }: VatCategory): boolean {
  return EXEMPT.includes(code) === (isFilled(exemptionCode) || isFilled(exemptionReason))
}
