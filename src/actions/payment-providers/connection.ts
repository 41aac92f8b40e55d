import type { Connection, ProviderMode, ProviderType } from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { gatewayTo } from '../../gateways/payment-gateways.ts'
import type { PaymentProviderRow } from '../../store/payment-providers.ts'
import type { Context } from '../context.ts'
import { openSecret } from './secrets.ts'

/** A connection with its secrets, and the gateway to its provider. Both are for one call, and are kept nowhere. */
export type GatewayConnection = { readonly connection: Connection; readonly gateway: PaymentGateway }

/** Decrypts the secrets of a connection, to talk with its provider. */
export function openConnection(context: Context, row: PaymentProviderRow): GatewayConnection {
  const type = row.providerType as ProviderType
  const mode = row.mode as ProviderMode
  const { providerHosts } = context.settings
  // Servers of tests get no secrets of real accounts.
  if (mode === 'live' && providerHosts[type] !== undefined)
    throw new Error(`a live connection to a fake ${type}`)
  const sealed = row.secrets as Readonly<Record<string, string>>
  const secrets = Object.entries(sealed).map(([field, text]) => {
    const owner = { organizationId: row.organizationId, providerId: row.id, field }
    return [field, openSecret(context, owner, text)] as const
  })
  const connection = {
    id: row.id,
    type,
    code: row.code,
    mode,
    settings: row.settings as Readonly<Record<string, unknown>>,
    secrets: Object.fromEntries(secrets),
  }
  return { connection, gateway: gatewayTo(type, providerHosts) }
}
