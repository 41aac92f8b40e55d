import { describe, expect, it } from 'vitest'
import type { BillPlan, InvoicePlan } from './bill-plan.ts'
import { invoicesAskingForSections, withSections } from './bill-sections.ts'

const section = { id: 'terms', code: 'terms', name: 'Terms', displayName: null, details: 'Pay.' }
const facts = { skipping: new Set<string>(), selected: new Map([['c', [section]]]) }

function billOf(of: Pick<InvoicePlan, 'customSections'> & { readonly status: 'draft' | 'closed' }): BillPlan {
  const invoice = {
    customer: { id: 'c', billingEntityId: 'e' },
    periods: [],
    customSections: of.customSections,
    outcome: { status: of.status },
  } as unknown as InvoicePlan
  return { customerId: 'c', documents: [{ kind: 'invoice', invoice }], nextBillings: [] }
}

const sectionsOf = (bill: BillPlan | undefined) =>
  bill?.documents.map((each) => (each.kind === 'invoice' ? each.invoice.customSections : undefined))

describe('the custom sections of bills', () => {
  it.each([
    ['what the customer selected', { customSections: null, status: 'draft' }, [section], 1],
    ['what a request named', { customSections: [], status: 'draft' }, [], 0],
    ['none on a closed invoice', { customSections: null, status: 'closed' }, null, 0],
  ] as const)('are %s', (_, of, expected, asking) => {
    const bills = [billOf(of)]
    expect(invoicesAskingForSections(bills)).toHaveLength(asking)
    expect(sectionsOf(withSections(bills, facts)[0])).toEqual([expected])
  })

  it('are asked for once', () => {
    const bills = withSections([billOf({ customSections: null, status: 'draft' })], {
      ...facts,
      selected: new Map(),
    })
    expect(invoicesAskingForSections(bills)).toEqual([])
  })
})
