import { Fields, given, type Input } from '../input/fields.ts'
import {
  type ProviderLink,
  readMethodTypes,
  readProviderCustomer,
} from '../payment-providers/provider-link.ts'
import { knownTraits } from '../payment-providers/provider-types.ts'
import { PROVIDER_TYPES, type ProviderType } from '../payments/gateway.ts'
import { type Outcome, outcome, Problems, refusedFields } from '../problems.ts'

const CODE_LENGTH_MAX = 255
/** Stands for payments by hand wherever a connection is named. */
const RESERVED = 'lago_manual'

/** A connection that a customer is to have. */
export type NewConnection = {
  /** Null takes that of the account. */
  readonly code: string | null
  /** Undefined makes the customer's first one its default. */
  readonly isDefault: boolean | undefined
  readonly link: ProviderLink
}

/** Reads a connection that a customer is to have (docs/rules/provider-payments.md#several-connections). */
export function readNewConnection(input: Input): Outcome<NewConnection> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const type = fields.word('payment_provider', PROVIDER_TYPES)
  if (type === null || (type === undefined && !fields.has('payment_provider')))
    fields.refuse('payment_provider', 'value_is_mandatory')
  const code = readCode(fields)
  const providerCode = fields.id('payment_provider_code') || null
  const isDefault = fields.boolean('is_default') ?? undefined
  const customer = readProviderCustomer(fields)
  const isNobody = customer.providerCustomerId === null && !customer.syncWithProvider
  // Where customers are not known, the connection alone is enough.
  const isPageOnly = type ? knownTraits(type)?.isPageOnly === true : true
  if (isNobody && !isPageOnly && fields.isBlank('provider_customer_id'))
    fields.refuse('provider_customer_id', 'value_is_mandatory')
  const methodTypes = readMethodTypes(fields, type)
  if (problems.any || !type) return refusedFields(problems.details())
  const link = { ...customer, type, code: providerCode, methodTypes }
  return outcome({ code: code ?? null, isDefault, link })
}

/** What changes of a customer's connection; absent keys stay as they are. */
export type ConnectionChange = {
  readonly code?: string
  readonly providerCustomerId?: string
  readonly syncWithProvider?: boolean
  readonly methodTypes?: readonly string[]
}

/** Reads a change of a connection to a type of provider, and whether the provider is asked before the answer. */
export function readConnectionChange(
  input: Input,
  type: ProviderType,
): Outcome<{ readonly change: ConnectionChange; readonly isImmediate: boolean }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = readCode(fields)
  const { providerCustomerId, syncWithProvider, isImmediate } = readProviderCustomer(fields)
  if (fields.has('provider_customer_id') && fields.isBlank('provider_customer_id'))
    fields.refuse('provider_customer_id', 'value_is_mandatory')
  const change = given({
    code,
    providerCustomerId: providerCustomerId ?? undefined,
    syncWithProvider: fields.has('sync_with_provider') ? syncWithProvider : undefined,
    methodTypes: readMethodTypes(fields, type),
  })
  return problems.outcome({ change, isImmediate })
}

function readCode(fields: Fields): string | undefined {
  const code = fields.presentId('code', CODE_LENGTH_MAX)
  return code === RESERVED ? fields.refuse('code', 'value_is_reserved') : code
}

/** The code of a connection that nobody named: that of its account, numbered where the customer has it already. */
export function freeConnectionCode(wanted: string, taken: readonly string[]): string {
  const isTaken = (code: string) => code === RESERVED || taken.includes(code)
  if (!isTaken(wanted)) return wanted
  for (let n = 2; ; n += 1) {
    const code = `${wanted.slice(0, CODE_LENGTH_MAX - 6)}-${n}`
    if (!isTaken(code)) return code
  }
}
