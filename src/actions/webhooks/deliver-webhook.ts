import type { Instant } from '../../core/calendar/instant.ts'
import { webhookSecretsAt } from '../../core/webhooks/secrets.ts'
import { isSignatureTooLong, SIGNATURE_ADVICE } from '../../core/webhooks/signature-size.ts'
import { type DeliveryResult, deliver } from '../../gateways/webhooks/deliver.ts'
import { signWithHmac, signWithJwt } from '../../gateways/webhooks/signing.ts'
import { inTransaction } from '../../store/transaction.ts'
import { findDelivery, lockWebhookVersion, recordTry } from '../../store/webhooks.ts'
import type { Context } from '../context.ts'
import { signingKey } from './signing-key.ts'

/** A failed attempt; the queue retries with increasing delays. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure'
}

type Found = NonNullable<Awaited<ReturnType<typeof findDelivery>>>

/**
 * Sends one logged message to its endpoint and records the result. The request runs outside any transaction, so a
 * slow receiver does not hold a database connection. A message that already succeeded, or whose endpoint is deleted,
 * is not sent. A failed attempt sets it to `retrying` and throws `DeliveryFailure`, so that the queue retries; the
 * last allowed attempt sets it to `failed` and resolves.
 */
export async function deliverWebhook(
  context: Context,
  job: {
    readonly organizationId: string
    readonly webhookId: string
    /** The number of the attempt, from 1. */
    readonly attempt: number
    readonly signal?: AbortSignal
  },
): Promise<void> {
  const { organizationId, webhookId } = job
  const found = await context.database.read(organizationId, (reads) => findDelivery(reads, webhookId))
  if (!found || found.status === 'succeeded') return
  const result = await post(context, found, job.signal)
  const isLastTry = await inTransaction(context.database, organizationId, async (tx) => {
    // Somebody who asked for it to be sent again while it was on its way gave it all its tries back.
    const isUntouched = await lockWebhookVersion(tx, webhookId, found.version)
    const isLast = isUntouched && job.attempt >= context.settings.webhookAttempts
    await recordTry(tx, webhookId, {
      status: result.isDelivered ? 'succeeded' : isLast ? 'failed' : 'retrying',
      httpStatus: result.httpStatus,
      response: result.response,
      now: presentOf(found, context.systemNow()),
    })
    return isLast
  })
  if (result.isDelivered) return
  const reason = result.httpStatus ?? result.cause ?? result.response
  const isTooLong = found.signatureAlgo === 'jwt' && isSignatureTooLong(result.httpStatus, found.payload)
  const advice = isTooLong ? { advice: SIGNATURE_ADVICE } : {}
  if (!isLastTry) throw new DeliveryFailure(`webhook ${webhookId}: ${reason}`)
  context.log.warn({ organizationId, webhookId, reason, ...advice }, 'a webhook was given up')
}

async function post(
  context: Context,
  found: Found,
  signal: AbortSignal | undefined,
): Promise<DeliveryResult> {
  const { settings } = context
  const isHmac = found.signatureAlgo === 'hmac'
  const { secret, next } = webhookSecretsAt(found, context.systemNow())
  const signature = isHmac
    ? signWithHmac(secret, found.payload)
    : await signWithJwt(await signingKey(context), found.payload, settings.apiUrl)
  return deliver({
    url: found.webhookUrl,
    body: found.payload,
    headers: {
      'X-Lago-Signature': signature,
      'X-Lago-Signature-Algorithm': isHmac ? 'hmac' : 'jwt',
      'X-Lago-Unique-Key': found.id,
      ...(isHmac && next !== null ? { 'X-Weir-Next-Signature': signWithHmac(next, found.payload) } : {}),
    },
    timeoutMs: settings.webhookTimeoutMs,
    allowPrivate: settings.allowPrivateWebhooks,
    ...(signal ? { signal } : {}),
  })
}

function presentOf(found: Found, systemNow: Instant): Instant {
  return found.isSandbox ? (found.clockAt ?? systemNow) : systemNow
}
