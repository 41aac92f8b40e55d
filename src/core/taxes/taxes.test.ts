import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import type { Outcome } from '../problems.ts'
import { accepted } from '../refusal.ts'
import { type TaxableFee, taxesOfFee, taxesOfInvoice } from './apply.ts'
import { resolveTaxes } from './resolve.ts'
import { checkEInvoiceTax, readNewTax, readTaxChange, type Tax } from './tax.ts'

function tax(rate: string | number): Tax {
  return { id: `t${rate}`, code: `t${rate}`, name: `Tax ${rate}`, description: null, rate: Decimal.of(rate) }
}

function fee(amount: number, coupons: string, ...taxes: Tax[]): TaxableFee {
  return {
    amountCents: BigInt(amount),
    preciseAmountCents: Decimal.of(amount),
    preciseReductionCents: Decimal.of(coupons),
    taxes,
  }
}

describe('taxes of fees and invoices (worked examples)', () => {
  it('A: a coupon lowers what each fee is taxed on', () => {
    const fees = [
      fee(10_000, '500', tax(10)),
      fee(5000, '250', tax(0)),
      fee(3000, '150', tax(20)),
      fee(2000, '100', tax(20)),
    ]
    expect(fees.map((f) => taxesOfFee(f).taxesAmountCents)).toEqual([950n, 0n, 570n, 380n])
    const invoice = taxesOfInvoice(fees, 19_000n)
    expect(invoice.taxesAmountCents).toBe(1900n)
    expect(invoice.taxesRate.toString()).toBe('10')
    expect(
      invoice.appliedTaxes.map((t) => [t.tax.code, t.amountCents, t.feesAmountCents.toString()]),
    ).toEqual([
      ['t10', 950n, '9500'],
      ['t0', 0n, '4750'],
      ['t20', 950n, '4750'],
    ])
  })

  it('B: the invoice tax is not the sum of rounded fee taxes', () => {
    const fees = [
      fee(1000, '676.47059', tax(10)),
      fee(2000, '1352.94117', tax(20)),
      fee(3000, '88.23529', tax(10)),
      fee(4000, '117.64706', tax(10)),
      fee(1000, '126.47059', tax(10)),
      fee(2000, '252.94118', tax(20)),
      fee(3000, '379.41176', tax(10)),
      fee(4000, '505.88235', tax(10)),
    ]
    const shares = Decimal.sum(fees.map((f) => f.preciseReductionCents))
    expect(shares.round(4).toString()).toBe('3500')
    expect(fees.map((f) => taxesOfFee(f).taxesAmountCents)).toEqual(
      [32, 129, 291, 388, 87, 349, 262, 349].map(BigInt),
    )
    expect(taxesOfInvoice(fees, 16_500n).taxesAmountCents).toBe(1889n)
  })

  it('weighs by the number of fees when nothing is left of the sub-total', () => {
    const fees = [fee(100, '100', tax(10)), fee(100, '100', tax(20)), fee(0, '0'), fee(0, '0', tax(20))]
    const invoice = taxesOfInvoice(fees, 0n)
    expect([invoice.taxesAmountCents, invoice.taxesRate.toString()]).toEqual([0n, '12.5'])
    expect(taxesOfInvoice([], 0n)).toEqual({
      appliedTaxes: [],
      taxesAmountCents: 0n,
      taxesRate: Decimal.zero,
    })
  })

  it('adds several taxes of a fee and never compounds them', () => {
    const taxes = taxesOfFee(fee(105, '0', tax('5'), tax('9.975')))
    expect(taxes.appliedTaxes.map((t) => t.amountCents)).toEqual([5n, 10n])
    expect(taxes.taxesAmountCents).toBe(16n)
    expect(taxes.taxesRate.toString()).toBe('14.975')
  })

  it('takes the precise tax from the precise amount', () => {
    const precise = { ...fee(10, '1', tax(10)), preciseAmountCents: Decimal.of('9.6') }
    expect(taxesOfFee(precise).taxesPreciseAmountCents.toString()).toBe('0.86')
    expect(taxesOfFee(precise).taxesAmountCents).toBe(1n)
  })

  it('differs from the sum of fee taxes by half a cent for each fee at most', () => {
    const anyFee = fc.record({ amount: fc.nat(1_000_000), rate: fc.integer({ min: 0, max: 40_000 }) })
    fc.assert(
      fc.property(fc.array(anyFee, { minLength: 1, maxLength: 12 }), (rows) => {
        const fees = rows.map(({ amount, rate }) =>
          fee(amount, '0', tax(Decimal.of(rate).times(Decimal.of('0.001')).toString())),
        )
        const ofFees = fees.reduce((sum, f) => sum + taxesOfFee(f).taxesAmountCents, 0n)
        const whole = taxesOfInvoice(
          fees,
          fees.reduce((sum, f) => sum + f.amountCents, 0n),
        ).taxesAmountCents
        const gap = whole > ofFees ? whole - ofFees : ofFees - whole
        expect(gap <= BigInt(fees.length)).toBe(true)
      }),
    )
  })
})

describe('which taxes a fee carries', () => {
  const lists = { customer: ['customer'], billingEntity: ['entity'] }
  it('takes the first list that is not empty', () => {
    expect(resolveTaxes('charge', { ...lists, charge: ['charge'], plan: ['plan'] })).toEqual(['charge'])
    expect(resolveTaxes('charge', { ...lists, charge: [], plan: ['plan'] })).toEqual(['plan'])
    expect(resolveTaxes('subscription', { ...lists, charge: ['charge'], plan: [] })).toEqual(['customer'])
    expect(resolveTaxes('commitment', { ...lists, commitment: ['own'] })).toEqual(['own'])
    expect(resolveTaxes('fixed_charge', { ...lists, addOn: ['add-on'], customer: [] })).toEqual(['entity'])
    expect(resolveTaxes('add_on', { ...lists, line: [], addOn: ['add-on'] })).toEqual(['add-on'])
    expect(resolveTaxes('add_on', { ...lists, line: ['line'], addOn: ['add-on'] })).toEqual(['line'])
  })
  it('taxes no prepaid credits', () => {
    expect(resolveTaxes('credit', lists)).toEqual([])
  })
})

describe('the fields of a tax', () => {
  it('needs a name, a code and a rate that is a number', () => {
    expect(accepted(readNewTax({ name: 'VAT', code: 'vat', rate: '20.5' }))).toEqual({
      name: 'VAT',
      code: 'vat',
      rate: '20.5',
    })
    expect(refusal(readNewTax({}))).toEqual({
      code: ['value_is_mandatory'],
      name: ['value_is_mandatory'],
      rate: ['value_is_mandatory'],
    })
    expect(refusal(readNewTax({ name: 'V', code: 'v', rate: 'abc' }))).toEqual({
      rate: ['not_a_number'],
    })
    expect(refusal(readTaxChange({ rate: -1 }))).toEqual({ rate: ['value_is_out_of_range'] })
    expect(refusal(readTaxChange({ name: '' }))).toEqual({ name: ['value_is_mandatory'] })
  })
  it('has a category of e-invoices that fits its rate, and a reason only when it is exempt', () => {
    const exempt = {
      einvoice_category: 'E',
      einvoice_exemption_code: 'VATEX-FR-FRANCHISE',
      einvoice_exemption_reason: ' ',
    }
    expect(accepted(readTaxChange(exempt))).toEqual({
      einvoiceCategory: 'E',
      einvoiceExemptionCode: 'VATEX-FR-FRANCHISE',
      einvoiceExemptionReason: null,
    })
    expect(accepted(readTaxChange({ einvoice_category: null }))).toEqual({ einvoiceCategory: null })
    expect(refusal(readTaxChange({ einvoice_category: 'X', einvoice_exemption_code: 'franchise' }))).toEqual({
      einvoice_category: ['value_is_invalid'],
      einvoice_exemption_code: ['value_is_invalid'],
    })
    expect(refusal(readTaxChange({ einvoice_exemption_code: 'VATEX-FR-CGI999' }))).toEqual({
      einvoice_exemption_code: ['value_is_invalid'],
    })
    const tax = {
      einvoiceCategory: null,
      einvoiceExemptionCode: null,
      einvoiceExemptionReason: null,
      rate: '20',
    }
    const code = { einvoiceExemptionCode: 'VATEX-EU-G' }
    for (const [changes, fields] of [
      [{}, []],
      [{ einvoiceCategory: 'S' }, []],
      [{ einvoiceCategory: 'E' }, ['einvoice_category']],
      [{ einvoiceCategory: 'S', rate: '0' }, ['einvoice_category']],
      [{ einvoiceCategory: 'G', rate: '0', ...code }, []],
      [{ einvoiceCategory: 'Z', rate: '0', ...code }, ['einvoice_exemption_code']],
      [{ einvoiceExemptionReason: 'because' }, ['einvoice_exemption_reason']],
    ] as const) {
      const outcome = checkEInvoiceTax({ ...tax, ...changes })
      const refused = outcome.ok ? [] : Object.keys(refusal(outcome) as object)
      expect([changes, refused]).toEqual([changes, fields])
    }
  })
  it('changes only what is given', () => {
    expect(accepted(readTaxChange({ description: null, applied_to_organization: false }))).toEqual({
      description: null,
      appliedToOrganization: false,
    })
  })
})

function refusal(outcome: Outcome<unknown>): unknown {
  if (!outcome.ok && outcome.problem.kind === 'invalid') return outcome.problem.details
  throw new Error('nothing was refused')
}
