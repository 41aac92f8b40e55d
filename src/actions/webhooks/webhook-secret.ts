import { randomBytes } from 'node:crypto'
import { isoText } from '../../core/calendar/iso-text.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted } from '../../core/refusal.ts'
import { readOverlap, type WebhookSecrets, webhookSecretsAt } from '../../core/webhooks/secrets.ts'
import { readWebhookSecrets, replaceWebhookSecret } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'

const SECRET_BYTES = 32

/** Shows the secrets that sign an organization's webhooks; the security log says who saw them. */
export async function revealWebhookSecret(
  context: Context,
  organizationId: string,
  actor: Actor,
): Promise<WebhookSecrets> {
  return inTransaction(context.database, organizationId, async (tx) => {
    const secrets = webhookSecretsAt(await readWebhookSecrets(tx, organizationId), context.systemNow())
    await logSecurity(context, tx, organizationId, 'webhook_endpoint.secret_revealed', actor, {})
    return secrets
  })
}

/**
 * Makes a new secret for an organization's webhooks. The one before goes on signing for `overlap_hours`, 24 by default
 * and up to 168, of real time, with a signature of the new one beside it; one that was replaced earlier stops now. 422
 * for other hours.
 */
export async function rotateWebhookSecret(
  context: Context,
  organizationId: string,
  input: Input,
  actor: Actor,
): Promise<WebhookSecrets> {
  const now = context.systemNow()
  const until = accepted(readOverlap(input, now))
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return inTransaction(context.database, organizationId, async (tx) => {
    const stored = await readWebhookSecrets(tx, organizationId, { forUpdate: true })
    await replaceWebhookSecret(tx, organizationId, {
      secret,
      old: stored.webhookSecret ?? stored.hmacKey,
      until,
    })
    const resources = { until: isoText(until) }
    await logSecurity(context, tx, organizationId, 'webhook_endpoint.secret_rotated', actor, resources)
    return webhookSecretsAt(await readWebhookSecrets(tx, organizationId), now)
  })
}
