/** The names of the fields that types of providers have beside those of all. */
export type OwnName =
  | 'secret_key'
  | 'webhook_secret'
  | 'supports_3ds'
  | 'require_terms_of_service_consent'
  | 'access_token'
  | 'environment'
  | 'api_key'
  | 'merchant_account'
  | 'live_prefix'
  | 'hmac_key'
  | 'token_hmac_key'
  | 'client_id'
  | 'client_secret'
  | 'flow_id'
  | 'mode'

type FieldBase = {
  readonly name: OwnName
  readonly label: string
  readonly help?: string
  readonly isRequired?: true
}
/** A key: typed once, shown by its end, and kept when a change leaves it empty. */
type SecretField = FieldBase & {
  readonly kind: 'secret'
  /** What it looks like for a test account and for a live one. */
  readonly looks?: { readonly test: string; readonly live: string }
  /** What it is called among the facts about messages, which it signs. */
  readonly signs?: string
}
type FixedField = FieldBase & {
  /** Chosen when the connection is made; it stays. */
  readonly isFixed?: true
  /** Of live accounts only, which a sandbox does not take. */
  readonly isLive?: true
}
type TextField = FixedField & { readonly kind: 'text'; readonly placeholder?: string }
type ChoiceField = FixedField & {
  readonly kind: 'choice'
  readonly placeholder: string
  readonly options: readonly { readonly value: string; readonly label: string; readonly isLive?: true }[]
}
type SwitchField = FieldBase & {
  readonly kind: 'switch'
  /** How it is told on the page of a connection: its name, and what it means on and off. */
  readonly told: readonly [name: string, on: string, off: string]
}

export type OwnField = SecretField | TextField | ChoiceField | SwitchField

/** How its messages are set up where Weir cannot ask for them. */
type ByHand = {
  /** What its holder does at the provider, with the address that is shown next to it. */
  readonly steps: readonly string[]
  /** Weir makes the secret that is pasted with the address. */
  readonly hasMadeSecret?: true
}

type Kind = {
  readonly label: string
  readonly help: string
  readonly fields: readonly OwnField[]
  /** The field whose value tells a live account from one for tests. */
  readonly modeField: OwnName
  readonly byHand: ByHand | null
  /** It only has pages: nobody is charged by itself, and customers are not known there. */
  readonly isPageOnly?: true
  /** What is given back is given back by hand. */
  readonly hasNoRefunds?: true
  /** It answers no question without a payment, so that its keys are tried with the first page. */
  readonly isTriedLater?: true
  /** It is told of what changes of a customer. */
  readonly isToldOfChanges?: true
}

const MODE: OwnField = {
  name: 'mode',
  kind: 'choice',
  label: 'Account',
  isRequired: true,
  isFixed: true,
  isLive: true,
  placeholder: 'Choose test or live',
  help: 'The keys do not tell. It stays as it is.',
  options: [
    { value: 'test', label: 'Test' },
    { value: 'live', label: 'Live' },
  ],
}

/** What there is to know of each type of provider that a connection can be made to. */
export const KINDS = {
  stripe: {
    label: 'Stripe',
    help: 'Cards and more, charged at once or paid on pages.',
    fields: [
      {
        name: 'secret_key',
        kind: 'secret',
        label: 'Secret key',
        isRequired: true,
        looks: { test: 'sk_test_…', live: 'sk_live_…' },
      },
      {
        name: 'webhook_secret',
        kind: 'secret',
        label: 'Signing secret of messages',
        looks: { test: 'whsec_…', live: 'whsec_…' },
        help: 'Only for restricted keys that may not register endpoints: make the endpoint at Stripe yourself.',
        signs: 'Signed with',
      },
      {
        name: 'supports_3ds',
        kind: 'switch',
        label: 'Charge again with the payer there when a bank asks for it',
        help: 'Such a payment waits for 3-D Secure; otherwise it has failed.',
        told: ['3-D Secure', 'Waits for the payer', 'The payment fails'],
      },
      {
        name: 'require_terms_of_service_consent',
        kind: 'switch',
        label: 'Payers have to accept your terms on payment pages',
        told: ['Your terms', 'Have to be accepted', 'Are not asked'],
      },
    ],
    modeField: 'secret_key',
    byHand: null,
    isToldOfChanges: true,
  },
  adyen: {
    label: 'Adyen',
    help: 'Cards that are stored and charged at once, and payment links.',
    fields: [
      { name: 'api_key', kind: 'secret', label: 'API key', isRequired: true },
      {
        name: 'merchant_account',
        kind: 'text',
        label: 'Merchant account',
        isRequired: true,
        isFixed: true,
        placeholder: 'AcmeCOM',
        help: 'It stays: another account is another connection.',
      },
      {
        name: 'live_prefix',
        kind: 'text',
        label: 'Live prefix',
        isFixed: true,
        isLive: true,
        placeholder: '1797a841fbb37ca7-Acme',
        help: 'Of the live address, from Developers, API URLs. A test account has none: leave it empty.',
      },
      {
        name: 'hmac_key',
        kind: 'secret',
        label: 'HMAC key of the standard webhook',
        help: 'Adyen makes it with the webhook, so it may follow later. No message is taken without it.',
        signs: 'Signed with',
      },
      {
        name: 'token_hmac_key',
        kind: 'secret',
        label: 'HMAC key of the webhook of stored cards',
        help: 'Only if you set up a webhook for recurring tokens.',
        signs: 'Of stored cards with',
      },
    ],
    modeField: 'live_prefix',
    byHand: {
      steps: [
        'At Adyen, under Developers, Webhooks, add a standard webhook with this address.',
        'Generate its HMAC key there, and paste it here by editing the connection: no message is taken without it.',
        'A webhook for recurring tokens, if you want one, has the same address and a key of its own.',
      ],
    },
  },
  gocardless: {
    label: 'GoCardless',
    help: 'Direct debits from bank accounts, which take days.',
    fields: [
      {
        name: 'access_token',
        kind: 'secret',
        label: 'Access token',
        isRequired: true,
        looks: { test: 'sandbox_…', live: 'live_…' },
      },
      {
        name: 'environment',
        kind: 'choice',
        label: 'Environment',
        isFixed: true,
        placeholder: 'As the token says',
        help: 'Only for tokens that do not begin with it.',
        options: [
          { value: 'sandbox', label: 'Sandbox' },
          { value: 'live', label: 'Live', isLive: true },
        ],
      },
    ],
    modeField: 'access_token',
    byHand: {
      steps: ['At GoCardless, under Developers, add a webhook endpoint with this address and the secret.'],
      hasMadeSecret: true,
    },
  },
  cashfree: {
    label: 'Cashfree',
    help: 'Payment links only. Nothing is charged by itself, and refunds are made there.',
    fields: [
      { name: 'client_id', kind: 'secret', label: 'Client id', isRequired: true },
      {
        name: 'client_secret',
        kind: 'secret',
        label: 'Client secret',
        isRequired: true,
        help: 'It signs messages too.',
        signs: 'Signed with',
      },
      MODE,
    ],
    modeField: 'mode',
    byHand: {
      steps: [
        'At Cashfree, under Developers, Webhooks, add this address for the events of payment links.',
        'They are signed with the client secret: nothing else has to be pasted.',
      ],
    },
    isPageOnly: true,
    hasNoRefunds: true,
    isTriedLater: true,
  },
  flutterwave: {
    label: 'Flutterwave',
    help: 'Payment pages only. Nothing is charged by itself, and refunds are made there.',
    fields: [
      {
        name: 'secret_key',
        kind: 'secret',
        label: 'Secret key',
        isRequired: true,
        looks: { test: 'FLWSECK_TEST-…', live: 'FLWSECK-…' },
      },
    ],
    modeField: 'secret_key',
    byHand: {
      steps: [
        'At Flutterwave, under Settings, Webhooks, set this address as the URL.',
        'Set the secret as the secret hash.',
      ],
      hasMadeSecret: true,
    },
    isPageOnly: true,
    hasNoRefunds: true,
    isTriedLater: true,
  },
  moneyhash: {
    label: 'MoneyHash',
    help: 'Cards and payment pages through the processors that you have there. Refunds are made there.',
    fields: [
      { name: 'api_key', kind: 'secret', label: 'API key', isRequired: true },
      {
        name: 'flow_id',
        kind: 'text',
        label: 'Flow id',
        isRequired: true,
        help: 'The payment flow at MoneyHash that payments go through.',
      },
      MODE,
    ],
    modeField: 'mode',
    byHand: null,
    hasNoRefunds: true,
  },
} as const satisfies Readonly<Record<string, Kind>>

export type ProviderKind = keyof typeof KINDS

/** The types of providers, to be chosen from. */
export const PROVIDER_KINDS = (Object.keys(KINDS) as ProviderKind[]).map((value) => ({
  value,
  label: KINDS[value].label,
  help: KINDS[value].help,
}))

/** What there is to know of a type; undefined for one that this page is older than. */
export const kindOf = (type: string): Kind | undefined => (KINDS as Readonly<Record<string, Kind>>)[type]

/** What people call a type of provider. */
export const kindName = (type: string): string => kindOf(type)?.label ?? type

/** The fields of a form for a new connection or a stored one; a sandbox takes no live account. */
export const fieldsOf = (type: string, isNew: boolean, isSandbox: boolean): readonly OwnField[] =>
  (kindOf(type)?.fields ?? []).filter((field) => {
    if (field.kind === 'secret' || field.kind === 'switch') return true
    return (isNew || !field.isFixed) && !(isSandbox && field.isLive)
  })

/** What can be chosen of a field; a sandbox takes no live account. */
export const optionsOf = (field: OwnField, isSandbox: boolean) =>
  field.kind === 'choice' ? field.options.filter(({ isLive }) => !(isSandbox && isLive)) : []
