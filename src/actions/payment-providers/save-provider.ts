import type { FieldCode } from '../../core/codes.ts'
import type { Input } from '../../core/input/fields.ts'
import type { NewProvider, ProviderChange } from '../../core/payment-providers/provider-input.ts'
import { readNewProvider, readProviderChange } from '../../core/payment-providers/provider-input.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { Connection, ProviderMode, ProviderType } from '../../core/payments/gateway.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { gatewayTo } from '../../gateways/payment-gateways.ts'
import { refusingDuplicates } from '../../store/duplicates.ts'
import { newId } from '../../store/ids.ts'
import { renameProviderOfCustomers } from '../../store/payment-provider-customers.ts'
import {
  findProvider,
  insertProvider,
  isProviderCodeTaken,
  lockProvider,
  type PaymentProviderRow,
  updateProvider,
} from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { answered } from '../payments/provider-calls.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { openConnection } from './connection.ts'
import { madeSecrets, type WithMadeSecrets } from './made-secrets.ts'
import { reviveProvider } from './provider-health.ts'
import { registerInbox } from './register-inbox.ts'
import { type Sealed, sealSecrets } from './secrets.ts'

/**
 * Connects an account at a provider (docs/rules/provider-payments.md#connections). The provider is asked before
 * anything is saved: 422 `<secret>: invalid_credentials` when it does not know the secrets, 422 `third_party_error`
 * when it does not answer. After that its messages are asked for, which is tried again when it fails.
 */
export async function createProvider(
  context: Context,
  caller: Caller,
  input: Input,
  actor: Actor,
): Promise<WithMadeSecrets> {
  const asked = accepted(readNewProvider(input, caller.organization.isSandbox))
  refuseLiveAtFake(context, asked.type, asked.mode)
  await refuseTakenCode(context, caller, asked.code)
  return connectProvider(context, caller, asked, actor)
}

/** The same for a connection that was read, after `refuseLiveAtFake` and `refuseTakenCode`. */
export async function connectProvider(
  context: Context,
  caller: Caller,
  asked: NewProvider,
  actor: Actor,
): Promise<WithMadeSecrets> {
  const { organizationId, now } = caller
  const id = newId()
  const account = await checkSecrets(context, { ...asked, id })
  const made = madeSecrets(asked.type)
  const { providerHosts } = context.settings
  const sealed = await sealSecrets(context, organizationId, id, { ...asked.secrets, ...made })
  const row = await inTransaction(context.database, caller, async (tx) => {
    const inserted = await refusingDuplicates(
      insertProvider(
        tx,
        {
          organizationId,
          id,
          providerType: asked.type,
          code: asked.code,
          name: asked.name,
          mode: asked.mode,
          successRedirectUrl: asked.successRedirectUrl ?? null,
          refundDuplicates: asked.refundDuplicates ?? true,
          settings: asked.settings,
          ...sealed,
          accountId: account,
          // What has no registration is pasted by hand.
          webhookState: gatewayTo(asked.type, providerHosts).inbox === null ? 'manual' : 'missing',
        },
        now,
      ),
      'payment_providers_code',
      'code',
    )
    await logSecurity(context, tx, organizationId, 'integration.created', actor, resourcesOf(inserted))
    return inserted
  })
  return { row: (await registerInbox(context, caller, row.id)) ?? row, made }
}

/**
 * Changes a connection. New secrets have to open the same account (422 `credentials_of_another_account`), and take a
 * failing connection into use again. 404 for an unknown one.
 */
export async function updateProviderSettings(
  context: Context,
  caller: Caller,
  id: string,
  input: Input,
  actor: Actor,
): Promise<PaymentProviderRow> {
  const before = await context.database.read(caller, (reads) => findProvider(reads, id))
  if (!before) throw notFound('payment_provider')
  const type = before.providerType as ProviderType
  const change = accepted(readProviderChange(input, { type, mode: before.mode as ProviderMode }))
  const hasKey = traitsOf(type).credentials.some((field) => field in change.secrets)
  if (hasKey) {
    const { connection } = openConnection(context, before)
    const account = await checkSecrets(context, {
      ...connection,
      settings: { ...connection.settings, ...change.settings },
      secrets: { ...connection.secrets, ...change.secrets },
    })
    if (account !== before.accountId) {
      throw invalid(onCredentials(type, change.secrets, 'credentials_of_another_account'))
    }
  }
  const sealed = await sealSecrets(context, caller.organizationId, id, change.secrets)
  const saved = await inTransaction(context.database, caller, async (tx) => {
    const locked = await lockProvider(tx, id)
    if (!locked) throw notFound('payment_provider')
    const row = await refusingDuplicates(
      updateProvider(tx, id, { ...columnsOf(locked, change, sealed), updatedAt: ts(caller.now) }),
      'payment_providers_code',
      'code',
    )
    if (row.code !== locked.code) await renameProviderOfCustomers(tx, id, row.code)
    const changed = { ...resourcesOf(row), new_secrets: Object.keys(change.secrets) }
    await logSecurity(context, tx, caller.organizationId, 'integration.updated', actor, changed)
    return hasKey && locked.state === 'failing' ? reviveProvider(tx, caller, id) : row
  })
  if (saved.code === before.code && saved.webhookState !== 'missing') return saved
  return (await registerInbox(context, caller, id)) ?? saved
}

/** What the security log tells of a connection: never a secret. */
export function resourcesOf({ id, providerType, code, mode }: PaymentProviderRow): object {
  return { id, type: providerType, code, mode }
}

function columnsOf(locked: PaymentProviderRow, change: ProviderChange, sealed: Sealed) {
  const { code, name, successRedirectUrl, refundDuplicates } = change
  return {
    ...(code === undefined ? {} : { code }),
    ...(name === undefined ? {} : { name }),
    ...(successRedirectUrl === undefined ? {} : { successRedirectUrl }),
    ...(refundDuplicates === undefined ? {} : { refundDuplicates }),
    settings: json({ ...(locked.settings as object), ...change.settings }),
    secrets: json({ ...(locked.secrets as object), ...sealed.secrets }),
    hints: json({ ...(locked.hints as object), ...sealed.hints }),
    ...('webhook_secret' in change.secrets ? { webhookState: 'manual' } : {}),
  }
}

/** The account that the secrets of a connection open. */
async function checkSecrets(context: Context, connection: Connection): Promise<string> {
  const { type, secrets } = connection
  const gateway = gatewayTo(type, context.settings.providerHosts)
  const answer = await gateway.check(connection)
  if (!answer.ok && answer.error.class === 'invalid_credentials') {
    throw invalid(onCredentials(type, secrets, 'invalid_credentials'))
  }
  return answered(type, answer).accountId
}

/** A code on each of the given secrets that open an account. */
function onCredentials(
  type: ProviderType,
  secrets: Readonly<Record<string, string>>,
  code: FieldCode,
): Readonly<Record<string, readonly FieldCode[]>> {
  const fields = traitsOf(type).credentials.filter((field) => field in secrets)
  return Object.fromEntries(fields.map((field) => [field, [code]]))
}

/** 422 `code: value_already_exist` for the code of another connection. */
export async function refuseTakenCode(context: Context, caller: Caller, code: string): Promise<void> {
  const isTaken = await context.database.read(caller, (reads) => isProviderCodeTaken(reads, code))
  if (isTaken) throw invalid({ code: ['value_already_exist'] })
}

/** 422 `mode: value_is_invalid` for a live account where a fake stands in for the provider. */
export function refuseLiveAtFake({ settings }: Context, type: ProviderType, mode: ProviderMode): void {
  if (mode === 'live' && settings.providerHosts[type] !== undefined)
    throw invalid({ mode: ['value_is_invalid'] })
}
