import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { Problems } from '../problems.ts'
import { changedRule, newRule } from './rule-changes.ts'
import { type RuleInput, readRules } from './rule-input.ts'

const DEFAULTS = {
  paidCredits: Decimal.of('10'),
  grantedCredits: Decimal.of('3'),
  invoiceRequiresSuccessfulPayment: true,
  paymentMethodType: 'manual',
  paymentMethodId: null,
}

function inputOf(raw: object): RuleInput {
  const [rule] = readRules([raw], instant(0), new Problems()) ?? []
  if (!rule) throw new Error('not a rule')
  return rule
}

const creditsOf = ({ paidCredits, grantedCredits }: { paidCredits: Decimal; grantedCredits: Decimal }) => [
  paidCredits.toString(),
  grantedCredits.toString(),
]

const INTERVAL = { trigger: 'interval', interval: 'monthly' }

describe('newRule', () => {
  it('repeats what its wallet begins with, when it is fixed and says nothing else', () => {
    const rule = newRule(inputOf(INTERVAL), DEFAULTS)
    expect(creditsOf(rule)).toEqual(['10', '3'])
    expect(rule.invoiceRequiresSuccessfulPayment).toBe(true)
    expect(rule.paymentMethodType).toBe('manual')
  })

  it('has credits of its own', () => {
    expect(creditsOf(newRule(inputOf({ ...INTERVAL, granted_credits: '1' }), DEFAULTS))).toEqual(['0', '1'])
  })

  it('repeats nothing towards a target', () => {
    const target = { ...INTERVAL, method: 'target', target_ongoing_balance: '50' }
    expect(creditsOf(newRule(inputOf(target), DEFAULTS))).toEqual(['0', '0'])
  })

  it('may differ from its wallet', () => {
    const raw = { ...INTERVAL, invoice_requires_successful_payment: false, payment_method: {} }
    const rule = newRule(inputOf(raw), DEFAULTS)
    expect(rule.invoiceRequiresSuccessfulPayment).toBe(false)
    expect(rule.paymentMethodType).toBe('provider')
  })
})

describe('changedRule', () => {
  it('keeps what is not said, and follows what is', () => {
    const stored = newRule(inputOf({ ...INTERVAL, paid_credits: '7', transaction_name: 'n' }), DEFAULTS)
    const changed = changedRule(stored, inputOf({ trigger: 'threshold', threshold_credits: '2' }))
    expect(creditsOf(changed)).toEqual(['7', '0'])
    expect(changed).toMatchObject({ trigger: 'threshold', interval: null, transactionName: 'n' })
    expect(changed.thresholdCredits.toString()).toBe('2')
  })
})
