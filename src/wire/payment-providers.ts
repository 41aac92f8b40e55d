import type { Instant } from '../core/calendar/instant.ts'
import { traitsOf } from '../core/payment-providers/provider-types.ts'
import type { PaymentProviderRow } from '../store/payment-providers.ts'
import { isoSeconds } from './times.ts'

const DOTS = '••••••••…'

/** A connection. A secret is shown by its last three characters; one that was just made is shown whole, once. */
export function toWirePaymentProvider(
  provider: PaymentProviderRow,
  {
    webhookUrl,
    customersCount,
    made = {},
  }: {
    readonly webhookUrl: string
    readonly customersCount: number
    readonly made?: Readonly<Record<string, string>>
  },
): object {
  return {
    lago_id: provider.id,
    type: provider.providerType,
    code: provider.code,
    name: provider.name,
    mode: provider.mode,
    state: provider.state,
    failing_since: provider.failingSince === null ? null : isoSeconds(provider.failingSince),
    last_error: lastErrorOf(provider.lastError),
    ...settingsOf(provider),
    ...made,
    success_redirect_url: provider.successRedirectUrl,
    refund_duplicates: provider.refundDuplicates,
    account_id: provider.accountId,
    webhook_state: provider.webhookState,
    webhook_url: webhookUrl,
    customers_count: customersCount,
    created_at: isoSeconds(provider.createdAt),
    updated_at: isoSeconds(provider.updatedAt),
  }
}

function settingsOf({ providerType, settings, hints }: PaymentProviderRow): object {
  const own = settings as Readonly<Record<string, unknown>>
  const ends = hints as Readonly<Record<string, string>>
  const shown = traitsOf(providerType).fields.filter(({ isHidden }) => isHidden !== true)
  return Object.fromEntries(
    shown.map(({ name, kind }) => {
      if (kind === 'flag') return [name, own[name] === true]
      if (kind === 'text') return [name, own[name] ?? null]
      return [name, ends[name] === undefined ? null : `${DOTS}${ends[name]}`]
    }),
  )
}

function lastErrorOf(stored: unknown): object | null {
  const last = stored as { code: string; message: string; at: Instant } | null
  return last && { code: last.code, message: last.message, at: isoSeconds(last.at) }
}
