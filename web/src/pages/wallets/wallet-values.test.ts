import { describe, expect, it } from 'vitest'
import { checkWallet, NEW_RULE, newWallet, ruleBody, ruleSentence, walletBody } from './wallet-values.ts'

const wallet = { ...newWallet('acme', 'EUR'), name: 'Prepaid' }
const rule = { ...NEW_RULE, threshold_credits: '20', paid_credits: '100' }

describe('the body of a wallet', () => {
  it('names what is fixed afterwards only when it is new', () => {
    const fresh = walletBody({ ...wallet, granted_credits: '50', min: '10', max: '' }, true)
    expect(fresh).toMatchObject({
      external_customer_id: 'acme',
      rate_amount: '1',
      currency: 'EUR',
      paid_credits: '0',
      granted_credits: '50',
      paid_top_up_min_amount_cents: 1000,
      paid_top_up_max_amount_cents: null,
      recurring_transaction_rules: [],
    })
    const changed = walletBody(wallet, false)
    for (const key of ['external_customer_id', 'rate_amount', 'currency', 'paid_credits', 'granted_credits'])
      expect(changed).not.toHaveProperty(key)
  })
})

describe('a recurring top-up', () => {
  it('holds the keys of its trigger and method only', () => {
    expect(ruleBody(rule)).toEqual({
      trigger: 'threshold',
      threshold_credits: '20',
      method: 'fixed',
      paid_credits: '100',
      granted_credits: '0',
    })
    expect(
      ruleBody({
        ...rule,
        lago_id: 'id',
        trigger: 'interval',
        method: 'target',
        target_ongoing_balance: '300',
      }),
    ).toEqual({
      lago_id: 'id',
      trigger: 'interval',
      interval: 'monthly',
      method: 'target',
      target_ongoing_balance: '300',
      grants_target_top_up: false,
    })
  })

  it('reads as a sentence', () => {
    expect(ruleSentence(rule)).toBe(
      'Whenever the ongoing balance falls to 20 credits or less, 100 credits are sold.',
    )
    expect(
      ruleSentence({ ...rule, trigger: 'interval', method: 'target', target_ongoing_balance: '300' }),
    ).toBe('Every month, what is missing to 300 credits is sold.')
  })
})

describe('the check of a wallet', () => {
  const wrong = (change: object) =>
    Object.entries(checkWallet({ ...wallet, ...change }))
      .filter(([, text]) => text !== undefined)
      .map(([field]) => field)

  it('finds nothing wrong with a plain one', () => expect(wrong({})).toEqual([]))

  it.each([
    [{ external_customer_id: ' ' }, 'external_customer_id'],
    [{ rate_amount: '0' }, 'rate_amount'],
    [{ priority: '51' }, 'priority'],
    [{ priority: '0' }, 'priority'],
    [{ paid_credits: '1.123456' }, 'paid_credits'],
    [{ granted_credits: '-1' }, 'granted_credits'],
    [{ min: '0' }, 'min'],
    [{ min: '10', max: '9.99' }, 'max'],
    [{ rule: { ...rule, threshold_credits: '' } }, 'rule_threshold_credits'],
    [{ rule: { ...rule, paid_credits: '' } }, 'rule_paid_credits'],
    [{ rule: { ...rule, method: 'target', target_ongoing_balance: '20' } }, 'rule_target_ongoing_balance'],
  ])('refuses %j', (change, field) => expect(wrong(change)).toEqual([field]))
})
