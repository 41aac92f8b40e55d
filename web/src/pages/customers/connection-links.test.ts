import { describe, expect, it } from 'vitest'
import type { PaymentConnection, PaymentProvider } from '../../api/types.ts'
import {
  accountLabel,
  accountsLeft,
  bodyOfLink,
  isWaiting,
  linksPath,
  newLink,
  syncOf,
} from './connection-links.ts'

const account = (
  type: string,
  code: string,
  name = code,
  mode: 'test' | 'live' = 'test',
): PaymentProvider => ({
  lago_id: `id-${code}`,
  type,
  code,
  name,
  mode,
  state: 'active',
  failing_since: null,
  last_error: null,
  success_redirect_url: null,
  refund_duplicates: true,
  account_id: null,
  webhook_state: 'registered',
  webhook_url: 'https://weir.example/webhooks',
  customers_count: 0,
  created_at: '2026-11-30T00:00:00Z',
  updated_at: '2026-11-30T00:00:00Z',
})
const link = (payment_provider: string, own: Partial<PaymentConnection> = {}): PaymentConnection => ({
  lago_id: 'link',
  code: 'eu',
  is_default: false,
  payment_provider,
  payment_provider_code: 'eu',
  payment_provider_name: 'EU',
  provider_customer_id: 'cus_1',
  sync_with_provider: true,
  provider_payment_methods: [],
  created_at: '2026-11-30T00:00:00Z',
  updated_at: '2026-11-30T00:00:00Z',
  ...own,
})
const values = { account: 'id-eu', provider_customer_id: '', is_told: true, is_default: false }

describe('a customer’s connections', () => {
  it('can be made to every account once', () => {
    const accounts = [account('stripe', 'eu'), account('stripe', 'us'), account('adyen', 'cards')]
    expect(accountsLeft(accounts, [])).toEqual(accounts)
    // The customer has a name of its own for it.
    const taken = [link('stripe', { code: 'mine', payment_provider_code: 'us' })]
    expect(accountsLeft(accounts, taken).map(({ code }) => code)).toEqual(['eu', 'cards'])
    expect(linksPath({ external_id: 'a/b' })).toBe('/api/weir/v1/customers/a%2Fb/payment_connections')
  })

  it('begin with the first account, and as the default where there is none', () => {
    const accounts = [account('stripe', 'eu'), account('stripe', 'us')]
    expect(newLink(accounts, [])).toMatchObject({ account: 'id-eu', is_default: true })
    expect(newLink(accounts, [link('adyen')]).is_default).toBe(true)
    expect(newLink(accounts, [link('adyen', { is_default: true })]).is_default).toBe(false)
    expect(newLink([], []).account).toBe('')
  })

  it('name their accounts so that they are told apart', () => {
    expect(accountLabel(account('stripe', 'eu', 'Cards', 'live'))).toBe('Cards · Stripe')
    expect(accountLabel(account('stripe', 'eu', 'Stripe', 'live'))).toBe('Stripe')
    expect(accountLabel(account('adyen', 'a', 'Cards'))).toBe('Cards · Adyen · test')
  })

  it.each([
    ['stripe', '', true, { sync_with_provider: true, sync: true }],
    ['stripe', ' cus_1 ', true, { provider_customer_id: 'cus_1', sync_with_provider: true, sync: true }],
    ['stripe', 'cus_1', false, { provider_customer_id: 'cus_1', sync_with_provider: false, sync: true }],
    ['adyen', '', true, { sync_with_provider: true, sync: true }],
    ['adyen', 'shop', true, { provider_customer_id: 'shop', sync_with_provider: false, sync: true }],
    ['cashfree', 'x', true, {}],
    ['flutterwave', '', false, {}],
  ])('ask %s for %j', (type, provider_customer_id, is_told, own) => {
    const asked = bodyOfLink({ ...values, provider_customer_id, is_told }, account(type, 'eu'))
    const common = { payment_provider: type, payment_provider_code: 'eu', is_default: false }
    expect(asked).toEqual({ ...common, ...own })
  })

  it('tell how far the provider knows the customer', () => {
    expect(syncOf(link('stripe')).label).toBe('Kept in sync')
    expect(syncOf(link('gocardless')).label).toBe('Made there')
    expect(syncOf(link('stripe', { sync_with_provider: false })).label).toBe('Known there by its id')
    const asked = link('moneyhash', { provider_customer_id: null })
    expect([syncOf(asked).label, isWaiting(asked)]).toEqual(['Waits for the provider', true])
    const pages = link('cashfree', { provider_customer_id: null })
    expect([syncOf(pages).label, isWaiting(pages)]).toEqual(['Pays on pages alone', false])
  })
})
