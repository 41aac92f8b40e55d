import { describe, expect, it } from 'vitest'
import { traitsOf } from '../../../../src/core/payment-providers/provider-types.ts'
import type { PaymentProvider } from '../../api/types.ts'
import {
  bodyOfConnection,
  type ConnectionValues,
  checkConnection,
  fieldOfRefusal,
  helpOf,
  lacksSignature,
  newConnection,
  settingsOf,
  shownBody,
  signaturesOf,
  textOfWarning,
  valuesOfConnection,
} from './connection-values.ts'
import { fieldsOf, KINDS, kindName, optionsOf, PROVIDER_KINDS, type ProviderKind } from './provider-kinds.ts'

const NEW = { isNew: true, isSandbox: false }
const STORED = { isNew: false, isSandbox: false }
const IN_SANDBOX = { isNew: true, isSandbox: true }
const HMAC = 'AB'.repeat(32)

const made = (type: ProviderKind, own: Partial<ConnectionValues>): ConnectionValues => ({
  ...newConnection(type),
  name: 'Account',
  code: 'account',
  ...own,
})
/** Everything that a connection of each type needs, and no more. */
const COMPLETE: Readonly<Record<ProviderKind, Partial<ConnectionValues>>> = {
  stripe: { secret_key: ' sk_test_1 ' },
  adyen: { api_key: 'AQE', merchant_account: 'AcmeCOM' },
  gocardless: { access_token: 'sandbox_1' },
  cashfree: { client_id: 'CF', client_secret: 'cfsk', mode: 'test' },
  flutterwave: { secret_key: 'FLWSECK_TEST-1' },
  moneyhash: { api_key: 'mh', flow_id: 'flow', mode: 'live' },
}
const faultsOf = (values: ConnectionValues, form = NEW) =>
  Object.entries(checkConnection(values, form))
    .filter(([, fault]) => fault !== undefined)
    .map(([field]) => field)
const stored = (type: ProviderKind, own: Partial<PaymentProvider> = {}): PaymentProvider => ({
  lago_id: 'id',
  type,
  code: 'account',
  name: 'Account',
  mode: 'test',
  state: 'active',
  failing_since: null,
  last_error: null,
  success_redirect_url: null,
  refund_duplicates: true,
  account_id: null,
  webhook_state: 'manual',
  webhook_url: 'https://weir.example/webhooks',
  customers_count: 0,
  created_at: '2026-11-30T00:00:00Z',
  updated_at: '2026-11-30T00:00:00Z',
  ...own,
})

describe('what a connection sends', () => {
  it.each([
    ['stripe', { secret_key: 'sk_test_1', supports_3ds: false, require_terms_of_service_consent: false }],
    ['adyen', { api_key: 'AQE', merchant_account: 'AcmeCOM' }],
    ['gocardless', { access_token: 'sandbox_1' }],
    ['cashfree', { client_id: 'CF', client_secret: 'cfsk', mode: 'test' }],
    ['flutterwave', { secret_key: 'FLWSECK_TEST-1' }],
    ['moneyhash', { api_key: 'mh', flow_id: 'flow', mode: 'live' }],
  ] as const)('%s: only the fields of its type, and none that is empty', (type, own) => {
    // What was typed for another type before stays in the form.
    const values = made(type, { ...COMPLETE.adyen, ...COMPLETE.cashfree, ...COMPLETE[type] })
    const money = 'hasNoRefunds' in KINDS[type] ? {} : { refund_duplicates: true }
    const common = { type, name: 'Account', code: 'account', success_redirect_url: null, ...money }
    expect(bodyOfConnection(values, NEW)).toEqual({ ...common, ...own })
  })

  it('a change names neither type nor account, and leaves an empty secret as it is', () => {
    const values = made('adyen', { merchant_account: 'AcmeCOM', live_prefix: 'a-b', token_hmac_key: HMAC })
    expect(Object.keys(bodyOfConnection(values, STORED))).toEqual([
      'name',
      'code',
      'success_redirect_url',
      'refund_duplicates',
      'token_hmac_key',
    ])
  })

  it('a sandbox is sent nothing of a live account', () => {
    const adyen = made('adyen', { ...COMPLETE.adyen, live_prefix: 'a-b' })
    expect(bodyOfConnection(adyen, NEW)).toHaveProperty('live_prefix', 'a-b')
    expect(bodyOfConnection(adyen, IN_SANDBOX)).not.toHaveProperty('live_prefix')
    const pages = made('cashfree', { ...COMPLETE.cashfree, mode: 'live' })
    expect(bodyOfConnection(pages, IN_SANDBOX)).not.toHaveProperty('mode')
  })

  it('is shown without its secrets', () => {
    for (const { value: type } of PROVIDER_KINDS) {
      const shown = JSON.stringify(shownBody(made(type, COMPLETE[type]), NEW))
      for (const field of fieldsOf(type, true, false).filter(({ kind }) => kind === 'secret')) {
        const typed = String(COMPLETE[type][field.name] ?? '').trim()
        if (typed !== '') expect([type, shown.includes(`"${typed}"`)]).toEqual([type, false])
      }
      expect(shown).toContain('…')
    }
  })
})

describe('what is wrong with a connection', () => {
  it('a new one needs what it cannot be without, a stored one keeps its secrets', () => {
    const needed = {
      stripe: ['secret_key'],
      adyen: ['api_key', 'merchant_account'],
      gocardless: ['access_token'],
      cashfree: ['client_id', 'client_secret', 'mode'],
      flutterwave: ['secret_key'],
      moneyhash: ['api_key', 'flow_id', 'mode'],
    }
    for (const { value: type } of PROVIDER_KINDS) {
      expect([type, faultsOf(made(type, {}))]).toEqual([type, needed[type]])
      expect([type, faultsOf(made(type, COMPLETE[type]))]).toEqual([type, []])
    }
    expect(faultsOf(made('adyen', {}), STORED)).toEqual([])
    expect(faultsOf(made('moneyhash', {}), STORED)).toEqual(['flow_id'])
    // There is nothing to choose.
    expect(faultsOf(made('cashfree', { client_id: 'CF', client_secret: 's' }), IN_SANDBOX)).toEqual([])
    expect(faultsOf({ ...newConnection('stripe'), secret_key: 'sk_test_1' })).toEqual(['name', 'code'])
  })

  it('a token that does not begin with its environment needs one', () => {
    const debit = made('gocardless', { access_token: 'abc' })
    expect(faultsOf(debit)).toEqual(['environment'])
    expect(faultsOf({ ...debit, access_token: 'live_abc' })).toEqual([])
    expect(faultsOf({ ...debit, environment: 'sandbox' })).toEqual([])
  })

  it('what the server would refuse by its form is told before', () => {
    const faults = {
      merchant_account: 'a b',
      live_prefix: 'https://x',
      hmac_key: 'abc',
      token_hmac_key: 'xyz',
    }
    expect(faultsOf(made('adyen', { api_key: 'AQE', ...faults }))).toEqual(Object.keys(faults))
    const right = { live_prefix: '1797a841fbb37ca7-Acme', hmac_key: HMAC, token_hmac_key: HMAC.toLowerCase() }
    expect(faultsOf(made('adyen', { ...COMPLETE.adyen, ...right }))).toEqual([])
    expect(faultsOf(made('moneyhash', { ...COMPLETE.moneyhash, flow_id: 'f'.repeat(21) }))).toEqual([
      'flow_id',
    ])
  })

  it('a refused mode is shown where the mode comes from', () => {
    const at = Object.fromEntries(PROVIDER_KINDS.map(({ value }) => [value, fieldOfRefusal('mode', value)]))
    expect(at).toEqual({
      stripe: 'secret_key',
      adyen: 'live_prefix',
      gocardless: 'access_token',
      cashfree: 'mode',
      flutterwave: 'secret_key',
      moneyhash: 'mode',
    })
    expect(fieldOfRefusal('code', 'adyen')).toBe('code')
  })
})

describe('the types of providers', () => {
  it('have the fields that the server knows, with the same secrets', () => {
    for (const { value: type, label } of PROVIDER_KINDS) {
      const { fields, name, generated, isPageOnly, hasNoRefunds } = traitsOf(type)
      const known = new Map(fields.map((field) => [field.name, field.kind]))
      const kinds = { secret: 'secret', text: 'text', choice: 'text', switch: 'flag' }
      const own = fieldsOf(type, true, false)
      expect([type, own.map((field) => known.get(field.name))]).toEqual([
        type,
        own.map(({ kind }) => kinds[kind]),
      ])
      // All but what Weir makes itself, and the endpoint that it registers.
      const left = [...known.keys()].filter((field) => !own.some((each) => each.name === field))
      expect([type, left]).toEqual([
        type,
        [type === 'stripe' ? 'webhook_id' : undefined, generated?.field].filter(Boolean),
      ])
      const { byHand, ...kind } = KINDS[type]
      expect([type, byHand !== null && 'hasMadeSecret' in byHand]).toEqual([type, generated !== null])
      expect([label, 'isPageOnly' in kind, 'hasNoRefunds' in kind]).toEqual([
        name,
        isPageOnly === true,
        hasNoRefunds === true,
      ])
    }
    expect(kindName('another')).toBe('another')
  })

  it('offer a sandbox no live account', () => {
    expect(fieldsOf('adyen', true, true).map(({ name }) => name)).not.toContain('live_prefix')
    const [environment] = fieldsOf('gocardless', true, true).filter(({ name }) => name === 'environment')
    if (!environment) throw new Error('no environment')
    expect(optionsOf(environment, true).map(({ value }) => value)).toEqual(['sandbox'])
    expect(optionsOf(environment, false).map(({ value }) => value)).toEqual(['sandbox', 'live'])
  })
})

describe('a stored connection', () => {
  it('fills the form without its secrets', () => {
    const values = valuesOfConnection(
      stored('moneyhash', {
        api_key: '••••…a1b',
        flow_id: 'flow_1',
        success_redirect_url: 'https://x.example',
      }),
    )
    expect(values).toEqual({
      ...newConnection('moneyhash'),
      name: 'Account',
      previousName: 'Account',
      code: 'account',
      flow_id: 'flow_1',
      success_redirect_url: 'https://x.example',
    })
  })

  it('says what it keeps, and what is not needed', () => {
    const adyen = stored('adyen', { api_key: '••••…a1b', hmac_key: null })
    const helps = Object.fromEntries(
      fieldsOf('adyen', false, false).map((field) => [field.name, helpOf(field, adyen)]),
    )
    expect(helps.api_key).toBe('Now ••••…a1b. Leave it empty to keep it.')
    expect(helps.hmac_key).toMatch(/^Optional\. Adyen makes it/)
    const [key] = fieldsOf('adyen', true, false)
    expect(key && helpOf(key, null)).toBe('Not shown again once it is saved.')
  })

  it('tells what it is set to', () => {
    const end = [
      ['Page after paying', null],
      ['What was paid twice', 'Goes back at once'],
    ]
    expect(
      settingsOf(stored('adyen', { api_key: '…a1b', merchant_account: 'AcmeCOM', live_prefix: null })),
    ).toEqual([['API key', '…a1b'], ['Merchant account', 'AcmeCOM'], ['Live prefix', null], ...end])
    expect(settingsOf(stored('gocardless', { access_token: '…c3d', environment: 'sandbox' }))).toEqual([
      ['Access token', '…c3d'],
      ['Environment', 'Sandbox'],
      ...end,
    ])
    expect(settingsOf(stored('stripe', { secret_key: '…a1b', supports_3ds: true })).slice(0, 3)).toEqual([
      ['Secret key', '…a1b'],
      ['3-D Secure', 'Waits for the payer'],
      ['Your terms', 'Are not asked'],
    ])
    expect(settingsOf(stored('cashfree', { client_id: '…est', client_secret: '…eir' }))).toEqual([
      ['Client id', '…est'],
      ['Page after paying', null],
      ['What was paid twice', 'Waits for somebody'],
    ])
  })

  it('tells what its messages are signed with', () => {
    expect(signaturesOf(stored('flutterwave', { webhook_secret: '…f00' }))).toEqual([['Signed with', '…f00']])
    expect(signaturesOf(stored('cashfree', { client_secret: '…eir' }))).toEqual([['Signed with', '…eir']])
    expect(signaturesOf(stored('adyen', { hmac_key: '…0ab', token_hmac_key: null }))).toEqual([
      ['Signed with', '…0ab'],
      ['Of stored cards with', null],
    ])
    expect(signaturesOf(stored('moneyhash'))).toEqual([])
    expect(lacksSignature(stored('adyen', { hmac_key: null }))).toBe(true)
    expect(lacksSignature(stored('adyen', { hmac_key: '…0ab' }))).toBe(false)
    expect(lacksSignature(stored('cashfree'))).toBe(false)
    expect(textOfWarning('hmac_key_missing')).toContain('HMAC key')
  })
})
